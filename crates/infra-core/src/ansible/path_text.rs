//! A path that is compared by its text.
//!
//! The order of paths goes by their components, which costs many times what comparing text
//! does; paths here are normal, so that equal paths have equal text.

use std::borrow::Borrow;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

use camino::{Utf8Path, Utf8PathBuf};

/// A path as the key of a map: `get(path.as_str())`.
#[derive(Debug, Clone)]
pub(crate) struct PathText(pub(crate) Utf8PathBuf);

impl Deref for PathText {
    type Target = Utf8Path;

    fn deref(&self) -> &Utf8Path {
        &self.0
    }
}

impl From<&Utf8Path> for PathText {
    fn from(path: &Utf8Path) -> Self {
        Self(path.to_owned())
    }
}

impl Borrow<str> for PathText {
    fn borrow(&self) -> &str {
        self.0.as_str()
    }
}

impl Hash for PathText {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.as_str().hash(state);
    }
}

impl PartialEq for PathText {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl Eq for PathText {}

impl PartialOrd for PathText {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for PathText {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.as_str().cmp(other.0.as_str())
    }
}
