//! Proofs in words.

use std::collections::HashSet;
use std::sync::Arc;

use indexmap::IndexSet;

use crate::consequence::explain::Link;
use crate::consequence::obligations::Candidate;
use crate::consequence::prove::Subject;
use crate::consequence::sources::Cause;
use crate::drift::{AttributeDrift, Consequence, DriftEntry};
use crate::json::Path;

/// How many lines of other proofs a proof repeats: enough for a person, and bounded, so
/// that a chain of ten thousand changes doesn't repeat itself ten thousand times. The other
/// proofs stand in the same report.
const REPEATED: usize = 24;

/// How many drifted objects a proof takes over from others, bounded for the same reason.
const NAMED: usize = 100;

/// The proof of one consequence. What it takes over from other proofs it shares with them.
#[derive(Debug, Default)]
pub(super) struct Chain {
    because: IndexSet<Arc<str>>,
    /// Whether more drifted than `because` names
    is_partial: bool,
    lines: IndexSet<Arc<str>>,
    /// How many lines of other proofs are not repeated
    left_out: usize,
}

/// The proofs, by the number of the change; none where there is no proof.
pub(super) struct Chains(Vec<Option<Chain>>);

impl Chains {
    /// Puts the proofs of settled candidates into words. `order` has each change after
    /// those that it follows from.
    pub(super) fn build(
        drift: &[DriftEntry],
        subjects: &[Subject],
        examined: &[Result<Candidate, String>],
        order: &[usize],
    ) -> Self {
        let mut chains = Self(subjects.iter().map(|_| None).collect());
        for number in order {
            if let (Some(Ok(candidate)), Some(subject)) =
                (examined.get(*number), subjects.get(*number))
            {
                let chain = chains.put(drift, subjects, subject, candidate);
                if let Some(slot) = chains.0.get_mut(*number) {
                    *slot = Some(chain);
                }
            }
        }
        chains
    }

    pub(super) fn get(&self, number: usize) -> Option<&Chain> {
        self.0.get(number)?.as_ref()
    }

    /// The consequences, in the order of the changes.
    pub(super) fn into_consequences(self, subjects: &[Subject]) -> Vec<Consequence> {
        self.0
            .into_iter()
            .zip(subjects)
            .filter_map(|(chain, subject)| {
                let chain = chain?;
                Some(Consequence {
                    address: subject.address.clone(),
                    actions: subject.actions.clone(),
                    because: chain.because.into_iter().collect(),
                    because_of_more: chain.is_partial,
                    chain: chain.lines.into_iter().collect(),
                })
            })
            .collect()
    }

    fn put(
        &self,
        drift: &[DriftEntry],
        subjects: &[Subject],
        subject: &Subject,
        candidate: &Candidate,
    ) -> Chain {
        let mut chain = Chain::default();
        let mut reads = IndexSet::new();
        let mut told = HashSet::new();
        for Link { path, cause } in &candidate.explanation.links {
            let what = match cause {
                Cause::Drift { entry, attribute } => {
                    let Some(entry) = drift.get(*entry) else {
                        continue;
                    };
                    let Some(leaf) = entry.attributes.get(*attribute) else {
                        continue;
                    };
                    chain.because.insert(entry.address.as_str().into());
                    chain.lines.insert(outside(entry, leaf).into());
                    member(&entry.address, &leaf.path)
                }
                Cause::Change { change, path } => {
                    let Some(other) = subjects.get(*change) else {
                        continue;
                    };
                    if let Some(earlier) = self.get(*change)
                        && told.insert(*change)
                    {
                        chain.repeat(earlier);
                    }
                    member(&other.address, path)
                }
            };
            let place = if path.steps().is_empty() {
                "its value".to_owned()
            } else {
                path.to_string()
            };
            reads.insert(format!("{}: {place} reads {what}", subject.address).into());
        }
        if chain.left_out > 0 {
            chain
                .lines
                .insert(format!("… {} more", chain.left_out).into());
        }
        chain.lines.extend(reads);
        chain.lines.insert(effect(subject, candidate).into());
        chain
    }
}

impl Chain {
    /// Takes over what another proof says, as far as there is room.
    fn repeat(&mut self, earlier: &Self) {
        for name in &earlier.because {
            if self.because.len() >= NAMED && !self.because.contains(name) {
                self.is_partial = true;
                break;
            }
            self.because.insert(Arc::clone(name));
        }
        self.is_partial |= earlier.is_partial;
        let room = REPEATED.saturating_sub(self.lines.len());
        // One line more is no longer than to say that there is one.
        let room = if earlier.lines.len() == room + 1 {
            room + 1
        } else {
            room
        };
        self.lines.extend(earlier.lines.iter().take(room).cloned());
        self.left_out += earlier.lines.len().saturating_sub(room);
    }

    /// One line for a table of changes.
    pub(super) fn summary(&self) -> String {
        let mut names: Vec<&str> = self.because.iter().take(3).map(AsRef::as_ref).collect();
        let more = format!("{} more", self.because.len().saturating_sub(3));
        if self.because.len() > 3 {
            names.push(&more);
        }
        format!("only follows from benign drift of {}", names.join(", "))
    }
}

/// `aws_instance.a: public_ip 203.0.113.5 → 203.0.113.9 outside of Terraform (benign: RULE)`
fn outside(entry: &DriftEntry, leaf: &AttributeDrift) -> String {
    format!(
        "{}: {} {} → {} outside of Terraform (benign: {})",
        entry.address,
        leaf.path,
        leaf.before.text(),
        leaf.after.text(),
        leaf.rule.as_deref().unwrap_or_default()
    )
}

/// `terraform_data.b: must be replaced because triggers_replace changed`
fn effect(subject: &Subject, candidate: &Candidate) -> String {
    let arguments: IndexSet<String> = candidate
        .explanation
        .links
        .iter()
        .filter_map(|link| link.path.steps().first().cloned())
        .map(|step| Path::from_iter([step]).to_string())
        .collect();
    let arguments: Vec<String> = arguments.into_iter().collect();
    let Subject { address, actions } = subject;
    if arguments.is_empty() {
        format!("{address}: its value changes with it")
    } else if actions.is_replace() {
        format!(
            "{address}: must be replaced because {} changed",
            arguments.join(", ")
        )
    } else {
        format!(
            "{address}: is updated in place because {} changed",
            arguments.join(", ")
        )
    }
}

fn member(address: &str, path: &Path) -> String {
    if path.steps().is_empty() {
        return address.to_owned();
    }
    let path = path.to_string();
    let dot = if path.starts_with('[') { "" } else { "." };
    format!("{address}{dot}{path}")
}
