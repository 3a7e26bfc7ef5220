//! What changed outside of Terraform, and whether anybody expected it.

mod aftermath;
mod analysis;
mod classify;
mod pattern;
mod redact;
mod report;
mod rule;
mod stream;

pub use aftermath::{Aftermath, aftermath};
pub use analysis::{Analysis, analyse, analyse_document, analyse_stream};
pub(crate) use pattern::AttributePattern;
pub use pattern::PatternError;
pub use report::{
    AttributeDrift, Class, Consequence, DriftEntry, DriftReport, RuleUse, Shown, Source, Summary,
};
pub use rule::{CONSEQUENCE_TYPES, DriftRules, RuleError, RuleProblem};
