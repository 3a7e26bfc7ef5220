//! The gate: whether a playbook runs on a host, and why.

mod decide;
mod reason;

pub use decide::{Action, HostDecision, Machine, Recorded, Standing, decide};
pub use reason::{Reason, Values};
