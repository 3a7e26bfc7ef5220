//! One line per tree, and what is wrong below it.

use std::time::Instant;

use anyhow::Result;

use crate::case::Case;
use crate::compare::{Comparison, compare};
use crate::mutate::{Tally, mutate};
use crate::truth::truth;
use crate::world::World;

/// What came of one tree.
#[derive(Debug)]
pub struct Report {
    /// Its name
    pub name: String,
    /// How many files are in it
    pub files: usize,
    /// How many hosts were run
    pub hosts: usize,
    /// Whether names of files are computed in it
    pub templated: bool,
    /// Whether runs for nothing are known and accounted for
    pub known_needless: bool,
    /// The closure beside the truth
    pub comparison: Comparison,
    /// What was decided after changes
    pub tally: Tally,
    /// The time that Ansible took, in seconds; next to nothing if a truth was kept
    pub traced: f64,
}

impl Report {
    /// Traces a tree, compares, and tries about this many changes of it.
    pub fn of(case: &Case, mutations: usize, seed: u64) -> Result<Self> {
        let world = World::of(case)?;
        let hosts = world.hosts(case)?;
        let begin = Instant::now();
        let truth = truth(case, &hosts)?;
        let traced = begin.elapsed().as_secs_f64();
        let comparison = compare(case, &world, &truth)?;
        let tally = if mutations == 0 {
            Tally::default()
        } else {
            mutate(case, &world, &truth, mutations, seed)?
        };
        Ok(Self {
            name: case.name.clone(),
            files: case.files()?.len(),
            hosts: hosts.len(),
            templated: case.about.templated,
            known_needless: case.about.known_needless.is_some(),
            comparison,
            tally,
            traced,
        })
    }

    /// Whether nothing is missed, nothing is skipped wrongly, and little is there for nothing.
    pub fn holds(&self) -> bool {
        let sound = self.comparison.missed.is_empty() && self.tally.wrong_skips.is_empty();
        let precise = self.templated
            || self.comparison.precision() >= 95.0
                && (self.known_needless || self.tally.needless.is_empty());
        sound && precise
    }

    /// The titles of the columns of [`Report::row`].
    pub const TITLES: &str = "\
| tree | files | hosts | opened | recall | inputs | precision | widened | unresolved | mutations | wrong skips | needless | explained |\n\
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|";

    /// One row of the table.
    pub fn row(&self) -> String {
        let c = &self.comparison;
        format!(
            "| {} | {} | {} | {} | {:.1} % | {} | {:.1} % | {} | {} | {} | {} | {} | {} |",
            self.name,
            self.files,
            self.hosts,
            c.opened,
            c.recall(),
            c.counted,
            c.precision(),
            c.widened,
            c.unresolved,
            self.tally.total(),
            self.tally.wrong_skips.len(),
            self.tally.needless.len(),
            self.tally.needless_known,
        )
    }

    /// What is wrong, a line each.
    pub fn complaints(&self) -> Vec<String> {
        let c = &self.comparison;
        let missed = c
            .missed
            .iter()
            .map(|(host, path)| format!("missed: {host} opened {path}"));
        let unopened = c
            .unopened
            .iter()
            .map(|path| format!("nobody opened {path}"));
        let skips = self
            .tally
            .wrong_skips
            .iter()
            .map(|text| format!("wrong skip: {text}"));
        let needless = self
            .tally
            .needless
            .iter()
            .map(|text| format!("needless: {text}"));
        missed
            .chain(skips)
            .chain(unopened)
            .chain(needless)
            .collect()
    }
}
