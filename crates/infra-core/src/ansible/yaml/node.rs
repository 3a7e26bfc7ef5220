//! A node of a YAML document.

use std::sync::Arc;

/// A node with its place. Aliases share the node that they stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    /// From 1
    pub(crate) line: u32,
    /// From 1
    pub(crate) column: u32,
    /// The tag as written, such as `!vault`
    pub(crate) tag: Option<String>,
    /// Of a scalar on several lines, those on which code of templates is opened, in order
    pub(crate) openings: Option<Arc<[u32]>>,
    pub(crate) data: Data,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Data {
    Scalar {
        text: String,
        /// Written without quotes, so that `null`, `true` and `1` aren't strings
        plain: bool,
    },
    Sequence(Vec<Arc<Node>>),
    /// In the order of the document; a key is there once, with its last value
    Mapping(Vec<(Arc<Node>, Arc<Node>)>),
}

impl Node {
    /// The text of a scalar.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.data {
            Data::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Whether this is nothing, as in `key:`
    pub(crate) fn is_null(&self) -> bool {
        matches!(&self.data, Data::Scalar { text, plain: true } if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// Whether this is a string, and not something like `1` or `yes` that isn't in quotes.
    pub(crate) fn is_string(&self) -> bool {
        let Data::Scalar { text, plain } = &self.data else {
            return false;
        };
        let word = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        !plain || word && self.as_bool().is_none() && !self.is_null()
    }

    /// The elements of a sequence; none of anything else.
    pub(crate) fn items(&self) -> &[Arc<Self>] {
        match &self.data {
            Data::Sequence(items) => items,
            _ => &[],
        }
    }

    /// The members of a mapping; none of anything else.
    pub(crate) fn members(&self) -> &[(Arc<Self>, Arc<Self>)] {
        match &self.data {
            Data::Mapping(members) => members,
            _ => &[],
        }
    }

    /// The value under a key of a mapping.
    pub(crate) fn get(&self, key: &str) -> Option<&Arc<Self>> {
        self.members()
            .iter()
            .find(|(name, _)| name.text() == Some(key))
            .map(|(_, value)| value)
    }

    /// Whether this is a mapping.
    pub(crate) fn is_mapping(&self) -> bool {
        matches!(self.data, Data::Mapping(_))
    }

    /// Whether this is a sequence.
    pub(crate) fn is_sequence(&self) -> bool {
        matches!(self.data, Data::Sequence(_))
    }

    /// Whether the text is ciphertext or marked as data, so that no template is in it.
    pub(crate) fn is_opaque(&self) -> bool {
        matches!(
            self.tag.as_deref(),
            Some("!vault" | "!vault-encrypted" | "!unsafe")
        )
    }

    /// The word that Ansible means by `true`, if this is such a word.
    pub(crate) fn as_bool(&self) -> Option<bool> {
        match self.text()?.to_ascii_lowercase().as_str() {
            "y" | "yes" | "on" | "1" | "true" | "t" | "1.0" => Some(true),
            "n" | "no" | "off" | "0" | "false" | "f" | "0.0" => Some(false),
            _ => None,
        }
    }

    /// Calls `visit` for this node and each below it.
    pub(crate) fn walk<'n>(&'n self, visit: &mut impl FnMut(&'n Self)) {
        visit(self);
        for item in self.items() {
            item.walk(visit);
        }
        for (key, value) in self.members() {
            key.walk(visit);
            value.walk(visit);
        }
    }
}
