//! An object that is left unread, with the places of its members.

use std::fmt;

use serde::de::value::SeqAccessDeserializer;
use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};

use super::Raw;
use super::scan::Scan;

/// The text of a value, like [`Raw`]; of an object also where each of its members begins, as
/// far as the reader has kept that when it passed over it.
///
/// A large state is read for a few attributes of each resource. With their places known,
/// nothing has to be passed over twice.
#[derive(Clone)]
pub(crate) struct Outlined<'a> {
    raw: Raw<'a>,
    keys: u32,
    /// Where each member begins, by its distance from the brace in two bytes
    places: Box<[u8]>,
}

/// By this name a deserialiser knows that the places of members are asked for as well. It
/// gives a sequence of the text, the number for the keys, and the places.
pub(super) const OUTLINED: &str = "infra_core::json::Outlined";

/// The number for the keys of what has no outline.
pub(super) const UNKNOWN: u32 = 0;

impl<'a> Outlined<'a> {
    /// The text.
    pub(crate) fn raw(&self) -> Raw<'a> {
        self.raw
    }

    /// A number that objects of one document have in common if they have the same keys in
    /// the same order. None where the places of the members are not known.
    pub(crate) fn keys(&self) -> Option<u32> {
        Some(self.keys).filter(|keys| *keys != UNKNOWN)
    }

    /// The member with this number, from before its key. None where its place is not known.
    pub(crate) fn member(&self, number: usize) -> Option<Scan<'a>> {
        let (places, _) = self.places.as_chunks();
        let place = u16::from_le_bytes(*places.get(number)?);
        Some(Scan::at(self.raw.get(), place.into()))
    }

    /// The members, each from before its key; none where their places are not known.
    pub(crate) fn members(&self) -> impl Iterator<Item = Scan<'a>> {
        (0..).map_while(|number| self.member(number))
    }
}

/// Writes the places, which are in order. False if the last is too far.
pub(super) fn write(places: impl Iterator<Item = usize>, to: &mut Vec<[u8; 2]>) -> bool {
    to.clear();
    let mut last = 0;
    to.extend(places.map(|place| {
        last = place;
        #[allow(clippy::cast_possible_truncation, reason = "then the last is too far")]
        (place as u16).to_le_bytes()
    }));
    let known = u16::try_from(last).is_ok();
    if !known {
        to.clear();
    }
    known
}

/// Values may be secret.
impl fmt::Debug for Outlined<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outlined").finish_non_exhaustive()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Outlined<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Parts;

        impl<'de> Visitor<'de> for Parts {
            type Value = Outlined<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any valid JSON value")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, parts: A) -> Result<Outlined<'de>, A::Error> {
                let (raw, keys, Bytes(places)) =
                    Deserialize::deserialize(SeqAccessDeserializer::new(parts))?;
                Ok(Outlined { raw, keys, places })
            }

            /// What a deserialiser does that doesn't know the name.
            fn visit_newtype_struct<D: Deserializer<'de>>(
                self,
                deserializer: D,
            ) -> Result<Outlined<'de>, D::Error> {
                Ok(Outlined {
                    raw: Raw::deserialize(deserializer)?,
                    keys: UNKNOWN,
                    places: Box::default(),
                })
            }
        }

        deserializer.deserialize_newtype_struct(OUTLINED, Parts)
    }
}

struct Bytes(Box<[u8]>);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Whole;

        impl Visitor<'_> for Whole {
            type Value = Bytes;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes")
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Bytes, E> {
                Ok(Bytes(bytes.into()))
            }
        }

        deserializer.deserialize_bytes(Whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Value, quickly};

    #[test]
    fn members_are_where_a_reading_of_the_whole_finds_them() {
        let far = "x".repeat(70_000);
        let list = format!(
            r#"[{{"id":"1","tags":{{"a":"b"}},"x":null}},{{"id":"1","tags":{{"a":"c"}},"x":null}},
            {{"id":"1","tags":{{"a":"c"}},"y":null}},{{"id":"2","tags":{{"b":"c"}},"y":[ ]}},
            {{"ib":"2","tags":{{"b":"c"}},"y":[ ]}},{{"id":"1","tags":{{"a":"c"}}}},{{ }},{{}},
            {{"id":"1" , "tags" :{{"a":"c"}},"x":null,"y":1}},
            {{"id":"1","tags":{{"a":"c"}},"x":null,"y":{{}}}},{{"a":"{far}","b":1}},{{"z":"{far}"}},7]"#
        );
        let objects: Vec<Outlined<'_>> = quickly(&list).unwrap();
        let mut known = 0;
        for object in &objects {
            let whole = Value::from_raw(object.raw());
            let Value::Object(whole) = whole else {
                assert_eq!(object.keys(), None);
                continue;
            };
            if object.keys().is_some() {
                let found = object.members();
                let found = found.map(|mut at| (at.key().unwrap(), at.value().unwrap()));
                assert_eq!(Value::Object(found.collect()), Value::Object(whole));
                known += 1;
            }
        }
        assert_eq!(
            known, 11,
            "all but the one whose second member is too far, and 7"
        );
        let keys: Vec<Option<u32>> = objects.iter().map(Outlined::keys).collect();
        let same: Vec<bool> = keys.windows(2).map(|two| two[0] == two[1]).collect();
        let expected = [1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0].map(|same| same == 1);
        assert_eq!(same, expected, "{keys:?}");
    }

    #[test]
    fn serde_json_reads_the_text_alone() {
        let object: Outlined<'_> = serde_json::from_str(r#" {"a": 1} "#).unwrap();
        assert_eq!((object.raw().get(), object.keys()), (r#"{"a": 1}"#, None));
        assert_eq!(object.members().count(), 0);
    }
}
