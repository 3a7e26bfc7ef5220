//! The list of checks, in the shape in which it is printed as JSON.

use serde::Serialize;

use crate::causes::with_causes;

/// What was checked. Serialises as the document of `infra doctor --json`.
#[derive(Debug, Clone, Serialize)]
pub struct Diagnosis {
    /// [`FORMAT_VERSION`](infra_core::decision::FORMAT_VERSION)
    pub format_version: &'static str,
    /// The worst status of all
    pub status: Status,
    /// Every check, in the order in which a run needs what it checks
    pub checks: Vec<Check>,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// As it should be
    Ok,
    /// A run can go on, but somebody should look
    Warning,
    /// A run can't go on
    Error,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was checked: `terraform`, `ansible`, `run lock`, …
    pub name: &'static str,
    /// How it ended
    pub status: Status,
    /// What was found
    pub message: String,
    /// What to do about it
    pub hints: Vec<String>,
}

impl Check {
    pub(super) fn new(name: &'static str, status: Status, message: impl Into<String>) -> Self {
        Self {
            name,
            status,
            message: message.into(),
            hints: Vec::new(),
        }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    pub(super) fn hints(mut self, hints: Vec<String>) -> Self {
        self.hints.extend(hints);
        self
    }

    /// The check that an error is the outcome of.
    pub(super) fn failed(
        name: &'static str,
        error: &(impl infra_core::hint::Hint + 'static),
    ) -> Self {
        Self::new(name, Status::Error, with_causes(error)).hints(error.hints())
    }
}
