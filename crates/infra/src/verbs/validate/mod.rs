//! `validate`: checking `infra.hcl` and all that it names.

mod finding;
mod verb;

pub use finding::{Finding, Severity, Validation};
pub use verb::validate;
