//! Reads documents into types of serde's, several times as fast as `serde_json`, which is
//! asked again where this reader refuses: it says what is wrong, and where.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::{
    BorrowedStrDeserializer, BytesDeserializer, StringDeserializer, U32Deserializer,
};
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::outline::OUTLINED;
use super::raw::RAW;
use super::scan::{DEEPEST, Damaged, Scan};
use super::shape::Shapes;

/// How many keys of an object are expected to be those of the one before.
const KEYS: usize = 16;

/// Reads a document as [`serde_json::from_str`] does, with the same errors.
pub(crate) fn from_str<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, serde_json::Error> {
    quickly(text).map_or_else(|| serde_json::from_str(text), Ok)
}

/// Reads a document, or refuses it without saying why.
pub(crate) fn quickly<'a, T: Deserialize<'a>>(text: &'a str) -> Option<T> {
    Reader::new(text).whole().ok()
}

/// Reads what `serde_json` reads to the same values, or else refuses it: it may be stricter
/// but never laxer.
struct Reader<'a> {
    scan: Scan<'a>,
    shapes: Shapes<'a>,
    /// Memory for the places of an outline
    places: Vec<[u8; 2]>,
    /// The key of the member that is read
    key: Cow<'a, str>,
    /// The last keys by their numbers in their objects, each with its quotes and the colon
    keys: [&'a str; KEYS],
    /// How many lists and objects may still open
    levels: usize,
}

/// What is wrong is told by `serde_json`.
impl de::Error for Damaged {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

impl std::error::Error for Damaged {}

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the document is damaged")
    }
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            scan: Scan::new(text),
            shapes: Shapes::default(),
            places: Vec::new(),
            key: Cow::Borrowed(""),
            keys: [""; KEYS],
            levels: DEEPEST,
        }
    }

    fn whole<T: Deserialize<'a>>(mut self) -> Result<T, Damaged> {
        let value = T::deserialize(&mut self)?;
        if self.scan.is_at_end() {
            Ok(value)
        } else {
            Err(Damaged)
        }
    }

    /// The key that begins here, of the member with this number, and past the colon. It is
    /// mostly that of the object before.
    fn key(&mut self, number: usize) -> Result<Cow<'a, str>, Damaged> {
        self.scan.next();
        let start = self.scan.place();
        let known = self.keys.get_mut(number);
        if let Some(known) = &known
            && let Some(key) = known
                .strip_prefix('"')
                .and_then(|key| key.strip_suffix("\":"))
            && self.scan.rest().starts_with(known.as_bytes())
        {
            self.scan.go_to(start + known.len());
            return Ok(Cow::Borrowed(key));
        }
        let key = self.scan.string()?;
        self.scan.expect(b':')?;
        if let (Some(known), Cow::Borrowed(_)) = (known, &key) {
            *known = self.scan.since(start)?;
        }
        Ok(key)
    }

    /// The text of the next value, which is passed over.
    fn raw(&mut self) -> Result<&'a str, Damaged> {
        self.scan.next();
        let start = self.scan.place();
        self.shapes.skip(&mut self.scan, &self.key)?;
        self.scan.since(start)
    }

    /// The same with the places of its members.
    fn outline(&mut self) -> Result<Outline<'_, 'a>, Damaged> {
        self.scan.next();
        let start = self.scan.place();
        let keys = self
            .shapes
            .outline(&mut self.scan, &self.key, &mut self.places)?;
        Ok(Outline {
            text: self.scan.since(start)?,
            keys,
            places: self.places.as_flattened(),
            given: 0,
        })
    }

    /// Reads what stands between brackets.
    fn within<T>(
        &mut self,
        open: u8,
        read: impl FnOnce(&mut Self) -> Result<T, Damaged>,
    ) -> Result<T, Damaged> {
        self.scan.expect(open)?;
        self.levels = self.levels.checked_sub(1).ok_or(Damaged)?;
        let value = read(self)?;
        self.levels += 1;
        Ok(value)
    }
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Damaged;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Damaged> {
        match self.scan.next().ok_or(Damaged)? {
            b'"' => match self.scan.string()? {
                Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
                Cow::Owned(text) => visitor.visit_string(text),
            },
            b'{' => self.within(b'{', |reader| {
                let mut entries = Entries::new(reader, b'}');
                let value = visitor.visit_map(&mut entries)?;
                entries.end().map(|()| value)
            }),
            b'[' => self.within(b'[', |reader| {
                let mut entries = Entries::new(reader, b']');
                let value = visitor.visit_seq(&mut entries)?;
                entries.end().map(|()| value)
            }),
            // A number, a boolean or null.
            _ => serde_json::Deserializer::from_str(self.scan.raw()?)
                .deserialize_any(visitor)
                .map_err(|_| Damaged),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Damaged> {
        if self.scan.next() == Some(b'n') {
            self.scan.skip()?;
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Damaged> {
        match name {
            RAW => visitor.visit_borrowed_str(self.raw()?),
            OUTLINED => visitor.visit_seq(self.outline()?),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Damaged> {
        self.raw()?;
        visitor.visit_unit()
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Damaged> {
        serde_json::Deserializer::from_str(self.scan.raw()?)
            .deserialize_enum(name, variants, visitor)
            .map_err(|_| Damaged)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct seq tuple tuple_struct map struct identifier
    }
}

/// The members of an object or the elements of a list, one after the other.
struct Entries<'r, 'a> {
    reader: &'r mut Reader<'a>,
    close: u8,
    /// Where the first begins
    start: usize,
    given: usize,
    ended: bool,
}

impl<'r, 'a> Entries<'r, 'a> {
    fn new(reader: &'r mut Reader<'a>, close: u8) -> Self {
        Self {
            start: reader.scan.place(),
            reader,
            close,
            given: 0,
            ended: false,
        }
    }

    fn more(&mut self) -> Result<bool, Damaged> {
        if self.ended {
            return Ok(false);
        }
        let more = self.reader.scan.more(self.given == 0, self.close)?;
        self.given += usize::from(more);
        self.ended = !more;
        Ok(more)
    }

    /// A visitor may have had enough before the end; `serde_json` refuses that, too.
    fn end(&mut self) -> Result<(), Damaged> {
        if self.more()? { Err(Damaged) } else { Ok(()) }
    }
}

impl<'a> MapAccess<'a> for Entries<'_, 'a> {
    type Error = Damaged;

    fn next_key_seed<K: DeserializeSeed<'a>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Damaged> {
        if !self.more()? {
            return Ok(None);
        }
        let key = self.reader.key(self.given - 1)?;
        self.reader.key = key.clone();
        match key {
            Cow::Borrowed(key) => seed.deserialize(BorrowedStrDeserializer::new(key)),
            Cow::Owned(key) => seed.deserialize(StringDeserializer::new(key)),
        }
        .map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'a>>(&mut self, seed: V) -> Result<V::Value, Damaged> {
        seed.deserialize(&mut *self.reader)
    }
}

impl<'a> SeqAccess<'a> for Entries<'_, 'a> {
    type Error = Damaged;

    fn next_element_seed<T: DeserializeSeed<'a>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Damaged> {
        if !self.more()? {
            return Ok(None);
        }
        seed.deserialize(&mut *self.reader).map(Some)
    }

    /// About how many more there would be if the list went on to the end of the document.
    fn size_hint(&self) -> Option<usize> {
        let read = self.reader.scan.place() - self.start;
        let left = self.reader.scan.left();
        self.given.checked_mul(left)?.checked_div(read)
    }
}

/// The parts of an [`Outlined`](super::Outlined), one after the other.
struct Outline<'r, 'a> {
    text: &'a str,
    keys: u32,
    places: &'r [u8],
    given: u8,
}

impl<'a> SeqAccess<'a> for Outline<'_, 'a> {
    type Error = Damaged;

    fn next_element_seed<T: DeserializeSeed<'a>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Damaged> {
        self.given += 1;
        match self.given {
            1 => seed.deserialize(BorrowedStrDeserializer::new(self.text)),
            2 => seed.deserialize(U32Deserializer::new(self.keys)),
            3 => seed.deserialize(BytesDeserializer::new(self.places)),
            _ => return Ok(None),
        }
        .map(Some)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde::de::IgnoredAny;

    use super::*;
    use crate::json::{Raw, Text, Value};

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Typed<'a> {
        #[serde(borrow, default)]
        text: Option<Text<'a>>,
        #[serde(default)]
        number: Option<u64>,
        #[serde(default)]
        flag: bool,
        #[serde(borrow, default)]
        raw: Option<Raw<'a>>,
        #[serde(borrow, default)]
        list: Vec<Typed<'a>>,
        #[serde(borrow, default)]
        map: BTreeMap<Text<'a>, Value<'a>>,
    }

    /// Whether this reader takes the text. What it takes, `serde_json` reads the same.
    fn taken<'a, T: Deserialize<'a> + PartialEq + fmt::Debug>(text: &'a str) -> bool {
        let ours = Reader::new(text).whole::<T>();
        if let Ok(ours) = &ours {
            let theirs = serde_json::from_str::<T>(text);
            assert_eq!(theirs.ok().as_ref(), Some(ours), "{text}");
        }
        ours.is_ok()
    }

    const ALL: &str = r#"{"text":"a\n\u00e9","number":18446744073709551615,"flag":true,
        "raw" : {"x":[1e5, {"y":null}], "z":"\ud83d\ude00"} ,"more":[{"a":[]},{"a":[1]}],
        "list":[{"text":"é","raw":null},{"raw":[]},{"raw":{"x":[1e5, {"y":nul
        l}]}}],"map":{"a":-0.5,"b":{"c":12345678901234567890123},"":[false]}}"#;

    #[test]
    fn a_list_tells_how_many_more_the_document_could_have() {
        struct Halves(usize, usize);

        impl<'de> Deserialize<'de> for Halves {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_seq(Self(0, 0))
            }
        }

        impl<'de> Visitor<'de> for Halves {
            type Value = Self;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<Self, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {
                    self.0 += 1;
                    if self.0 == 50 {
                        self.1 = list.size_hint().unwrap_or_default();
                    }
                }
                Ok(self)
            }
        }

        let list = serde_json::to_string(&vec!["an element"; 200]).unwrap();
        let Halves(all, hint) = quickly(&list).unwrap();
        assert_eq!((all, hint), (200, 150));
        let Halves(none, _) = quickly("[]").unwrap();
        assert_eq!(none, 0);
    }

    #[test]
    fn what_is_read_is_what_serde_json_reads() {
        let text = ALL.replace("nul\n        l", "null");
        assert!(taken::<Typed<'_>>(&text));
        let read: Typed<'_> = from_str(&text).unwrap();
        assert_eq!(
            read.list[2].raw.unwrap().get(),
            r#"{"x":[1e5, {"y":null}]}"#
        );
        assert!(taken::<Value<'_>>(&text));
        assert!(!taken::<Typed<'_>>(ALL));
    }

    #[test]
    fn damage_at_any_byte_is_refused_where_serde_json_refuses_it() {
        let text = ALL.replace("nul\n        l", "null");
        for at in 0..text.len() {
            if let Some(cut) = text.get(..at) {
                assert!(!taken::<Typed<'_>>(cut), "{cut}");
            }
            for byte in b"\"\\{}[]:,1tx \n\x01" {
                let mut bytes = text.clone().into_bytes();
                bytes[at] = *byte;
                let Ok(changed) = String::from_utf8(bytes) else {
                    continue;
                };
                let valid = serde_json::from_str::<Typed<'_>>(&changed).is_ok();
                assert_eq!(taken::<Typed<'_>>(&changed), valid, "{changed}");
            }
        }
    }

    #[test]
    fn an_error_is_that_of_serde_json() {
        let ours = from_str::<Typed<'_>>("{\n\"flag\": 1}").unwrap_err();
        assert_eq!(
            ours.to_string(),
            "invalid type: integer `1`, expected a boolean at line 2 column 9"
        );
    }

    #[test]
    fn depth_is_limited_where_types_nest_and_not_in_what_is_left_unread() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(from_str::<Raw<'_>>(&nested(100_000)).is_ok());
        assert!(from_str::<IgnoredAny>(&nested(100_000)).is_ok());
        let list = r#"{"list":["#.repeat(1_000) + "]}";
        assert!(from_str::<Typed<'_>>(&list).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_read_as_serde_json_reads_it(text in r#"[\[\]{}:, \n"\\nul0-9.eE+truefals\PC]{0,40}"#) {
            let valid = serde_json::from_str::<IgnoredAny>(&text).is_ok();
            prop_assert_eq!(Reader::new(&text).whole::<IgnoredAny>().is_ok(), valid);
            taken::<Value<'_>>(&text);
        }
    }
}
