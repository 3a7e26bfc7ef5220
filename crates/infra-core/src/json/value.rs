//! A JSON value that keeps what Terraform wrote: numbers as text, keys in order.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::value::RawValue;

use super::scan::{Damaged, Scan};
use super::{Members, Raw};

/// A JSON value, borrowed from its document where the text allows it.
///
/// `serde_json::Value` turns `12345678901234567890123` into `1.2345678901234568e22`;
/// Terraform's numbers have up to 512 bits, so a number is kept here as the text it
/// was written as, and written out again unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Value<'a> {
    /// `null`
    #[default]
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as written
    Number(Cow<'a, str>),
    /// A string, with its escapes resolved
    String(Cow<'a, str>),
    /// An array
    Array(Vec<Value<'a>>),
    /// An object, in the order of the document; of a repeated key the last value counts
    Object(Members<'a>),
}

impl<'a> Value<'a> {
    /// Reads a value from JSON text.
    pub fn parse(text: &'a str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// Reads a value from a part of a document that was left unread until now.
    ///
    /// The reader that left it has checked its syntax. Nested beyond 128 levels, which no
    /// Terraform type is, it stays one string: it can still be compared.
    pub fn from_raw(raw: Raw<'a>) -> Self {
        Scan::new(raw.get()).value_or_text()
    }

    /// A string value.
    pub fn string(text: impl Into<Cow<'a, str>>) -> Self {
        Self::String(text.into())
    }

    /// The string, if this is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The boolean, if this is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The elements, if this is an array.
    pub fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The members, if this is an object.
    pub fn as_object(&self) -> Option<&Members<'a>> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The member called `key`, if this is an object that has one.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_object()?.get(key)
    }

    /// The element at `index`, if this is an array that long.
    pub fn at(&self, index: usize) -> Option<&Self> {
        self.as_array()?.get(index)
    }

    /// Whether this is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether this is `null`, or an empty string, array or object.
    ///
    /// Providers write any of these for an attribute that is not set.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Null => true,
            Self::String(text) => text.is_empty(),
            Self::Array(items) => items.is_empty(),
            Self::Object(members) => members.is_empty(),
            Self::Bool(_) | Self::Number(_) => false,
        }
    }

    /// The word for this kind of value in a message: "a string", "an object", …
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "a list",
            Self::Object(_) => "an object",
        }
    }

    /// The same value, owning its text.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(value),
            Self::Number(text) => Value::Number(Cow::Owned(text.into_owned())),
            Self::String(text) => Value::String(Cow::Owned(text.into_owned())),
            Self::Array(items) => Value::Array(items.into_iter().map(Value::into_owned).collect()),
            Self::Object(members) => Value::Object(members.into_owned()),
        }
    }
}

/// Compact JSON.
impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Self::Number(Cow::Owned(value.to_string()))
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::String(Cow::Borrowed(value))
    }
}

impl From<String> for Value<'_> {
    fn from(value: String) -> Self {
        Self::String(Cow::Owned(value))
    }
}

impl<'a> FromIterator<Value<'a>> for Value<'a> {
    fn from_iter<I: IntoIterator<Item = Value<'a>>>(items: I) -> Self {
        Self::Array(items.into_iter().collect())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Value<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Only a raw value keeps the text of a number; it also checks the syntax.
        let raw = Raw::deserialize(deserializer)?;
        Scan::new(raw.get())
            .value()
            .map_err(|Damaged| de::Error::custom("nesting beyond 128 levels"))
    }
}

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(text) => {
                <&RawValue>::deserialize(&mut serde_json::Deserializer::from_str(text))
                    .map_err(serde::ser::Error::custom)?
                    .serialize(serializer)
            }
            Self::String(text) => serializer.serialize_str(text),
            Self::Array(items) => {
                let mut seq = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    seq.serialize_element(item)?;
                }
                seq.end()
            }
            Self::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (key, value) in members {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_as_it_was_read() {
        let text = r#"{"a":12345678901234567890123,"b":[1.50,-0,1e400],"c":"é\n"}"#;
        let value = Value::parse(text).unwrap();
        assert_eq!(
            value.get("a"),
            Some(&Value::Number("12345678901234567890123".into()))
        );
        assert_eq!(value.to_string(), text);
    }

    #[test]
    fn plain_text_is_borrowed() {
        let value = Value::parse(r#"["plain"]"#).unwrap();
        assert!(matches!(
            value.at(0),
            Some(Value::String(Cow::Borrowed("plain")))
        ));
    }

    #[test]
    fn of_a_repeated_key_the_last_counts() {
        assert_eq!(
            Value::parse(r#"{"a":1,"a":2}"#).unwrap().to_string(),
            r#"{"a":2}"#
        );
    }

    #[test]
    fn damage_is_an_error_at_every_byte() {
        let text = r#"{"a":[1,{"b":"c"}],"d":null}"#;
        for end in 0..text.len() {
            assert!(Value::parse(&text[..end]).is_err(), "{}", &text[..end]);
        }
    }
}
