//! `explain`: why a playbook would run or be skipped on a host, input by input.

mod answer;
mod evidence;
mod verb;

pub use answer::{ExplainedHost, ExplainedReason, Explanation, LastSuccess};
pub use verb::{ExplainError, explain};

#[cfg(test)]
mod tests;
