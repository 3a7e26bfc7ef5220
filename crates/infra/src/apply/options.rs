//! How an apply is asked for.

use std::time::Duration;

use infra_core::decision::Decision;
use infra_exec::process::Interrupter;

use crate::pending::Pending;
use crate::plan::{PlanOptions, SavedDecision};

/// How an apply is asked for.
pub struct ApplyOptions<'a> {
    /// How the plan is made, where none was saved
    pub plan: PlanOptions,
    /// A decision that was saved, to be carried out as it is
    pub saved: Option<SavedDecision>,
    /// How long to wait for the run lock
    pub lock_timeout: Duration,
    /// Asks whoever runs infra. Not called where there is nothing to do
    pub approve: &'a dyn Fn(&Decision) -> Pending<'a, bool>,
    /// What the [`Interrupt`](infra_exec::process::Interrupt) of the context came from, so
    /// that a lost lock can stop the run too
    pub interrupter: Interrupter,
    /// More about who runs it, such as the address of a CI job
    pub info: String,
}
