//! A part of a document that is left unread.

use serde::de::{Deserialize, Deserializer, Visitor};
use serde_json::value::RawValue;

/// The text of a value whose syntax has been checked and that nobody has read yet.
///
/// It is to `from_str` what [`RawValue`] is to `serde_json`, and can be
/// read from both.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Raw<'a>(&'a str);

/// By this name a deserialiser knows that the text itself is asked for.
pub(super) const RAW: &str = "infra_core::json::Raw";

impl<'a> Raw<'a> {
    /// The text, without spaces around it.
    pub fn get(self) -> &'a str {
        self.0
    }
}

/// Values may be secret.
impl std::fmt::Debug for Raw<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Raw").finish_non_exhaustive()
    }
}

impl<'a> From<&'a RawValue> for Raw<'a> {
    fn from(raw: &'a RawValue) -> Self {
        Self(raw.get())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Raw<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Verbatim;

        impl<'de> Visitor<'de> for Verbatim {
            type Value = Raw<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("any valid JSON value")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Raw<'de>, E> {
                Ok(Raw(text))
            }

            /// What a deserialiser does that doesn't know the name.
            fn visit_newtype_struct<D: Deserializer<'de>>(
                self,
                deserializer: D,
            ) -> Result<Raw<'de>, D::Error> {
                <&RawValue>::deserialize(deserializer).map(Raw::from)
            }
        }

        deserializer.deserialize_newtype_struct(RAW, Verbatim)
    }
}
