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

/// What differs between two fingerprints of a host.
#[derive(Debug, Clone)]
pub struct Changes {
    /// Inputs of the host's own, in order
    pub of_host: Vec<Change>,
    /// Inputs of whole plays, such as variables of other hosts
    pub of_plays: Arc<PlayChanges>,
}

/// Inputs of whole plays that differ. Hosts of which the same inputs differ share them.
#[derive(Debug)]
pub struct PlayChanges {
    /// Tells them from all others that one [`Comparer`] finds
    pub id: usize,
    /// In order
    pub changes: Vec<Change>,
}

impl Changes {
    /// Whether the inputs are the same.
    pub fn is_empty(&self) -> bool {
        self.of_host.is_empty() && self.of_plays.changes.is_empty()
    }

    /// All that differs.
    pub fn iter(&self) -> impl Iterator<Item = &Change> {
        self.of_host.iter().chain(&self.of_plays.changes)
    }
}

/// The inputs that differ, in order. None exactly if the inputs are the same.
///
/// For the hosts of one playbook, which share most of their inputs, use one [`Comparer`].
pub fn compare(old: &Fingerprint, new: &Fingerprint) -> Vec<Change> {
    let changes = Comparer::default().changes(old, new);
    let mut all: Vec<Change> = changes.iter().cloned().collect();
    all.sort_by(|a, b| a.input.cmp(&b.input));
    all
}

/// Compares the fingerprints of many hosts: what is the same for many is found once.
#[derive(Debug, Default)]
pub struct Comparer {
    /// By an old section and a new one, the inputs that only one of them has like this
    differing: HashMap<(Digest, Digest), Arc<[InputId]>>,
    /// By all sections with inputs of plays, before and now. A play can read a variable of each
    /// host, so to compare those for each host would take the square of their number
    of_plays: HashMap<[Vec<Digest>; 2], Arc<PlayChanges>>,
}

impl Comparer {
    /// The inputs that differ.
    pub fn changes(&mut self, old: &Fingerprint, new: &Fingerprint) -> Changes {
        if old.digest() == new.digest() {
            return Changes {
                of_host: Vec::new(),
                of_plays: self.of_plays(&[], &[]),
            };
        }
        Changes {
            of_host: self.compare(&part(old, false), &part(new, false), false),
            of_plays: self.of_plays(&part(old, true), &part(new, true)),
        }
    }

    /// The names of the inputs that differ, for a person. None: none does.
    pub fn names(&mut self, old: &Fingerprint, new: &Fingerprint) -> Option<String> {
        /// How many are named.
        const NAMED: usize = 20;
        let changes = self.changes(old, new);
        let mut names: Vec<String> = (changes.iter().take(NAMED))
            .map(|change| change.input.to_string())
            .collect();
        let more = changes.iter().skip(NAMED).count();
        if more > 0 {
            names.push(format!("{more} more"));
        }
        (!names.is_empty()).then(|| names.join(", "))
    }

    fn of_plays(&mut self, old: &[&Section], new: &[&Section]) -> Arc<PlayChanges> {
        let key = [old, new].map(|sections| {
            let digests = sections.iter().map(|section| *section.digest());
            digests.collect::<Vec<Digest>>()
        });
        if let Some(known) = self.of_plays.get(&key) {
            return Arc::clone(known);
        }
        let found = Arc::new(PlayChanges {
            id: self.of_plays.len(),
            changes: self.compare(old, new, true),
        });
        self.of_plays.insert(key, Arc::clone(&found));
        found
    }

    /// The inputs of one kind that differ, in order, from all sections that have such inputs.
    fn compare(&mut self, old: &[&Section], new: &[&Section], of_plays: bool) -> Vec<Change> {
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
            .filter(|input| input.is_of_plays() == of_plays)
            .filter_map(|input| {
                // Sections that read one variable of another host from files of their own have
                // several digests of it, and each counts.
                let digests = |sections: &[&Section]| -> BTreeSet<[u8; 32]> {
                    (sections.iter())
                        .filter_map(|section| section.inputs().get(input))
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

/// The sections with inputs of whole plays, or of the host's own.
fn part(of: &Fingerprint, of_plays: bool) -> Vec<&Section> {
    let sections = of.sections().iter().map(|section| &**section);
    sections.filter(|section| section.has(of_plays)).collect()
}

/// The sections, in the order of their digests, that aren't among others.
fn sections_without<'f>(of: &[&'f Section], others: &[&Section]) -> Vec<&'f Section> {
    let is_other = |section: &Section| {
        let digest = section.digest().as_bytes();
        others
            .binary_search_by(|other| other.digest().as_bytes().cmp(digest))
            .is_ok()
    };
    (of.iter().copied())
        .filter(|section| !is_other(section))
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

    #[test]
    fn inputs_of_plays_are_found_once_for_all_hosts() {
        let read = |address: u8| {
            let inputs = (0..3).map(|host| {
                let id = InputId::HostVariable {
                    host: format!("web{host}"),
                    name: "ansible_host".to_owned(),
                };
                (id, blake3::hash(&[host, address]))
            });
            Arc::new(Section::new(inputs.collect()))
        };
        let host = |address, own| Fingerprint::new(vec![read(address), section(&[("a", own)])]);
        let mut comparer = Comparer::default();
        // A host that hasn't changed tells nothing of those that come after it.
        assert!(comparer.changes(&host(1, 1), &host(1, 1)).is_empty());
        let one = comparer.changes(&host(1, 1), &host(2, 1));
        let two = comparer.changes(&host(1, 2), &host(2, 3));
        let other = comparer.changes(&host(1, 2), &host(3, 2));
        assert_eq!((one.of_host.len(), one.of_plays.changes.len()), (0, 3));
        assert_eq!((two.of_host.len(), two.of_plays.changes.len()), (1, 3));
        assert!(Arc::ptr_eq(&one.of_plays, &two.of_plays));
        assert_ne!(one.of_plays.id, other.of_plays.id);
        assert!(
            comparer
                .changes(&host(1, 1), &host(1, 2))
                .of_plays
                .changes
                .is_empty()
        );
        let names = comparer.names(&host(1, 1), &host(2, 2)).unwrap();
        assert!(
            names.starts_with("file a, hostvars[web0].ansible_host, "),
            "{names}"
        );
    }
}
