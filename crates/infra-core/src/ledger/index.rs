//! What the records add up to: the last success of each playbook on each host, and the
//! last inventory. Derived, so it can be thrown away and made again.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{
    Entry, Head, LastSuccess, Record, RecordEvent, RecordedHost, StateId, Successes, Witnessed,
};
use crate::digest::Digest;

/// What the records of a ledger add up to. [`to_bytes`](Self::to_bytes) keeps all of it; what
/// serde sees is the part that is small.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Index {
    /// The number of the last record that it covers
    pub sequence: u64,
    /// The digest of that record
    pub digest: Option<Digest>,
    /// The last successes, by playbook and host
    #[serde(skip)]
    pub successes: Successes,
    /// What went wrong since the last success, by playbook and host
    pub failures: BTreeMap<String, BTreeMap<String, String>>,
    /// The digest of the last inventory
    pub inventory_digest: Option<Digest>,
    /// The hosts of the last inventory
    pub inventory: BTreeMap<String, RecordedHost>,
    /// The record in which each set of inputs stands
    #[serde(skip)]
    pub sections: BTreeMap<Digest, u64>,
    /// The last state that Terraform was seen to write
    pub state: Option<StateId>,
    /// The state as the backend told it after the last apply
    #[serde(default)]
    pub witnessed: Option<Witnessed>,
    /// The records of Route 53 that are set, by the id of their zone. An index that an older
    /// version kept knows nothing of them, and is made anew
    pub names: BTreeMap<String, BTreeSet<String>>,
    /// A run that started and has not been said to end
    pub open_run: Option<OpenRun>,
}

/// A run without an end so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenRun {
    /// The run
    pub run: String,
    /// When it started
    pub at: String,
    /// Who ran it
    pub who: String,
}

impl Index {
    /// Where the index stands in the chain.
    pub fn head(&self) -> Head {
        Head {
            sequence: self.sequence,
            digest: self.digest,
        }
    }

    /// The last success of a playbook on a host.
    pub fn success(&self, playbook: &str, host: &str) -> Option<LastSuccess<'_>> {
        self.successes.get(playbook, host)
    }

    /// What went wrong with a playbook on a host since its last success.
    pub fn failure(&self, playbook: &str, host: &str) -> Option<&str> {
        self.failures.get(playbook)?.get(host).map(String::as_str)
    }

    /// Takes in the next record.
    pub fn add(&mut self, record: Record, head: Head) {
        (self.sequence, self.digest) = (head.sequence, head.digest);
        match record.event {
            RecordEvent::RunStarted { .. } => {
                self.open_run = Some(OpenRun {
                    run: record.run,
                    at: record.at,
                    who: record.who,
                });
            }
            RecordEvent::RunFinished { .. } => self.open_run = None,
            RecordEvent::RunAbandoned { abandoned, .. } => {
                self.open_run.take_if(|open| open.run == abandoned);
            }
            RecordEvent::TerraformApplied { before, after, .. } => {
                // One that can't have come from the state before is a fact, and no state to
                // go on from.
                let follows = |after: &StateId| {
                    before
                        .as_ref()
                        .filter(|before| !before.lineage.is_empty())
                        .is_none_or(|before| after.can_follow(before))
                };
                self.state = after.filter(follows).or(self.state.take());
            }
            RecordEvent::StateAccepted { state } => self.state = state,
            RecordEvent::Inventory {
                digest,
                state,
                hosts,
            } => {
                self.inventory_digest = Some(digest);
                self.inventory = hosts;
                self.state = state.or(self.state.take());
            }
            RecordEvent::Inputs { sections } => {
                self.sections
                    .extend(sections.into_keys().map(|digest| (digest, head.sequence)));
            }
            RecordEvent::HostSucceeded(success) => {
                if let Some(failures) = self.failures.get_mut(&success.playbook) {
                    failures.remove(&success.host);
                }
                let entry = Entry {
                    fingerprint: success.fingerprint,
                    sequence: head.sequence,
                    sections: success.sections,
                    at: record.at,
                };
                self.successes.insert(success.playbook, success.host, entry);
            }
            RecordEvent::HostFailed {
                playbook,
                host,
                outcome,
                ..
            } => {
                self.failures
                    .entry(playbook)
                    .or_default()
                    .insert(host, outcome);
            }
            RecordEvent::StateWitnessed { after, .. } => self.witnessed = after,
            RecordEvent::StateRestored { after, .. } => {
                self.state = Some(after);
                self.witnessed = None;
            }
            // Of a record without an id it isn't known which zone it means.
            RecordEvent::NamesSet { id, records, .. } if !id.is_empty() => {
                let names = self.names.entry(id).or_default();
                for (record, values) in records {
                    if values.is_empty() {
                        names.remove(&record);
                    } else {
                        names.insert(record);
                    }
                }
                self.names.retain(|_, names| !names.is_empty());
            }
            RecordEvent::NamesSet { .. }
            | RecordEvent::LockForced { .. }
            | RecordEvent::Late { .. }
            | RecordEvent::Unknown => {}
        }
    }
}
