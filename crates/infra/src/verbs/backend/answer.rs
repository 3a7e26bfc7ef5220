//! What a backend consists of, in the shape in which it is printed as JSON.

use serde::Serialize;

/// What there is of a backend. Serialises as the document of `infra backend init --json`.
#[derive(Debug, Clone, Serialize)]
pub struct BackendReport {
    /// [`FORMAT_VERSION`](infra_core::decision::FORMAT_VERSION)
    pub format_version: &'static str,
    /// The stack
    pub stack: String,
    /// The bucket of the state
    pub bucket: String,
    /// The table of locks and digests; null where the lock is an object or there is none
    pub table: Option<String>,
    /// Everything that was looked at, in order
    pub parts: Vec<Part>,
}

/// One thing that a backend needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// What: `bucket`, `versioning`, `encryption`, `public access`, `tls`, `lock`, `table`, …
    pub name: &'static str,
    /// How it stands
    pub condition: Condition,
    /// More about it
    pub message: String,
    /// What to do about it
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
}

/// How one part of a backend stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Condition {
    /// It was as it should be
    Good,
    /// It was made or set right just now
    Made,
    /// It is there, and not as it should be
    Wrong,
    /// It isn't there
    Missing,
}

impl BackendReport {
    /// Whether everything is as it should be by now.
    pub fn is_good(&self) -> bool {
        self.parts
            .iter()
            .all(|part| part.condition <= Condition::Made)
    }
}

impl Part {
    pub(super) fn new(
        name: &'static str,
        condition: Condition,
        message: impl Into<String>,
    ) -> Self {
        Self {
            name,
            condition,
            message: message.into(),
            hints: Vec::new(),
        }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}
