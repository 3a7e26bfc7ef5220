//! What a check found, and where.

use infra_core::config::Place;
use serde::{Serialize, Serializer};

/// All that a check found. Serialises as the document of `infra validate --json`.
#[derive(Debug, Clone, Serialize)]
pub struct Validation {
    /// [`FORMAT_VERSION`](infra_core::decision::FORMAT_VERSION)
    pub format_version: &'static str,
    /// The configuration file
    pub file: String,
    /// Whether there is no error
    pub valid: bool,
    /// How many errors there are
    pub error_count: usize,
    /// How many warnings there are
    pub warning_count: usize,
    /// What was found, in the order of the file
    pub findings: Vec<Finding>,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It can't work
    Error,
    /// It may not be what was meant
    Warning,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How bad it is
    pub severity: Severity,
    /// What it is, on one line
    pub message: String,
    /// Where it is; `Display` of a place shows the line with carets under what is meant
    #[serde(flatten, serialize_with = "place")]
    pub place: Option<Place>,
    /// What to do about it
    pub hints: Vec<String>,
}

#[expect(clippy::ref_option, reason = "what serde hands over")]
fn place<S: Serializer>(place: &Option<Place>, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Wire<'a> {
        file: Option<&'a str>,
        line: Option<usize>,
        column: Option<usize>,
    }
    let place = place.as_ref();
    Wire {
        file: place.map(|place| place.file.as_str()),
        line: place.map(|place| place.line),
        column: place.map(|place| place.column),
    }
    .serialize(serializer)
}
