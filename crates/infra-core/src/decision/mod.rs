//! The decision: what is to be done with a stack, and why.

mod model;

pub use model::{Decision, FORMAT_VERSION, PlaybookDecision, Verdict};
