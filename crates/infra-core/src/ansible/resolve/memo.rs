//! What was found out about values, for as long as it holds: names are resolved again and again
//! while more is found of what gives variables their values, and most values stay as they are.

use std::collections::HashMap;
use std::rc::Rc;

use super::Answer;
use crate::ansible::jinja::Expr;
use crate::ansible::name::{Name, Pattern};
use crate::ansible::values::Beyond;

/// The number of a variable's name.
pub(super) type Id = u32;

/// What is remembered.
#[derive(Debug, Default)]
pub(crate) struct Memo {
    ids: HashMap<Box<str>, Id>,
    /// How many definitions each variable has
    counts: Vec<u32>,
    /// What references can be where nothing around them has a say in it
    known: HashMap<Expr, Known>,
    /// The parts of texts
    parts: HashMap<Box<str>, Option<Rc<[Expr]>>>,
}

/// What something can be, and what that depends on.
#[derive(Debug, Clone)]
struct Known {
    found: Rc<[Pattern]>,
    asked: Rc<Asked>,
}

/// The variables that have a say in what something can be, and how many values each had.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// In order
    names: Vec<(Id, u32)>,
    beyond: Beyond,
    /// Whether one of them has no value here
    lacks: bool,
}

impl Asked {
    /// The variables, in order.
    pub(super) fn ids(&self) -> impl Iterator<Item = Id> {
        self.names.iter().map(|(id, _)| *id)
    }

    /// Whether a variable has a say that has no value here.
    pub(crate) fn lacks_some(&self) -> bool {
        self.lacks
    }

    /// Whether a variable has a say.
    pub(super) fn is_about(&self, id: Id) -> bool {
        self.names
            .binary_search_by_key(&id, |(asked, _)| *asked)
            .is_ok()
    }
}

impl Memo {
    /// The number of a name.
    pub(super) fn id(&mut self, name: &str) -> Id {
        if let Some(id) = self.ids.get(name) {
            return *id;
        }
        let id = Id::try_from(self.counts.len()).unwrap_or(Id::MAX);
        self.ids.insert(name.into(), id);
        self.counts.push(0);
        id
    }

    /// Notes that a variable has one more definition.
    pub(crate) fn defined(&mut self, name: &str) {
        let id = self.id(name);
        if let Some(count) = self.counts.get_mut(id as usize) {
            *count += 1;
        }
    }

    /// What is depended on, as it is now. The variables come in order.
    pub(super) fn asked(&self, ids: &[Id], beyond: Beyond, lacks: bool) -> Asked {
        let names = ids.iter().map(|id| (*id, self.count(*id))).collect();
        Asked {
            names,
            beyond,
            lacks,
        }
    }

    /// Whether all is as it was.
    pub(crate) fn is_as_for(&self, asked: &Asked, beyond: Beyond) -> bool {
        let same = |(id, count): &(Id, u32)| self.count(*id) == *count;
        asked.beyond == beyond && asked.names.iter().all(same)
    }

    /// Whether a variable has a say.
    pub(crate) fn is_about(&mut self, asked: &Asked, name: &str) -> bool {
        asked.is_about(self.id(name))
    }

    fn count(&self, id: Id) -> u32 {
        self.counts.get(id as usize).copied().unwrap_or_default()
    }

    /// What a reference can be, if that is known still and none of the names that mean something
    /// of their own here has a say in it.
    pub(super) fn known(&self, expr: &Expr, own: &[Id], beyond: Beyond) -> Option<Answer> {
        let known = self.known.get(expr)?;
        let holds =
            self.is_as_for(&known.asked, beyond) && !own.iter().any(|id| known.asked.is_about(*id));
        holds.then(|| (known.found.to_vec(), Rc::clone(&known.asked)))
    }

    /// Remembers what a reference can be.
    pub(super) fn remember(&mut self, expr: &Expr, found: &[Pattern], asked: Rc<Asked>) {
        let found = found.into();
        self.known.insert(expr.clone(), Known { found, asked });
    }

    /// The parts of a text with templates in it. None: it could be anything.
    pub(super) fn parts(&mut self, text: &str) -> Option<Rc<[Expr]>> {
        if let Some(parts) = self.parts.get(text) {
            return parts.clone();
        }
        let parts: Option<Rc<[Expr]>> = Name::new(text).parts.map(Rc::from);
        self.parts.insert(text.into(), parts.clone());
        parts
    }
}
