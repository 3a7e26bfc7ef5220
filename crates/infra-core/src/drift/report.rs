//! The answer about drift, in the shape in which it is printed as JSON.

use std::sync::Arc;

use jiff::civil::Date;
use serde::{Serialize, Serializer};

use crate::json::{Path, Value};
use crate::terraform::Actions;

/// Which kind of document the answer comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Source {
    /// `terraform show -json` of a saved plan: all values are there
    #[serde(rename = "plan")]
    Plan,
    /// The stream of `terraform plan -json`: addresses and actions without values, so that
    /// nothing can be shown to be benign or a consequence
    #[serde(rename = "plan stream")]
    Stream,
}

/// What a difference means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// The same, written differently
    Equal,
    /// Expected by a rule
    Benign,
    /// Anything else
    Material,
}

/// Everything that changed outside of Terraform, and what follows from it.
#[derive(Debug, Clone, Serialize)]
pub struct DriftReport {
    /// [`FORMAT_VERSION`](crate::decision::FORMAT_VERSION): it is a document of its own, and part of that of `infra plan`
    pub format_version: &'static str,
    /// Which document was read
    pub source: Source,
    /// Whether planning failed half-way, so that there may be more drift than is listed
    pub errored: bool,
    /// Whether the plan covers everything, if it says so; with `-target` and after a deferral it
    /// doesn't, and there may be more drift than is listed
    pub complete: Option<bool>,
    /// How many entries there are of each class
    pub summary: Summary,
    /// Every entry of `resource_drift`, in the order of the document
    pub drift: Vec<DriftEntry>,
    /// The planned changes that only follow from benign drift
    pub consequences: Vec<Consequence>,
    /// Every rule, in the order of the configuration, with what it did
    pub rules: Vec<RuleUse>,
    /// The rules that decided nothing, those that have expired included
    pub unused_rules: Vec<String>,
    /// The rules whose last day is over
    pub expired_rules: Vec<String>,
}

/// How many entries there are of each class.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Expected by rules
    pub benign: usize,
    /// Unexpected
    pub material: usize,
    /// The same, written differently
    pub equal: usize,
}

/// One object that changed outside of Terraform.
#[derive(Debug, Clone, Serialize)]
pub struct DriftEntry {
    /// Its address
    pub address: String,
    /// The address it had before a `moved` block
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_address: Option<String>,
    /// The id of a deposed object
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deposed: Option<String>,
    /// What happened to it
    pub actions: Actions,
    /// The worst class of its attributes
    pub class: Class,
    /// The first rule that expects any of it, if the entry is benign
    pub rule: Option<String>,
    /// Why it is material
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The leaves that differ
    pub attributes: Vec<AttributeDrift>,
}

/// One leaf that differs.
#[derive(Debug, Clone, Serialize)]
pub struct AttributeDrift {
    /// Where
    #[serde(serialize_with = "as_text")]
    pub path: Path,
    /// The value before, fit to be shown
    pub before: Shown,
    /// The value after, fit to be shown
    pub after: Shown,
    /// What the difference means
    pub class: Class,
    /// The rule that expects it
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Why it is material
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// A value as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// The value; null where there is none
    Value(Value<'static>),
    /// A value that is sensitive
    Sensitive,
    /// A value that only apply will know
    Unknown,
}

/// A planned change that only follows from benign drift.
#[derive(Debug, Clone, Serialize)]
pub struct Consequence {
    /// The address of the resource, or `output.NAME`
    pub address: String,
    /// What is planned
    pub actions: Actions,
    /// The addresses of the objects that drifted: all that it reads, and up to a hundred of
    /// those that what it reads follows from
    pub because: Vec<Arc<str>>,
    /// Whether it follows from more of them, which the proofs of what it reads name
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub because_of_more: bool,
    /// The proof in words, from the drift to the change
    pub chain: Vec<Arc<str>>,
}

/// What a rule did.
#[derive(Debug, Clone, Serialize)]
pub struct RuleUse {
    /// Its name
    pub name: String,
    /// How many attributes it made benign
    pub hits: usize,
    /// Why the drift is expected
    pub reason: String,
    /// Who answers for it
    pub owner: Option<String>,
    /// Its last day
    pub expires: Option<Date>,
    /// Whether that day is over
    pub expired: bool,
}

impl Shown {
    /// The text that stands for the value in a sentence: a string without its quotes.
    pub fn text(&self) -> String {
        match self {
            Self::Value(Value::String(text)) if !text.is_empty() => text.clone().into_owned(),
            Self::Value(value) => value.to_string(),
            Self::Sensitive => "(sensitive)".to_owned(),
            Self::Unknown => "(known after apply)".to_owned(),
        }
    }
}

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Value(value) => value.serialize(serializer),
            Self::Sensitive | Self::Unknown => serializer.serialize_str(&self.text()),
        }
    }
}

fn as_text<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(path)
}
