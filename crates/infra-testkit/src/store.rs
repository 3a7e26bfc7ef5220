//! What S3 and DynamoDB of the simulated AWS hold.

use serde::Deserialize;
use serde_json::Value;

/// Every object and every item.
#[derive(Debug, Clone, Deserialize)]
pub struct Store {
    /// The objects of S3
    pub objects: Vec<Object>,
    /// The items of DynamoDB
    pub items: Vec<Item>,
}

/// An object with its versions.
#[derive(Debug, Clone, Deserialize)]
pub struct Object {
    /// Its bucket
    pub bucket: String,
    /// Its key
    pub key: String,
    /// Oldest first
    pub versions: Vec<Version>,
}

impl Object {
    /// The content of its newest version, which must have some.
    ///
    /// # Panics
    ///
    /// Where the newest version is a delete marker, or no text.
    pub fn newest(&self) -> &str {
        let newest = self
            .versions
            .last()
            .and_then(|version| version.text.as_deref());
        newest.unwrap_or_else(|| panic!("{} has no text", self.key))
    }
}

/// One version of an object.
#[derive(Debug, Clone, Deserialize)]
pub struct Version {
    /// Whether it is a delete marker
    pub deleted: bool,
    /// The digest of the content, in hexadecimal
    pub md5: Option<String>,
    /// The content
    pub text: Option<String>,
}

/// An item of a table.
#[derive(Debug, Clone, Deserialize)]
pub struct Item {
    /// The table
    pub table: String,
    /// Its attributes, without their types
    pub item: Value,
}
