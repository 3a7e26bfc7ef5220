//! `null` where a list or object is expected.

use serde::{Deserialize, Deserializer};

/// Reads `null` as the default: Go writes a nil slice or map that way.
pub(crate) fn nullable<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
