//! Carrying out a decision: the lock, Terraform, first contact, playbooks, records.

mod contact;
mod error;
mod judge;
mod names;
mod options;
mod playbooks;
mod record;
mod report;
mod run;
mod settle;
mod tell;
mod terraform;
mod verb;

pub use error::ApplyError;
pub use options::ApplyOptions;
pub use report::{ApplyReport, HostReport, Outcome, PlaybookReport, Refreshed};
pub use verb::apply;
