//! What may have been read: objects that drifted and objects that are to change.

use std::collections::{HashMap, HashSet};

use crate::consequence::scope::Scope;
use crate::drift::{Class, DriftEntry, DriftRules};
use crate::json::{Difference, Masks, Path, Step, Value, diff};
use crate::terraform::{Actions, Address, Change, Plan, ResourceChange};

/// Where a new value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Cause {
    /// Attribute number `attribute` of drift entry number `entry`
    Drift { entry: usize, attribute: usize },
    /// An attribute of a planned change
    Change { change: usize, path: Path },
}

/// A value that has been replaced by another.
#[derive(Debug, Clone)]
pub(super) struct Leaf {
    pub(super) path: Path,
    pub(super) before: Value<'static>,
    /// None: only apply will know
    pub(super) after: Option<Value<'static>>,
    pub(super) cause: Cause,
}

/// One object that drifted or is to change.
#[derive(Debug, Default)]
pub(super) struct Source {
    /// The key of the instance, as written
    key: Option<String>,
    /// What changed in it and may explain something
    pub(super) leaves: Vec<Leaf>,
    /// Drift of it that nobody expects
    pub(super) material: Vec<Path>,
    /// The number of its planned change
    pub(super) change: Option<usize>,
}

/// All sources, found by address.
#[derive(Debug, Default)]
pub(super) struct Sources {
    all: Vec<Source>,
    /// By the address without the key of the instance
    exact: HashMap<String, Vec<usize>>,
    /// By the address without any key
    anywhere: HashMap<String, Vec<usize>>,
}

/// The value at the end of a path.
fn at<'v, 'a>(value: &'v Value<'a>, path: &[Step]) -> Option<&'v Value<'a>> {
    path.iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.get(key),
        Step::Index(index) => value.at(*index),
    })
}

impl Sources {
    pub(super) fn collect(
        plan: &Plan<'_>,
        drift: &[DriftEntry],
        pending: &[&ResourceChange<'_>],
        rules: &DriftRules,
    ) -> Self {
        let mut sources = Self::default();
        for (number, (object, entry)) in plan.resource_drift.iter().zip(drift).enumerate() {
            sources.add(&object.address, drifted(&object.change, entry, number));
        }
        for (number, object) in pending.iter().enumerate() {
            // A deposed object is read by nothing.
            if object.deposed.is_some() {
                continue;
            }
            let mut source = Source {
                change: Some(number),
                ..Source::default()
            };
            let may_explain = rules.allows_consequence(&object.resource_type)
                && (object.change.actions == Actions::Update || object.change.actions.is_replace());
            if may_explain {
                source.leaves = planned(&object.change, number);
            }
            sources.add(&object.address, source);
        }
        sources
    }

    fn add(&mut self, address: &str, mut source: Source) {
        let Some(address) = Address::parse(address) else {
            return;
        };
        source.key = address.key.map(str::to_owned);
        let number = self.all.len();
        let scope = Scope::of(&address);
        let resource = format!(
            "{}{}.{}",
            if address.data { "data." } else { "" },
            address.resource_type,
            address.name
        );
        let exact = scope.address(&resource);
        self.exact.entry(exact).or_default().push(number);
        let anywhere = scope.anywhere().address(&resource);
        self.anywhere.entry(anywhere).or_default().push(number);
        self.all.push(source);
    }

    /// The sources that a reference from `scope` may mean.
    pub(super) fn find<'s>(
        &'s self,
        scope: &Scope,
        resource: &str,
        key: Option<&'s str>,
    ) -> impl Iterator<Item = &'s Source> {
        let index = if scope.is_any() {
            &self.anywhere
        } else {
            &self.exact
        };
        index
            .get(&scope.address(resource))
            .into_iter()
            .flatten()
            .filter_map(|number| self.all.get(*number))
            .filter(move |source| key.is_none() || source.key.as_deref() == key)
    }
}

/// The benign leaves of a drifted object, and the lists and maps above them in which all
/// that changed is benign.
fn drifted(change: &Change<'_>, entry: &DriftEntry, number: usize) -> Source {
    let mut source = Source::default();
    if entry.why.is_some()
        && entry
            .attributes
            .iter()
            .all(|leaf| leaf.class != Class::Benign)
    {
        source.material.push(Path::root());
        return source;
    }
    let (before, after) = (change.before_value(), change.after_value());
    let unknown = change.unknown_mask();
    let (before_sensitive, after_sensitive) = change.sensitive_masks();
    let masks = Masks {
        unknown: Some(&unknown.0),
        before_sensitive: Some(&before_sensitive.0),
        after_sensitive: Some(&after_sensitive.0),
    };
    // The same function of the same values: one leaf for each attribute of the entry.
    let leaves = diff(&before, &after, masks);
    for (attribute, (leaf, judged)) in leaves.iter().zip(&entry.attributes).enumerate() {
        match judged.class {
            Class::Equal => {}
            Class::Material => source.material.push(leaf.path.clone()),
            Class::Benign => push(
                &mut source.leaves,
                leaf,
                Cause::Drift {
                    entry: number,
                    attribute,
                },
            ),
        }
    }
    let unexpected = leaves.iter().zip(&entry.attributes);
    let mixed = unexpected
        .filter(|(_, judged)| judged.class != Class::Benign)
        .flat_map(|(leaf, _)| ancestors(&leaf.path))
        .collect();
    let whole = above(&source.leaves, mixed, &before, &after);
    source.leaves.extend(whole);
    source
}

fn planned(change: &Change<'_>, number: usize) -> Vec<Leaf> {
    let (before, after) = (change.before_value(), change.after_value());
    let unknown = change.unknown_mask();
    let (before_sensitive, after_sensitive) = change.sensitive_masks();
    let masks = Masks {
        unknown: Some(&unknown.0),
        before_sensitive: Some(&before_sensitive.0),
        after_sensitive: Some(&after_sensitive.0),
    };
    let mut leaves = Vec::new();
    for leaf in diff(&before, &after, masks) {
        let path = leaf.path.clone();
        push(
            &mut leaves,
            &leaf,
            Cause::Change {
                change: number,
                path,
            },
        );
    }
    let unsettled = leaves.iter().filter(|leaf| leaf.after.is_none());
    let mixed = unsettled.flat_map(|leaf| ancestors(&leaf.path)).collect();
    let whole = above(&leaves, mixed, &before, &after);
    leaves.extend(whole);
    leaves
}

fn push(leaves: &mut Vec<Leaf>, leaf: &Difference<'_, '_>, cause: Cause) {
    let owned =
        |value: Option<&Value<'_>>| value.map_or(Value::Null, |value| value.clone().into_owned());
    leaves.push(Leaf {
        path: leaf.path.clone(),
        before: owned(leaf.before),
        after: (!leaf.unknown).then(|| owned(leaf.after)),
        cause,
    });
}

/// The paths between an attribute and a leaf in it.
fn ancestors(path: &Path) -> impl Iterator<Item = Path> {
    let steps = path.steps();
    (1..steps.len()).filter_map(|length| Some(steps.get(..length)?.iter().cloned().collect()))
}

/// The lists and maps above leaves, as they were and are, each once and none of `except`.
fn above(
    leaves: &[Leaf],
    except: HashSet<Path>,
    before: &Value<'_>,
    after: &Value<'_>,
) -> Vec<Leaf> {
    let mut seen = except;
    let mut found = Vec::new();
    for leaf in leaves {
        for path in ancestors(&leaf.path) {
            let (Some(before), Some(after)) = (at(before, path.steps()), at(after, path.steps()))
            else {
                continue;
            };
            if seen.insert(path.clone()) {
                found.push(Leaf {
                    path,
                    before: before.clone().into_owned(),
                    after: Some(after.clone().into_owned()),
                    cause: leaf.cause.clone(),
                });
            }
        }
    }
    found
}

impl Leaf {
    /// What a reference to `attribute` sees of this leaf: all of it, or the part below it
    /// that it names. None: nothing.
    pub(super) fn seen_at(
        &self,
        attribute: &Path,
    ) -> Option<(Value<'static>, Option<Value<'static>>)> {
        if attribute.contains(&self.path) {
            return Some((self.before.clone(), self.after.clone()));
        }
        let below = attribute.steps().strip_prefix(self.path.steps())?;
        let part = |value: &Value<'static>| at(value, below).cloned().unwrap_or_default();
        Some((part(&self.before), self.after.as_ref().map(part)))
    }
}
