//! Programs that do comparable work, run in turns.

use std::time::Instant;

use anyhow::Result;
use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use super::measure::{Cost, measure};

/// A program that takes longer than this, in seconds, runs once: its figure is so far from
/// infra's that its spread says nothing, and people wait.
const SLOW: f64 = 4.0;
/// A figure is of at least so many seconds of a program's runs, for what disturbs a machine comes
/// and goes in fractions of one: long runs have their share of it, and short ones all or nothing.
const LONG: f64 = 0.5;
/// But of no more runs than this.
const MOST: u32 = 20;

/// One program of a contest.
#[derive(Debug)]
pub(super) struct Runner {
    pub(super) name: &'static str,
    pub(super) command: Vec<String>,
}

/// Programs that do comparable work on one document.
#[derive(Debug)]
pub(super) struct Contest {
    /// What is done; the same for all sizes
    pub(super) what: &'static str,
    pub(super) hosts: Option<usize>,
    pub(super) dir: Utf8PathBuf,
    /// The size of the document, in MiB, where there is one
    pub(super) size: Option<f64>,
    pub(super) runners: Vec<Runner>,
    /// What infra is to reach
    pub(super) goals: Vec<Goal>,
}

/// What the figure of one program, divided by another's, is to reach.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Goal {
    pub(super) of: String,
    pub(super) kind: GoalKind,
    pub(super) bound: f64,
}

/// What is divided by what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum GoalKind {
    /// The time of the other program: at most so many times
    AtMost(String),
    /// The time of the other program: at least so many times faster
    Faster(String),
    /// Peak memory by the size of the file: at most so many times
    Memory,
    /// CPU, in milliseconds: at most
    Milliseconds,
    /// What it takes longer than the first program, as a share of what the second takes:
    /// at most
    Share(String, String),
}

/// What the runs of one program cost.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Score {
    pub(super) name: String,
    pub(super) runs: usize,
    pub(super) wall: Spread,
    pub(super) cpu: Spread,
    pub(super) memory: Spread,
}

/// The middle and the ends of several figures.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Spread {
    pub(super) least: f64,
    pub(super) median: f64,
    pub(super) most: f64,
}

/// The scores of one contest.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Outcome {
    pub(super) what: String,
    pub(super) hosts: Option<usize>,
    pub(super) size: Option<f64>,
    pub(super) scores: Vec<Score>,
    pub(super) goals: Vec<Goal>,
}

impl Runner {
    pub(super) fn new<'c>(name: &'static str, command: impl IntoIterator<Item = &'c str>) -> Self {
        Self {
            name,
            command: command.into_iter().map(str::to_owned).collect(),
        }
    }
}

impl Goal {
    pub(super) fn new(of: &str, kind: GoalKind, bound: f64) -> Self {
        Self {
            of: of.to_owned(),
            kind,
            bound,
        }
    }
}

impl Contest {
    /// Runs all in turns, `rounds` times after one that warms the caches: what slows the
    /// machine down for a while then slows all of them alike. What is short runs several times
    /// in each turn.
    pub(super) fn run(&self, rounds: usize) -> Result<Outcome> {
        let begin = Instant::now();
        anstream::eprint!("  {}", self.title());
        let mut costs: Vec<Vec<Cost>> = Vec::new();
        for runner in &self.runners {
            costs.push(vec![measure(&runner.command, &self.dir)?]);
        }
        for round in 0..rounds {
            for (runner, costs) in self.runners.iter().zip(&mut costs) {
                if costs.first().is_some_and(|first| first.wall > SLOW) {
                    continue;
                }
                let cost = self.turn(runner)?;
                if round == 0 {
                    costs.clear();
                }
                costs.push(cost);
            }
        }
        let scores = self.runners.iter().zip(&costs).map(|(runner, costs)| {
            let spread = |of: fn(&Cost) -> f64| Spread::of(costs.iter().map(of).collect());
            Score {
                name: runner.name.to_owned(),
                runs: costs.len(),
                wall: spread(|cost| cost.wall),
                cpu: spread(|cost| cost.cpu),
                memory: spread(|cost| cost.memory),
            }
        });
        let outcome = Outcome {
            what: self.what.to_owned(),
            hosts: self.hosts,
            size: self.size,
            scores: scores.collect(),
            goals: self.goals.clone(),
        };
        anstream::eprintln!(" ({:.0} s)", begin.elapsed().as_secs_f64());
        Ok(outcome)
    }

    /// What a run costs, by those of one turn.
    fn turn(&self, runner: &Runner) -> Result<Cost> {
        let mut sum = Cost::default();
        let mut runs = 0;
        while runs < MOST && sum.wall < LONG {
            sum.add(measure(&runner.command, &self.dir)?);
            runs += 1;
        }
        Ok(sum.shared_by(runs))
    }

    fn title(&self) -> String {
        title(self.what, self.hosts)
    }
}

fn title(what: &str, hosts: Option<usize>) -> String {
    match hosts {
        Some(hosts) => format!("{what}, {} hosts", thousands(hosts)),
        None => what.to_owned(),
    }
}

impl Outcome {
    /// What was done, on how much.
    pub(super) fn title(&self) -> String {
        title(&self.what, self.hosts)
    }

    /// The score of one program.
    pub(super) fn score(&self, name: &str) -> Option<&Score> {
        self.scores.iter().find(|score| score.name == name)
    }

    /// The figure that a goal is about. None: a program was not run.
    pub(super) fn figure(&self, goal: &Goal) -> Option<f64> {
        let own = self.score(&goal.of)?;
        let time = |name: &str| Some(self.score(name)?.cpu.median);
        Some(match &goal.kind {
            GoalKind::AtMost(other) => own.cpu.median / time(other)?,
            GoalKind::Faster(other) => time(other)? / own.cpu.median,
            GoalKind::Memory => own.memory.median / self.size?,
            GoalKind::Milliseconds => own.cpu.median * 1000.0,
            GoalKind::Share(base, whole) => (own.cpu.median - time(base)?) / time(whole)?,
        })
    }

    /// The same by wall time, which counts what several threads do at once. None: the goal
    /// is not about time.
    pub(super) fn wall_figure(&self, goal: &Goal) -> Option<f64> {
        let own = self.score(&goal.of)?;
        let time = |name: &str| Some(self.score(name)?.wall.median);
        Some(match &goal.kind {
            GoalKind::AtMost(other) => own.wall.median / time(other)?,
            GoalKind::Faster(other) => time(other)? / own.wall.median,
            GoalKind::Share(base, whole) => (own.wall.median - time(base)?) / time(whole)?,
            GoalKind::Memory | GoalKind::Milliseconds => return None,
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

/// A number with a comma before each three digits.
pub(super) fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
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

    #[test]
    fn a_number_has_a_comma_before_each_three_digits() {
        assert_eq!(
            [10, 1_000, 100_000, 1_234_567].map(thousands),
            ["10", "1,000", "100,000", "1,234,567"]
        );
    }
}
