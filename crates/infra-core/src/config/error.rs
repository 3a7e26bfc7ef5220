//! What is wrong with a configuration file.

use std::fmt;

use crate::config::eval::EvalProblem;
use crate::config::source::Place;
use crate::hint::Hint;

/// One thing that is wrong with a configuration file, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// What is wrong
    pub problem: Problem,
    /// Where
    pub place: Place,
    /// The other place that the problem is about, such as that of the first of two
    pub other: Option<Place>,
    pub(in crate::config) hints: Vec<String>,
}

/// What can be wrong with a configuration file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The bytes are not UTF-8
    #[error("the file is not UTF-8 text")]
    NotUtf8,
    /// The text is not HCL
    #[error("syntax error: {0}")]
    Syntax(String),
    /// An attribute that the block doesn't have
    #[error("{block} has no attribute {name:?}")]
    UnknownAttribute {
        /// The block, in words
        block: String,
        /// The name as written
        name: String,
    },
    /// A block that doesn't belong here
    #[error("{block} has no block {name:?}")]
    UnknownBlock {
        /// The block around it, in words
        block: String,
        /// The name as written
        name: String,
    },
    /// A block that was written as an attribute
    #[error("{name:?} is a block, not an attribute")]
    NotAnAttribute {
        /// The name
        name: String,
    },
    /// An attribute that was written as a block
    #[error("{name:?} is an attribute, not a block")]
    NotABlock {
        /// The name
        name: String,
    },
    /// A block with too few or too many labels
    #[error("a block {name:?} has {expected}, not {found}")]
    Labels {
        /// The kind of block
        name: String,
        /// How many labels it has, in words
        expected: &'static str,
        /// How many there are
        found: usize,
    },
    /// Something that may be there once
    #[error("{what} is there twice")]
    Duplicate {
        /// The block or attribute, in words
        what: String,
    },
    /// Something that must be there
    #[error("{block} has no {what}")]
    Missing {
        /// The block, in words
        block: String,
        /// What must be there
        what: String,
    },
    /// A value of the wrong type
    #[error("{name:?} must be {expected}, not {found}")]
    WrongType {
        /// The attribute, with the place in its value
        name: String,
        /// The type it must have
        expected: &'static str,
        /// The type it has
        found: &'static str,
    },
    /// A name that isn't allowed
    #[error("the {what} name {name:?} is not allowed: it must be {expected}")]
    Name {
        /// What is named
        what: &'static str,
        /// The name as written
        name: String,
        /// What it must be
        expected: &'static str,
    },
    /// A group among its own children, or theirs
    #[error("the group {name:?} is among its own children")]
    GroupInItself {
        /// The group
        name: String,
    },
    /// A value of the right type that makes no sense
    #[error("{name:?} is {value}, but must be {expected}")]
    Invalid {
        /// The attribute, or the label of a block
        name: String,
        /// The value, as it is written in the file
        value: String,
        /// What it must be
        expected: &'static str,
    },
    /// An expression without a value
    #[error("{0}")]
    Expression(#[from] EvalProblem),
    /// A connection variable that a resource would decide
    #[error(
        "the variable {name:?} must not depend on the resource: its tags are not to be trusted with the connection"
    )]
    UntrustedConnection {
        /// The variable
        name: String,
    },
    /// Something that this version doesn't do
    #[error("{what} is not available in this version")]
    Unavailable {
        /// What
        what: String,
    },
    /// Two attributes of which only one may be there
    #[error("{block} must have exactly one of {names}")]
    ExactlyOne {
        /// The block, in words
        block: String,
        /// The attributes
        names: &'static str,
    },
}

/// The problem, then the place with its line.
impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}", self.problem, self.place)?;
        if let Some(other) = &self.other {
            write!(f, "\nthe first is here:\n{other}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}

impl Hint for ConfigError {
    fn hints(&self) -> Vec<String> {
        self.hints.clone()
    }
}

/// All that is wrong with a configuration file, in the order of the file; at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigErrors(pub Vec<ConfigError>);

/// Each error with its place and its hints, an empty line between two.
impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, error) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str("\n\n")?;
            }
            write!(f, "{error}")?;
            for hint in &error.hints {
                write!(f, "\nhint: {hint}")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for ConfigErrors {}

/// The hints are shown with the errors they belong to.
impl Hint for ConfigErrors {}
