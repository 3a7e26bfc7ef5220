//! Which inputs differ between two fingerprints.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::fingerprint::{Fingerprint, Section};
use super::input::InputId;
use super::tree::Digest;

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

/// The inputs that differ, in order. None exactly if the inputs are the same.
///
/// For the hosts of one playbook, which share most of their inputs, use one [`Comparer`].
pub fn compare(old: &Fingerprint, new: &Fingerprint) -> Vec<Change> {
    Comparer::default().changes(old, new)
}

/// Compares the fingerprints of many hosts: what two sections differ in is found once for all
/// hosts that have them.
#[derive(Debug, Default)]
pub struct Comparer {
    /// By an old section and a new one, the inputs that only one of them has like this
    differing: HashMap<(Digest, Digest), Arc<[InputId]>>,
}

impl Comparer {
    /// The inputs that differ, in order. None exactly if the inputs are the same.
    pub fn changes(&mut self, old: &Fingerprint, new: &Fingerprint) -> Vec<Change> {
        if old.digest() == new.digest() {
            return Vec::new();
        }
        let gone = sections_without(old, new);
        let come = sections_without(new, old);
        let mut unmatched = come.clone();
        let mut differing = Vec::new();
        let mut suspects: BTreeSet<&InputId> = BTreeSet::new();
        for old in gone {
            // Which sections are matched only decides how few suspects there are.
            match come.iter().find(|new| alike(old, new)) {
                Some(new) => {
                    unmatched.retain(|other| other.digest() != new.digest());
                    differing.push(self.differing(old, new));
                }
                None => suspects.extend(old.inputs().keys()),
            }
        }
        suspects.extend(unmatched.iter().flat_map(|section| section.inputs().keys()));
        suspects.extend(differing.iter().flat_map(|inputs| inputs.iter()));
        suspects
            .into_iter()
            .filter_map(|input| {
                let digests = |of: &Fingerprint| -> BTreeSet<[u8; 32]> {
                    of.digests_of(input)
                        .map(|digest| *digest.as_bytes())
                        .collect()
                };
                let (before, now) = (digests(old), digests(new));
                let change = match (before.is_empty(), now.is_empty()) {
                    _ if before == now => return None,
                    (true, _) => ChangeKind::Added,
                    (_, true) => ChangeKind::Removed,
                    _ => ChangeKind::Changed,
                };
                Some(Change {
                    input: input.clone(),
                    change,
                })
            })
            .collect()
    }

    /// The names of the inputs that differ, for a person. None: none does.
    pub fn names(&mut self, old: &Fingerprint, new: &Fingerprint) -> Option<String> {
        let changes = self.changes(old, new);
        let names: Vec<String> = (changes.iter())
            .map(|change| change.input.to_string())
            .collect();
        (!names.is_empty()).then(|| names.join(", "))
    }

    fn differing(&mut self, old: &Section, new: &Section) -> Arc<[InputId]> {
        let pair = (*old.digest(), *new.digest());
        let known = self.differing.entry(pair).or_insert_with(|| {
            let only = |one: &Section, other: &Section| -> Vec<InputId> {
                one.inputs()
                    .iter()
                    .filter(|(input, digest)| other.inputs().get(*input) != Some(*digest))
                    .map(|(input, _)| input.clone())
                    .collect()
            };
            [only(old, new), only(new, old)].concat().into()
        });
        Arc::clone(known)
    }
}

/// The sections that another fingerprint doesn't have.
fn sections_without<'f>(of: &'f Fingerprint, other: &Fingerprint) -> Vec<&'f Section> {
    of.sections()
        .iter()
        .map(|section| &**section)
        .filter(|section| {
            let digest = section.digest().as_bytes();
            other
                .sections()
                .binary_search_by(|other| other.digest().as_bytes().cmp(digest))
                .is_err()
        })
        .collect()
}

/// Whether one is likely what became of the other.
fn alike(one: &Section, other: &Section) -> bool {
    let has_end_of = |one: &Section, other: &Section| {
        let inputs = other.inputs();
        [inputs.first_key_value(), inputs.last_key_value()]
            .into_iter()
            .flatten()
            .any(|(input, _)| one.inputs().contains_key(input))
    };
    has_end_of(one, other) || has_end_of(other, one)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A section of files, each with the number that its content is.
    fn section(files: &[(&str, u8)]) -> Arc<Section> {
        let inputs = files.iter();
        let inputs = inputs
            .map(|(name, content)| (InputId::File((*name).into()), blake3::hash(&[*content])));
        Arc::new(Section::new(inputs.collect()))
    }

    fn changes(old: &[&Arc<Section>], new: &[&Arc<Section>]) -> Vec<String> {
        let print = |sections: &[&Arc<Section>]| {
            Fingerprint::new(sections.iter().copied().map(Arc::clone).collect())
        };
        compare(&print(old), &print(new))
            .iter()
            .map(|change| format!("{} {:?}", change.input, change.change))
            .collect()
    }

    #[test]
    fn the_same_inputs_in_other_sections_are_no_change() {
        let (whole, front, back) = (
            section(&[("a", 1), ("b", 1), ("c", 1)]),
            section(&[("a", 1), ("b", 1)]),
            section(&[("b", 1), ("c", 1)]),
        );
        assert!(changes(&[&whole], &[&front, &back]).is_empty());
        assert!(changes(&[&front, &back], &[&whole]).is_empty());
        assert!(changes(&[&whole], &[&whole, &front]).is_empty());
    }

    #[test]
    fn each_kind_of_change_is_found_wherever_the_sections_end() {
        let old = section(&[("b", 1), ("c", 1), ("d", 1)]);
        let all = ["file a Added", "file c Changed", "file d Removed"];
        assert_eq!(
            changes(&[&old], &[&section(&[("a", 1), ("b", 1), ("c", 2)])]),
            all
        );
        let (one, other) = (section(&[("a", 1), ("c", 2)]), section(&[("b", 1)]));
        assert_eq!(changes(&[&old], &[&one, &other]), all);
        let new = section(&[("x", 1)]);
        assert_eq!(
            changes(&[&section(&[("a", 1)])], &[&new]),
            ["file a Removed", "file x Added"]
        );
    }

    #[test]
    fn an_input_that_two_sections_have_differently_counts_for_each() {
        let (one, two, three) = (
            section(&[("a", 1)]),
            section(&[("a", 2)]),
            section(&[("a", 3)]),
        );
        for (old, new) in [
            ([&one, &two], [&one, &three]),
            ([&one, &two], [&two, &three]),
            ([&one, &two], [&two, &two]),
            ([&one, &one], [&two, &one]),
        ] {
            assert_eq!(changes(&old, &new), ["file a Changed"]);
        }
    }
}
