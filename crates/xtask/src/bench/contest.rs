//! Programs that do comparable work, run in turns.

use anyhow::Result;
use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use super::measure::{Cost, measure};

/// One program of a contest.
#[derive(Debug)]
pub(super) struct Runner {
    pub(super) name: &'static str,
    pub(super) command: Vec<String>,
}

/// Programs that do comparable work on one document.
#[derive(Debug)]
pub(super) struct Contest {
    /// What is done, on how many hosts
    pub(super) title: String,
    pub(super) dir: Utf8PathBuf,
    /// The size of the document, in MiB, where there is one
    pub(super) size: Option<f64>,
    pub(super) runners: Vec<Runner>,
    /// What infra's figures are divided by
    pub(super) against: Vec<&'static str>,
}

/// What the runs of one program cost.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Score {
    pub(super) name: &'static str,
    pub(super) wall: Spread,
    pub(super) cpu: Spread,
    pub(super) memory: Spread,
}

/// The middle and the ends of several figures.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Spread {
    pub(super) least: f64,
    pub(super) median: f64,
    pub(super) most: f64,
}

/// The scores of one contest.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Outcome {
    pub(super) title: String,
    pub(super) size: Option<f64>,
    pub(super) scores: Vec<Score>,
    pub(super) against: Vec<&'static str>,
}

impl Runner {
    pub(super) fn new<const N: usize>(name: &'static str, command: [&str; N]) -> Self {
        Self {
            name,
            command: command.map(str::to_owned).to_vec(),
        }
    }
}

impl Contest {
    /// Runs all in turns, `rounds` times after one that warms the caches: what slows the
    /// machine down for a while then slows all of them alike.
    pub(super) fn run(&self, rounds: usize) -> Result<Outcome> {
        anstream::eprintln!("{}", self.title);
        let mut costs: Vec<Vec<Cost>> = vec![Vec::new(); self.runners.len()];
        for round in 0..=rounds {
            for (runner, costs) in self.runners.iter().zip(&mut costs) {
                let cost = measure(&runner.command, &self.dir)?;
                if round > 0 {
                    costs.push(cost);
                }
            }
        }
        let scores = self.runners.iter().zip(&costs).map(|(runner, costs)| {
            let spread = |of: fn(&Cost) -> f64| Spread::of(costs.iter().map(of).collect());
            Score {
                name: runner.name,
                wall: spread(|cost| cost.wall),
                cpu: spread(|cost| cost.cpu),
                memory: spread(|cost| cost.memory),
            }
        });
        Ok(Outcome {
            title: self.title.clone(),
            size: self.size,
            scores: scores.collect(),
            against: self.against.clone(),
        })
    }
}

impl Spread {
    fn of(mut figures: Vec<f64>) -> Self {
        figures.sort_by(f64::total_cmp);
        let at = |index: usize| figures.get(index).copied().unwrap_or(f64::NAN);
        Self {
            least: at(0),
            median: at(figures.len() / 2),
            most: at(figures.len().saturating_sub(1)),
        }
    }
}

/// The size of a file in MiB.
pub(super) fn size(file: &Utf8Path) -> Result<f64> {
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let bytes = std::fs::metadata(file)?.len() as f64;
    Ok(bytes / f64::from(1 << 20))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_is_the_ends_and_the_middle_in_whatever_order_they_came() {
        let spread = Spread::of(vec![3.0, 1.0, 2.0]);
        assert!((spread.least, spread.median, spread.most) == (1.0, 2.0, 3.0));
    }
}
