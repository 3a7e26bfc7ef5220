//! What was found out about values, for as long as it holds: names are resolved again and again
//! while more is found of what gives variables their values, and most values stay as they are.

use std::collections::HashMap;
use std::rc::Rc;

use super::Answer;
use super::own::{Own, Place, PlaceId};
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
    /// The same where only texts of a place have one, by the place and whether they stand in the
    /// value of another variable
    of_place: HashMap<(PlaceId, bool), HashMap<Expr, Known>>,
    places: HashMap<Place, PlaceId>,
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

    /// Whether any of some variables has a say.
    fn is_about_any(&self, mut ids: impl Iterator<Item = Id>) -> bool {
        ids.any(|id| self.is_about(id))
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

    /// The number of a place.
    pub(super) fn place(&mut self, place: Place) -> PlaceId {
        let next = PlaceId::try_from(self.places.len()).unwrap_or(PlaceId::MAX);
        *self.places.entry(place).or_insert(next)
    }

    /// What a reference can be that stands where these names mean something of their own, `outside`
    /// of the values of other variables, if that is known still.
    pub(super) fn known(
        &self,
        expr: &Expr,
        own: &Own,
        outside: bool,
        beyond: Beyond,
    ) -> Option<Answer> {
        let holds = |known: &&Known| {
            self.is_as_for(&known.asked, beyond) && !known.asked.is_about_any(own.others())
        };
        let known = self.known.get(expr).filter(holds);
        let known = known.filter(|known| !known.asked.is_about_any(own.texts()));
        let known = known.or_else(|| {
            let of_place = self.of_place.get(&(own.place, outside))?;
            of_place.get(expr).filter(holds)
        })?;
        Some((known.found.to_vec(), Rc::clone(&known.asked)))
    }

    /// Remembers what a reference can be, unless more than texts of its place have a say in it.
    pub(super) fn remember(
        &mut self,
        expr: &Expr,
        own: &Own,
        outside: bool,
        (found, asked): (&[Pattern], &Rc<Asked>),
    ) {
        if asked.is_about_any(own.others()) {
            return;
        }
        let known = if asked.is_about_any(own.texts()) {
            self.of_place.entry((own.place, outside)).or_default()
        } else {
            &mut self.known
        };
        let (found, asked) = (found.into(), Rc::clone(asked));
        known.insert(expr.clone(), Known { found, asked });
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
