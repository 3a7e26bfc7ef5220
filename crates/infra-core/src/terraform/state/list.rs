//! A list of a document that becomes objects while it is read.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};

use super::model::Object;

/// The objects that the entries of a list stand for. There is never a list of the entries
/// themselves: of a large state it would take as much memory as the objects.
pub(crate) struct List<'a, E> {
    objects: Vec<Object<'a>>,
    of: PhantomData<E>,
}

/// What stands for objects.
pub(super) trait Entry<'a> {
    /// Adds the objects.
    fn add_to(self, objects: &mut Vec<Object<'a>>);
}

/// A list of so many objects takes room for all that the document may still have. One that
/// doubles again and again is copied each time, and the process keeps the memory of its copies;
/// room that nothing is written to is none.
const LONG: usize = 1024;
/// Those still to come may be so much smaller than those before.
const SMALLER: usize = 4;

impl<'a, E> List<'a, E> {
    /// The objects in the order of the document.
    pub(crate) fn into_objects(self) -> Vec<Object<'a>> {
        self.objects
    }
}

impl<E> Default for List<'_, E> {
    fn default() -> Self {
        Self {
            objects: Vec::new(),
            of: PhantomData,
        }
    }
}

impl<'de: 'a, 'a, E: Entry<'a> + Deserialize<'de>> Deserialize<'de> for List<'a, E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Self::default())
    }
}

impl<'de: 'a, 'a, E: Entry<'a> + Deserialize<'de>> Visitor<'de> for List<'a, E> {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut entries: A) -> Result<Self, A::Error> {
        while let Some(entry) = entries.next_element::<E>()? {
            let objects = &mut self.objects;
            if objects.len() >= LONG && objects.len() == objects.capacity() {
                let more = entries.size_hint().unwrap_or_default();
                // Without that much room it grows as any list.
                drop(objects.try_reserve(more.saturating_mul(SMALLER)));
            }
            entry.add_to(objects);
        }
        Ok(self)
    }
}
