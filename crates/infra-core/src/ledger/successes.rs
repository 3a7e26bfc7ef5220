//! The last success of each playbook on each host: of a large stack by far the most of an index.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use super::columns::{Columns, Row};
use crate::digest::Digest;

/// What is known of the last success of one playbook on one host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The fingerprint of its last success
    pub fingerprint: Digest,
    /// The record of that success
    pub sequence: u64,
    /// The sets of inputs behind the fingerprint
    pub sections: Vec<Digest>,
    /// When that was: RFC 3339, UTC
    pub at: String,
}

/// The last successes, by playbook and host.
///
/// Those of a kept index are used where they lie in its bytes, and those that came after stand
/// beside them: with two hundred thousand, to make something of each costs more than all the
/// rest of a plan with nothing to do.
#[derive(Clone, Default)]
pub struct Successes {
    kept: Option<Arc<Columns>>,
    newer: BTreeMap<String, BTreeMap<String, Entry>>,
}

/// The last success of one playbook on one host.
#[derive(Debug, Clone, Copy)]
pub struct LastSuccess<'s>(Where<'s>);

#[derive(Debug, Clone, Copy)]
enum Where<'s> {
    Kept(Row<'s>),
    Newer(&'s Entry),
}

impl<'s> LastSuccess<'s> {
    /// The fingerprint.
    pub fn fingerprint(&self) -> Digest {
        match self.0 {
            Where::Kept(row) => row.fingerprint(),
            Where::Newer(entry) => entry.fingerprint,
        }
    }

    /// The record of the success.
    pub fn sequence(&self) -> u64 {
        match self.0 {
            Where::Kept(row) => row.sequence(),
            Where::Newer(entry) => entry.sequence,
        }
    }

    /// When it was: RFC 3339, UTC.
    pub fn at(&self) -> &'s str {
        match self.0 {
            Where::Kept(row) => row.at(),
            Where::Newer(entry) => &entry.at,
        }
    }

    /// The sets of inputs behind the fingerprint.
    pub fn sections(&self) -> Vec<Digest> {
        match self.0 {
            Where::Kept(row) => row.sections().collect(),
            Where::Newer(entry) => entry.sections.clone(),
        }
    }
}

impl PartialEq for LastSuccess<'_> {
    fn eq(&self, other: &Self) -> bool {
        (
            self.fingerprint(),
            self.sequence(),
            self.at(),
            self.sections(),
        ) == (
            other.fingerprint(),
            other.sequence(),
            other.at(),
            other.sections(),
        )
    }
}

impl Eq for LastSuccess<'_> {}

impl Successes {
    pub(super) fn of_columns(columns: Columns) -> Self {
        Self {
            kept: Some(Arc::new(columns)),
            newer: BTreeMap::new(),
        }
    }

    /// The playbooks that ever succeeded on a host.
    pub fn playbooks(&self) -> BTreeSet<&str> {
        let kept = self.kept.iter().flat_map(|kept| kept.playbooks());
        let newer = self.newer.keys().map(String::as_str);
        kept.chain(newer).collect()
    }

    /// The last success of a playbook on a host.
    pub fn get(&self, playbook: &str, host: &str) -> Option<LastSuccess<'_>> {
        let newer = self.newer.get(playbook).and_then(|hosts| hosts.get(host));
        if let Some(entry) = newer {
            return Some(LastSuccess(Where::Newer(entry)));
        }
        let row = self.kept.as_ref()?.get(playbook, host)?;
        Some(LastSuccess(Where::Kept(row)))
    }

    /// The last successes of a playbook, by host.
    pub fn of(&self, playbook: &str) -> impl Iterator<Item = (&str, LastSuccess<'_>)> {
        let kept = self.kept.iter().flat_map(|kept| kept.of(playbook));
        let mut kept = kept
            .map(|(host, row)| (host, LastSuccess(Where::Kept(row))))
            .peekable();
        let newer = self.newer.get(playbook).into_iter().flatten();
        let mut newer = newer
            .map(|(host, entry)| (host.as_str(), LastSuccess(Where::Newer(entry))))
            .peekable();
        std::iter::from_fn(move || match (kept.peek(), newer.peek()) {
            (Some((old, _)), Some((new, _))) if old > new => newer.next(),
            (Some((old, _)), Some((new, _))) if old == new => {
                kept.next();
                newer.next()
            }
            (Some(_), _) => kept.next(),
            (None, _) => newer.next(),
        })
    }

    /// Takes the place of what is known of the playbook on the host.
    pub fn insert(&mut self, playbook: String, host: String, entry: Entry) {
        self.newer.entry(playbook).or_default().insert(host, entry);
    }
}

/// Equal are two that say the same, wherever it stands.
impl PartialEq for Successes {
    fn eq(&self, other: &Self) -> bool {
        let playbooks = self.playbooks();
        playbooks == other.playbooks()
            && playbooks
                .into_iter()
                .all(|playbook| self.of(playbook).eq(other.of(playbook)))
    }
}

impl Eq for Successes {}

impl fmt::Debug for Successes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.playbooks().into_iter().map(|playbook| {
            let of_it: BTreeMap<_, _> = self.of(playbook).collect();
            (playbook, of_it)
        });
        f.debug_map().entries(all).finish()
    }
}
