//! Which inputs differ between two fingerprints.

use super::fingerprint::Fingerprint;
use super::input::InputId;

/// How an input differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// It wasn't an input before
    Added,
    /// It is no input any more
    Removed,
    /// Its content or value is another
    Changed,
}

/// One input that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The input
    pub input: InputId,
    /// How it differs
    pub change: ChangeKind,
}

/// The inputs that differ, in order. None exactly if the digests are the same.
pub fn compare(old: &Fingerprint, new: &Fingerprint) -> Vec<Change> {
    if old.digest() == new.digest() {
        return Vec::new();
    }
    let (old, new) = (old.inputs(), new.inputs());
    let mut changes: Vec<Change> = old
        .iter()
        .filter_map(|(input, digest)| {
            let change = match new.get(*input) {
                None => ChangeKind::Removed,
                Some(now) if now != digest => ChangeKind::Changed,
                Some(_) => return None,
            };
            Some(Change {
                input: (*input).clone(),
                change,
            })
        })
        .chain(
            new.keys()
                .filter(|input| !old.contains_key(*input))
                .map(|input| Change {
                    input: (*input).clone(),
                    change: ChangeKind::Added,
                }),
        )
        .collect();
    changes.sort_by(|a, b| a.input.cmp(&b.input));
    changes
}
