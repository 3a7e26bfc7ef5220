//! The list of checks, in the shape in which it is printed as JSON.

use serde::Serialize;

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
