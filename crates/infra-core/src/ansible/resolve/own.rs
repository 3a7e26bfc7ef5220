//! What names mean where a value stands, if that is not what they mean everywhere.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::memo::Id;
use crate::ansible::name::Pattern;
use crate::ansible::values::{Definition, Scope, Values};

/// Of several variables of one name, which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// The only one, or that of the task whose name it is
    Own,
    /// That of any other task
    Elsewhere,
    /// That of the task with this scope
    Fixed(*const Scope),
}

/// What a name means where a value stands, if that is not what it means everywhere. `fixed` is
/// where the value was computed, if not where the name stands that is being resolved.
pub(super) fn local<'s>(
    fixed: Option<&'s Arc<Scope>>,
    scope: &'s Scope,
    root: &str,
) -> (Option<&'s [Definition]>, Whose) {
    if let Some(fixed) = fixed {
        if let Some(known) = fixed.local.get(root) {
            return (Some(known), Whose::Fixed(Arc::as_ptr(fixed)));
        }
        if Scope::OF_THE_PLACE.contains(&root) {
            return (None, Whose::Own);
        }
    }
    (scope.local.get(root).map(Vec::as_slice), Whose::Own)
}

/// The number of a [`Place`].
pub(super) type PlaceId = u32;

/// The names that are plain texts where a value stands, such as `role_path`, with these. None: it
/// has no value there, whatever it has elsewhere.
pub(super) type Place = Vec<(Id, Option<Vec<Pattern>>)>;

/// The names that mean something where a value stands that they don't elsewhere.
#[derive(Debug)]
pub(super) struct Own {
    /// Those that are plain texts, in order
    texts: Box<[Id]>,
    /// The others, such as those of loops
    others: Box<[Id]>,
    /// The place of all that have the same texts
    pub(super) place: PlaceId,
}

impl Own {
    pub(super) fn new(fixed: Option<&Arc<Scope>>, scope: &Scope, values: &Values) -> Self {
        let mut memo = values.memo();
        let there = fixed.into_iter().flat_map(|fixed| fixed.local.keys());
        let names = (scope.local.keys())
            .chain(there)
            .map(String::as_str)
            .chain(Scope::OF_THE_PLACE);
        let mut texts = BTreeMap::new();
        let mut others: Vec<Id> = Vec::new();
        for name in names.chain(values.names_bound(scope)) {
            let id = memo.id(name);
            let text = match local(fixed, scope, name).0 {
                None => Some(None),
                Some([Definition::Patterns(text)]) => Some(Some(text.clone())),
                Some(_) => None,
            };
            match text.filter(|_| values.bound_to(name, scope).is_none()) {
                Some(text) => drop(texts.insert(id, text)),
                None => others.push(id),
            }
        }
        Self {
            texts: texts.keys().copied().collect(),
            others: others.into(),
            place: memo.place(texts.into_iter().collect()),
        }
    }

    /// Those that are plain texts.
    pub(super) fn texts(&self) -> impl Iterator<Item = Id> {
        self.texts.iter().copied()
    }

    /// Those that are something else.
    pub(super) fn others(&self) -> impl Iterator<Item = Id> {
        self.others.iter().copied()
    }
}
