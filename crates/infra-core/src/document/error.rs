//! Why a document is refused, and the way out.

use super::EncodingError;
use crate::hint::Hint;

/// A document that is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// Nothing, or nothing but white space
    #[error("the document is empty")]
    Empty,
    /// Not text
    #[error(transparent)]
    Encoding(#[from] EncodingError),
    /// A saved plan file, which is a zip archive
    #[error("this is a saved plan file, not JSON")]
    PlanFile,
    /// OpenTofu's encryption envelope
    #[error("this document is encrypted (OpenTofu state or plan encryption)")]
    Encrypted,
    /// What `terraform plan` or `show` print for people
    #[error("this is Terraform's output for people, not JSON")]
    HumanReadable,
    /// Text that is no JSON
    #[error("not JSON: {message} at line {line}, column {column}")]
    NotJson {
        /// What is wrong
        message: String,
        /// The line, from 1
        line: usize,
        /// The column in bytes, from 1
        column: usize,
        /// Whether the text ends too early
        truncated: bool,
    },
    /// JSON of the right kind with something in it that doesn't belong there
    #[error("{what} is malformed: {message} at line {line}, column {column}")]
    Malformed {
        /// What the document seems to be
        what: &'static str,
        /// What is wrong
        message: String,
        /// The line, from 1
        line: usize,
        /// The column in bytes, from 1
        column: usize,
    },
    /// A raw state of another version
    #[error("this is a raw state of version {0}; version 4 is read")]
    StateVersion(String),
    /// A plan whose `resource_drift` doesn't tell of which resources it is
    #[error("the entries of resource_drift have no address, so that nobody can tell what drifted")]
    DriftWithoutAddress,
    /// `show -json` of another format
    #[error("the document has format_version {0:?}; 0.1 up to below 2 is read")]
    FormatVersion(String),
    /// A plan of which somebody took out what tells how it is to be read
    #[error("this plan has no format_version")]
    NoFormatVersion,
    /// A document of Terraform's of a kind that is of no use here
    #[error("this is {0}, neither a plan nor a state")]
    OtherKind(&'static str),
    /// JSON that Terraform doesn't write
    #[error("this JSON is neither a plan nor a state: its top level {0}")]
    Unknown(String),
    /// A document of another kind than the one asked for
    #[error("expected {expected}, but this is {found}")]
    Unexpected {
        /// What was asked for
        expected: &'static str,
        /// What it is
        found: &'static str,
    },
}

impl Hint for DocumentError {
    fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::Empty => {
                "the command that wrote it may have failed: run it again and look at its exit code"
            }
            Self::Encoding(_) => "save it as UTF-8, or let Terraform write it again",
            Self::PlanFile => "run `terraform show -json PLANFILE > plan.json` and give plan.json",
            Self::Encrypted => {
                "only OpenTofu can decrypt it: give the output of `tofu show -json`, or of `tofu state pull` for a state"
            }
            Self::HumanReadable => {
                "save the plan with `terraform plan -out PLANFILE`, then give the output of `terraform show -json PLANFILE`"
            }
            Self::NotJson {
                truncated: true, ..
            } => {
                "the document ends too early: the disk may have been full, or the command that wrote it was stopped; write it again"
            }
            Self::NotJson { .. } | Self::Malformed { .. } => {
                "write it again with `terraform show -json`, without other output in the same file"
            }
            Self::StateVersion(version) if matches!(version.as_str(), "1" | "2" | "3") => {
                "run `terraform apply -refresh-only` (or `terraform refresh`) with Terraform 0.12 or later once: it rewrites the state as version 4"
            }
            Self::StateVersion(_) => {
                "a newer Terraform wrote it: use an infra that knows this version"
            }
            Self::DriftWithoutAddress => {
                "Terraform before 1.0.1 leaves it out: plan with a later one"
            }
            Self::FormatVersion(_) => {
                "a newer Terraform wrote it: use an infra that knows this format"
            }
            Self::NoFormatVersion => {
                "give the whole output of `terraform show -json PLANFILE`, not a part of it"
            }
            Self::OtherKind(_) | Self::Unknown(_) => {
                "give the output of `terraform show -json PLANFILE`, of `terraform show -json`, or a raw state"
            }
            Self::Unexpected { .. } => "check which file is given to which option",
        };
        vec![hint.to_owned()]
    }
}
