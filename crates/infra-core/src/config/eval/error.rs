//! Why an expression has no value.

use std::fmt;

use crate::config::source::Place;
use crate::hint::Hint;

/// An expression that could not be evaluated, and where in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvalError {
    /// What went wrong
    pub problem: EvalProblem,
    /// The part of the expression that is meant
    pub place: Box<Place>,
    pub(crate) hints: Vec<String>,
}

/// What can be wrong with an expression.
///
/// The texts name types and functions, never the value of an argument: it may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EvalProblem {
    /// A name that nothing defines here
    #[error("nothing is called {name:?} here")]
    UnknownName {
        /// The name as written
        name: String,
    },
    /// `self` or `resource` in an expression that isn't evaluated per resource
    #[error("{name:?} has no value here: this is not evaluated per resource")]
    NoResource {
        /// `self` or `resource`
        name: String,
    },
    /// A function that doesn't exist here
    #[error("there is no function {name:?}")]
    UnknownFunction {
        /// The name as written
        name: String,
    },
    /// A value of the wrong type
    #[error("{what} must be {expected}, not {found}")]
    WrongType {
        /// The operand, argument or key that is meant
        what: String,
        /// The type it must have
        expected: &'static str,
        /// The type it has
        found: &'static str,
    },
    /// In `try` and `can`, an attribute or element that isn't there
    #[error("there is no {what}")]
    Missing {
        /// The attribute or element
        what: String,
    },
    /// A function refused its arguments
    #[error("{function}: {reason}")]
    Function {
        /// The function
        function: String,
        /// Why
        reason: String,
    },
    /// A number divided by zero
    #[error("division by zero")]
    DivisionByZero,
    /// A key that a `for` expression makes twice
    #[error("a key is made twice; `...` after the value groups the values of one key")]
    RepeatedKey,
    /// An expression that is nested too deeply, runs too long or makes too much
    #[error("the expression is too large: {what}")]
    TooLarge {
        /// The limit that was reached
        what: &'static str,
    },
}

/// The problem, then the place with its line.
impl fmt::Display for EvalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}", self.problem, self.place)
    }
}

impl std::error::Error for EvalError {}

impl Hint for EvalError {
    fn hints(&self) -> Vec<String> {
        self.hints.clone()
    }
}
