//! Which planned changes only follow from benign drift, and how that is proven.

mod change;
mod prove;

pub use change::{ChangeClass, PlannedChange, TerraformChanges};
pub(crate) use prove::prove;
