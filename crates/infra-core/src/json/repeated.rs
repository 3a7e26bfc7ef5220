//! Keys that stand twice in one object of a JSON text.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// Whether an object in the text has a key more than once, or may have: the text can't be read.
pub(super) fn repeats_key(text: &str) -> bool {
    serde_json::from_str::<Repeats>(text).map_or(true, |found| found.0)
}

struct Repeats(bool);

impl<'de> Deserialize<'de> for Repeats {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Anything;

        impl<'de> Visitor<'de> for Anything {
            type Value = Repeats;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any valid JSON value")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Repeats, A::Error> {
                let mut known = HashSet::new();
                let mut repeats = false;
                while let Some(key) = members.next_key::<String>()? {
                    repeats |= !known.insert(key);
                    repeats |= members.next_value::<Repeats>()?.0;
                }
                Ok(Repeats(repeats))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Repeats, A::Error> {
                let mut repeats = false;
                while let Some(item) = items.next_element::<Repeats>()? {
                    repeats |= item.0;
                }
                Ok(Repeats(repeats))
            }

            fn visit_bool<E>(self, _: bool) -> Result<Repeats, E> {
                Ok(Repeats(false))
            }

            fn visit_i64<E>(self, _: i64) -> Result<Repeats, E> {
                Ok(Repeats(false))
            }

            fn visit_u64<E>(self, _: u64) -> Result<Repeats, E> {
                Ok(Repeats(false))
            }

            fn visit_f64<E>(self, _: f64) -> Result<Repeats, E> {
                Ok(Repeats(false))
            }

            fn visit_str<E>(self, _: &str) -> Result<Repeats, E> {
                Ok(Repeats(false))
            }

            fn visit_unit<E>(self) -> Result<Repeats, E> {
                Ok(Repeats(false))
            }
        }

        deserializer.deserialize_any(Anything)
    }
}
