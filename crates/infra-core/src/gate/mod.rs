//! The gate: whether a playbook runs on a host, and why.

mod decide;
mod reason;

pub use decide::{Action, Gate, HostDecision, Machine, Recorded, Standing};
pub use reason::{Reason, Values};
