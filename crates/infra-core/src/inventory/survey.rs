//! One look at every object: how many there are of each type, and the addresses that
//! resources other than the machines hold.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use super::address::{Addresses, Reach};
use super::kinds::Kinds;
use super::pick::{Picked, Picker, root_of};
use super::provider::{JOINS, Join, Reference, Row, Through, row_of};
use crate::terraform::{Mode, State};

/// The addresses that one resource holds.
type Held<'s> = Vec<(Reach, Cow<'s, str>)>;

/// What is known of a state before its hosts are made.
#[derive(Debug, Default)]
pub(super) struct Survey<'s> {
    /// How many current managed objects there are, by type
    pub(super) counts: BTreeMap<&'s str, usize>,
    /// The addresses that a join gives, by join and by what it links to
    joined: HashMap<(usize, String), Held<'s>>,
}

impl<'s> Survey<'s> {
    /// Looks at every object of `state`.
    pub(super) fn of(state: &'s State<'_>) -> Self {
        let mut survey = Self::default();
        let mut roles: Kinds<'s, Role> = Kinds::default();
        let mut holders = Vec::new();
        let mut between: Between<'s> = HashMap::new();
        for object in &state.objects {
            if object.deposed.is_some() {
                continue;
            }
            let kind = object.resource_type.as_str();
            let role = roles.get(kind, Role::of);
            role.count += usize::from(object.mode == Mode::Managed);
            if role.wanted.is_idle() {
                continue;
            }
            let picked = role.wanted.read(object);
            for through in &role.between {
                note(between.entry(id_of(through)).or_default(), through, &picked);
            }
            if !role.holds.is_empty() {
                holders.push((role.holds.clone(), picked));
            }
        }
        let counts = roles.iter().map(|(kind, role)| (kind, role.count));
        survey.counts = counts.filter(|(_, count)| *count > 0).collect();
        for (holds, picked) in &holders {
            for (number, join) in holds {
                survey.join(*number, join, picked, &between);
            }
        }
        survey
    }

    fn join(&mut self, number: usize, join: &Join, picked: &Picked<'s>, between: &Between<'s>) {
        let addresses: Held<'s> = [(Reach::Public, join.public), (Reach::Private, join.private)]
            .into_iter()
            .flat_map(|(reach, references)| {
                references
                    .iter()
                    .flat_map(|reference| resolve(reference, picked, between))
                    .map(move |text| (reach, text))
            })
            .collect();
        if addresses.is_empty() {
            return;
        }
        for link in resolve(&join.link, picked, between) {
            self.joined
                .entry((number, same_id(&link).into_owned()))
                .or_default()
                .extend(addresses.iter().cloned());
        }
    }

    /// The addresses of one machine, with those that other resources hold.
    pub(super) fn addresses(&self, kind: &str, row: &Row, picked: &Picked<'s>) -> Addresses<'s> {
        let mut addresses = Addresses::default();
        self.add_joined(&mut addresses, true, kind, picked);
        for (reach, paths) in [
            (Reach::Public, row.public),
            (Reach::Mixed, row.mixed),
            (Reach::Private, row.private),
            (Reach::Dns, row.dns),
        ] {
            for path in paths {
                picked.each_text(path, &mut |text| addresses.add(reach, text));
            }
        }
        self.add_joined(&mut addresses, false, kind, picked);
        addresses
    }

    fn add_joined(&self, to: &mut Addresses<'s>, newer: bool, kind: &str, picked: &Picked<'s>) {
        if self.joined.is_empty() {
            return;
        }
        for (number, join) in joins_to(kind).filter(|(_, join)| join.newer == newer) {
            for id in picked.texts(join.host) {
                for (reach, text) in self
                    .joined
                    .get(&(number, same_id(&id).into_owned()))
                    .into_iter()
                    .flatten()
                {
                    to.add(*reach, text.clone());
                }
            }
        }
    }
}

/// The attributes that a machine of this type is read for.
pub(super) fn wanted_of(kind: &str, row: &Row) -> Vec<&'static str> {
    sorted(
        row.paths()
            .chain(joins_to(kind).map(|(_, join)| join.host))
            .map(root_of)
            .chain(["id"]),
    )
}

fn joins_to(kind: &str) -> impl Iterator<Item = (usize, &'static Join)> {
    JOINS
        .iter()
        .enumerate()
        .filter(move |(_, join)| join.host_types.contains(&kind))
}

type Between<'s> = HashMap<(&'static str, &'static str), HashMap<String, Cow<'s, str>>>;

/// What objects of one type are looked at for.
struct Role {
    /// How many of them are current and managed
    count: usize,
    holds: Vec<(usize, &'static Join)>,
    between: Vec<&'static Through>,
    wanted: Picker,
}

impl Role {
    fn of(kind: &str) -> Self {
        let references = |join: &'static Join| {
            [&join.link]
                .into_iter()
                .chain(join.public)
                .chain(join.private)
        };
        let holds: Vec<(usize, &'static Join)> = JOINS
            .iter()
            .enumerate()
            .filter(|(_, join)| join.types.contains(&kind))
            .collect();
        let mut between: Vec<&'static Through> = JOINS
            .iter()
            .flat_map(references)
            .filter_map(|reference| reference.through)
            .filter(|through| through.types.contains(&kind))
            .collect();
        between.sort_by_key(|through| id_of(through));
        between.dedup_by_key(|through| id_of(through));
        let wanted = sorted(
            holds
                .iter()
                .flat_map(|(_, join)| references(join))
                .map(|reference| reference.path)
                .chain(
                    between
                        .iter()
                        .flat_map(|through| [through.key, through.value]),
                )
                .map(root_of),
        );
        Self {
            count: 0,
            holds,
            between,
            wanted: Picker::new(wanted),
        }
    }
}

fn sorted(names: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = names.collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn id_of(through: &Through) -> (&'static str, &'static str) {
    (
        through.types.first().copied().unwrap_or_default(),
        through.key,
    )
}

/// Keeps what a resource in between says: one value, or as many as it has keys.
fn note<'s>(known: &mut HashMap<String, Cow<'s, str>>, through: &Through, picked: &Picked<'s>) {
    let keys = picked.texts(through.key);
    let values = picked.texts(through.value);
    let pairs = keys.iter().enumerate().filter_map(|(at, key)| {
        let at = if keys.len() == values.len() { at } else { 0 };
        Some((key, values.get(at)?))
    });
    for (key, value) in pairs {
        known.insert(same_id(key).into_owned(), value.clone());
    }
}

fn resolve<'s>(
    reference: &Reference,
    picked: &Picked<'s>,
    between: &Between<'s>,
) -> Vec<Cow<'s, str>> {
    let texts = picked.texts(reference.path).into_iter();
    match reference.through {
        None => texts.collect(),
        Some(through) => {
            let known = between.get(&id_of(through));
            texts
                .filter_map(|text| known?.get(same_id(&text).as_ref()).cloned())
                .collect()
        }
    }
}

/// An id as it is compared. Those of Azure are [case-insensitive][doc], and its API and
/// provider do differ in case.
///
/// [doc]: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
fn same_id(id: &str) -> Cow<'_, str> {
    if id.starts_with('/') {
        Cow::Owned(id.to_lowercase())
    } else {
        Cow::Borrowed(id)
    }
}

/// The row by which a resource is read, where a `hosts` block names a type that the table
/// lacks: one without a path but those that nearly all providers share.
pub(super) fn row_or_plain(kind: &str) -> &'static Row {
    static PLAIN: Row = Row {
        types: &[],
        public: &[],
        mixed: &[],
        private: &[],
        dns: &[],
        name: &["name"],
        tags: &["tags", "labels"],
        user: &[],
        identity: &["id"],
        beside: &[],
    };
    row_of(kind).unwrap_or(&PLAIN)
}
