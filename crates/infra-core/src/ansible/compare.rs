//! Which inputs differ between two fingerprints.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::fingerprint::{Fingerprint, Section};
use super::input::InputId;
use super::tree::Digest;

/// How many inputs make a section one that is compared once for all hosts that have it. A play can
/// read thousands of files, and a variable of each of thousands of hosts: to look at those for each
/// host would take the product of the two.
const LARGE: usize = 32;

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
    /// Found for this host alone, in order
    pub of_host: Vec<Change>,
    /// Found once for all hosts that have the same large sections
    pub shared: Arc<SharedChanges>,
}

/// What differs between the large sections of some hosts.
#[derive(Debug)]
pub struct SharedChanges {
    /// Tells them from all others that one [`Comparer`] finds
    pub id: usize,
    /// In order
    pub changes: Vec<Change>,
}

impl SharedChanges {
    fn of(&self, input: &InputId) -> Option<ChangeKind> {
        let at = self
            .changes
            .binary_search_by(|change| change.input.cmp(input));
        at.ok()
            .and_then(|at| self.changes.get(at))
            .map(|found| found.change)
    }
}

impl Changes {
    /// Whether the inputs are the same.
    pub fn is_empty(&self) -> bool {
        self.of_host.is_empty() && self.shared.changes.is_empty()
    }

    /// All that differs.
    pub fn iter(&self) -> impl Iterator<Item = &Change> {
        self.of_host.iter().chain(&self.shared.changes)
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

/// Compares the fingerprints of many hosts.
#[derive(Debug, Default)]
pub struct Comparer {
    /// By the large sections before and now
    shared: HashMap<[Vec<Digest>; 2], Arc<SharedChanges>>,
}

impl Comparer {
    /// The inputs that differ.
    pub fn changes(&mut self, old: &Fingerprint, new: &Fingerprint) -> Changes {
        if old.digest() == new.digest() {
            return Changes {
                of_host: Vec::new(),
                shared: self.shared(&[], &[]),
            };
        }
        let (old, new) = (sections(old), sections(new));
        let shared = self.shared(&large(&old), &large(&new));
        // An input can stand in several sections, and move from one to another.
        let small = || old.iter().chain(&new).filter(|section| !is_large(section));
        let mut suspects: BTreeSet<&InputId> = BTreeSet::new();
        for (of, other) in [(&old, &new), (&new, &old)] {
            let differing = without(of, other).filter(|section| !is_large(section));
            suspects.extend(differing.flat_map(|section| section.inputs().keys()));
        }
        if !shared.changes.is_empty() {
            let inputs = small().flat_map(|section| section.inputs().keys());
            suspects.extend(inputs.filter(|input| shared.of(input).is_some()));
        }
        let mut of_host = Vec::new();
        for input in suspects {
            let change = differs(input, &old, &new);
            match (change, shared.of(input)) {
                (Some(change), None) => of_host.push(Change {
                    input: input.clone(),
                    change,
                }),
                (change, known) if change == known => {}
                // Taken together they differ in another way, if at all.
                _ => {
                    return Changes {
                        of_host: all(&old, &new),
                        shared: self.shared(&[], &[]),
                    };
                }
            }
        }
        Changes { of_host, shared }
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

    fn shared(&mut self, old: &[&Arc<Section>], new: &[&Arc<Section>]) -> Arc<SharedChanges> {
        let key = [old, new].map(|sections| {
            let digests = sections.iter().map(|section| *section.digest());
            digests.collect::<Vec<Digest>>()
        });
        if let Some(known) = self.shared.get(&key) {
            return Arc::clone(known);
        }
        let found = Arc::new(SharedChanges {
            id: self.shared.len(),
            changes: all(old, new),
        });
        self.shared.insert(key, Arc::clone(&found));
        found
    }
}

fn is_large(section: &Section) -> bool {
    section.inputs().len() >= LARGE
}

/// Those that are compared once for all hosts.
fn large<'f>(of: &[&'f Arc<Section>]) -> Vec<&'f Arc<Section>> {
    let sections = of.iter().copied();
    sections.filter(|section| is_large(section)).collect()
}

/// In the order of their digests.
fn sections(of: &Fingerprint) -> Vec<&Arc<Section>> {
    of.sections().iter().collect()
}

/// All that differs between sections, in order.
fn all(old: &[&Arc<Section>], new: &[&Arc<Section>]) -> Vec<Change> {
    let differing = without(old, new).chain(without(new, old));
    let suspects: BTreeSet<&InputId> = differing
        .flat_map(|section| section.inputs().keys())
        .collect();
    let changes = suspects.into_iter().filter_map(|input| {
        let change = differs(input, old, new)?;
        let input = input.clone();
        Some(Change { input, change })
    });
    changes.collect()
}

/// The sections, in the order of their digests, that aren't among others.
fn without<'f>(
    of: &[&'f Arc<Section>],
    others: &[&Arc<Section>],
) -> impl Iterator<Item = &'f Arc<Section>> {
    of.iter().copied().filter(|section| {
        let digest = section.digest().as_bytes();
        others
            .binary_search_by(|other| other.digest().as_bytes().cmp(digest))
            .is_err()
    })
}

/// How an input differs between sections. Plays that read one variable of another host from files of
/// their own have several digests of it, and each counts.
fn differs(input: &InputId, old: &[&Arc<Section>], new: &[&Arc<Section>]) -> Option<ChangeKind> {
    let digests = |sections: &[&Arc<Section>]| -> BTreeSet<[u8; 32]> {
        (sections.iter())
            .filter_map(|section| section.inputs().get(input))
            .map(|digest| *digest.as_bytes())
            .collect()
    };
    let (before, now) = (digests(old), digests(new));
    match (before.is_empty(), now.is_empty()) {
        _ if before == now => None,
        (true, _) => Some(ChangeKind::Added),
        (_, true) => Some(ChangeKind::Removed),
        _ => Some(ChangeKind::Changed),
    }
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

    /// What a play reads of many hosts.
    fn addresses(hosts: u8, address: u8) -> Arc<Section> {
        let inputs = (0..hosts).map(|host| {
            let id = InputId::HostVariable {
                host: format!("web{host}"),
                name: "ansible_host".to_owned(),
            };
            (id, blake3::hash(&[host, address]))
        });
        Arc::new(Section::new(inputs.collect()))
    }

    #[test]
    fn what_differs_in_large_sections_is_found_once_for_all_hosts() {
        let host = |address, own| {
            let own = section(&[("a", own)]);
            Fingerprint::new(vec![addresses(100, address), own])
        };
        let mut comparer = Comparer::default();
        // A host that hasn't changed tells nothing of those that come after it.
        assert!(comparer.changes(&host(1, 1), &host(1, 1)).is_empty());
        let one = comparer.changes(&host(1, 1), &host(2, 1));
        let two = comparer.changes(&host(1, 2), &host(2, 3));
        let other = comparer.changes(&host(1, 2), &host(3, 2));
        assert_eq!((one.of_host.len(), one.shared.changes.len()), (0, 100));
        assert_eq!((two.of_host.len(), two.shared.changes.len()), (1, 100));
        assert!(Arc::ptr_eq(&one.shared, &two.shared));
        assert_ne!(one.shared.id, other.shared.id);
        let own = comparer.changes(&host(1, 1), &host(1, 2));
        assert!(own.shared.changes.is_empty());
        let names = comparer.names(&host(1, 1), &host(2, 2)).unwrap();
        assert!(
            names.starts_with("file a, hostvars[web0].ansible_host, ")
                && names.ends_with(", 81 more"),
            "{names}"
        );
    }

    #[test]
    fn an_input_that_moves_between_large_and_small_sections_counts_as_it_is_in_all() {
        let file = |number: u8| format!("f{number:03}");
        // The files from one on, all with this content but the first.
        let files = |from: u8, first: u8| {
            let names: Vec<String> = (from..100).map(file).collect();
            let files = names.iter().enumerate();
            let files = files.map(|(at, name)| (name.as_str(), if at == 0 { first } else { 1 }));
            section(&files.collect::<Vec<_>>())
        };
        let (whole, rest) = (files(0, 1), files(1, 1));
        let (alone, other) = (section(&[("f000", 1)]), section(&[("f000", 2)]));
        assert!(changes(&[&whole], &[&rest, &alone]).is_empty());
        assert!(changes(&[&rest, &alone], &[&whole]).is_empty());
        assert!(changes(&[&whole, &alone], &[&rest, &alone]).is_empty());
        assert_eq!(changes(&[&whole], &[&rest, &other]), ["file f000 Changed"]);
        assert_eq!(changes(&[&rest, &other], &[&whole]), ["file f000 Changed"]);
        let both = [&files(0, 2), &other];
        assert_eq!(changes(&[&whole, &alone], &both), ["file f000 Changed"]);
        assert_eq!(changes(&[&whole], &[&rest]), ["file f000 Removed"]);
    }
}
