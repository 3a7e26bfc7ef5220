//! `init`: the first `infra.hcl` of a project.

mod answer;
mod choose;
mod look;
#[cfg(test)]
mod tests;
mod verb;

pub use answer::{FoundRunner, Initialised};
pub use verb::{InitError, init};
