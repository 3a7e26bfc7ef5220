//! What was decided rightly and wrongly.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;
use infra::core::ansible::{ClosureError, InputId};

use crate::world::Prints;

/// Names of hosts.
pub(crate) type Hosts = BTreeSet<String>;

/// What came of the changes of one tree.
#[derive(Debug, Default)]
pub struct Tally {
    before: Prints,
    hosts: Hosts,
    /// How many changes of each kind were tried
    pub tried: BTreeMap<&'static str, usize>,
    /// Changes after which a host is skipped that would read what changed: must be empty
    pub wrong_skips: Vec<String>,
    /// Changes after which a host runs that would read nothing of it
    pub needless: Vec<String>,
    /// The same, of files that are inputs because a name could not be resolved, or because an
    /// earlier play sets variables that another host reads
    pub needless_known: usize,
    /// Changes after which the playbook can't be planned, which says so
    pub refused: usize,
    /// How often the cache knew that nothing that counts has changed
    pub known: usize,
    /// Time that the changes took
    pub seconds: f64,
}

impl Tally {
    pub(crate) fn new(before: Prints, hosts: impl Iterator<Item = String>) -> Self {
        Self {
            before,
            hosts: hosts.collect(),
            ..Self::default()
        }
    }

    /// How many changes were tried.
    pub fn total(&self) -> usize {
        self.tried.values().sum()
    }

    /// How many decisions about a host were wrong.
    pub fn wrong(&self) -> usize {
        self.wrong_skips.len() + self.needless.len()
    }

    pub(crate) fn hosts(&self) -> &Hosts {
        &self.hosts
    }

    /// The hosts for which a file counts as a whole.
    pub(crate) fn counting(&self, file: &Utf8Path) -> Hosts {
        let id = InputId::File(file.to_owned());
        let counts = |host: &&String| {
            (self.before.get(*host)).is_some_and(|print| print.digests_of(&id).next().is_some())
        };
        self.hosts.iter().filter(counts).cloned().collect()
    }

    /// The hosts that are decided to run now. None: the playbook can't be planned.
    pub(crate) fn decided(&self, now: Result<Prints, ClosureError>) -> Option<Hosts> {
        let now = now.ok()?;
        let digest = |prints: &Prints, host: &String| prints.get(host).map(|print| *print.digest());
        Some(
            (self.hosts.iter())
                .filter(|host| digest(&self.before, host) != digest(&now, host))
                .cloned()
                .collect(),
        )
    }

    /// Notes a decision: these had to run, and these had a reason to.
    pub(crate) fn note(
        &mut self,
        kind: &'static str,
        what: &str,
        decided: Option<&Hosts>,
        must: &Hosts,
        may: &Hosts,
        known: bool,
    ) {
        *self.tried.entry(kind).or_default() += 1;
        let Some(decided) = decided else {
            self.refused += 1;
            return;
        };
        for host in must.difference(decided) {
            self.wrong_skips
                .push(format!("{kind} {what}: skips {host}"));
        }
        for host in decided.difference(may) {
            if known {
                self.needless_known += 1;
            } else {
                self.needless.push(format!("{kind} {what}: runs on {host}"));
            }
        }
    }
}
