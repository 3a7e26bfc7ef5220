//! Which planned changes only follow from benign drift, and how that is proven.
//!
//! A drifted value is followed through the expressions of the configuration to the
//! arguments that read it, and what changes there must be exactly what the new value makes
//! of the old one. A change that is proven so can explain further ones. Where a step is
//! missing, the change is real.

mod chain;
mod change;
mod explain;
mod obligations;
mod prove;
mod reach;
mod reference;
mod resolve;
mod scope;
mod sources;
mod table;

pub use change::{ChangeClass, PlannedChange, TerraformChanges};
pub(crate) use prove::prove;
