//! Planning: from a Terraform plan, a state and an Ansible tree to a decision.

mod check;
pub(crate) mod gate;
mod inherited;
mod inventories;
mod options;
mod saved;
pub(crate) mod terraform;
mod verb;

pub use check::{CheckError, CheckedHost, CheckedPlaybook, check};
pub use gate::GateError;
pub(crate) use inherited::inherit;
pub use inventories::ExpectedError;
pub use options::{PlanOptions, RecordedPlan};
pub(crate) use saved::made;
pub use saved::{SavedDecision, SavedError};
pub use terraform::TerraformError;
pub(crate) use verb::Planner;
pub use verb::{PlanError, Planned, plan};
