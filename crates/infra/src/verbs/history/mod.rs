//! `history`: what the ledger says of past runs, and whether it can be believed.

mod answer;
mod collect;
#[cfg(test)]
mod tests;
mod verify;

pub use answer::{AppliedPlan, History, HostRun, PlaybookRun, Run, RunOutcome};
pub use collect::history;
pub(crate) use verify::kept_index;
pub use verify::{Verification, verify};
