//! The parts of the benchmark, each of which can be run alone.

use anyhow::Result;
use camino::Utf8Path;
use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use super::contest::Contest;
use super::{ansible, reading, terraform};

/// One part of the benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Part {
    /// The bare start of the program
    Start,
    /// Inventories of states
    Inventory,
    /// Drift and plans from documents
    Plan,
    /// A plan in which everything depends on everything
    Consequences,
    /// Fingerprints of an Ansible tree
    Tree,
    /// The decision about twenty playbooks
    Decision,
    /// A whole plan with Terraform
    Live,
}

impl Part {
    pub(super) const ALL: [Self; 7] = [
        Self::Start,
        Self::Inventory,
        Self::Plan,
        Self::Consequences,
        Self::Tree,
        Self::Decision,
        Self::Live,
    ];

    /// Its name on the command line.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Inventory => "inventory",
            Self::Plan => "plan",
            Self::Consequences => "consequences",
            Self::Tree => "tree",
            Self::Decision => "decision",
            Self::Live => "live",
        }
    }

    /// Its contests for one size of fleet. Those that know no size are there for the first.
    pub(super) fn contests(self, sizes: &[usize], dir: &Utf8Path) -> Result<Vec<Contest>> {
        let each = |make: fn(usize, &Utf8Path) -> Result<Vec<Contest>>, most: usize| {
            let mut all = Vec::new();
            for hosts in sizes.iter().filter(|hosts| **hosts <= most) {
                all.extend(make(*hosts, dir)?);
            }
            Ok(all)
        };
        match self {
            Self::Start => Ok(vec![terraform::start(dir)]),
            Self::Inventory => each(reading::inventory, usize::MAX),
            Self::Plan => each(reading::plan, usize::MAX),
            Self::Consequences => reading::consequences(dir),
            Self::Tree => each(ansible::tree, 10_000),
            Self::Decision => each(ansible::decision, 10_000),
            Self::Live => Ok(vec![terraform::live(dir)?]),
        }
    }
}
