//! `validate`: checking `infra.hcl` and all that it names.

mod ansible;
mod checker;
mod finding;
mod globs;
mod groups;
mod playbooks;
mod terraform;
#[cfg(test)]
mod tests;
mod verb;

pub use finding::{Finding, Severity, Validation};
pub use verb::validate;
pub(crate) use verb::{Programs, check};
