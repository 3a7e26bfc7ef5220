//! What must hold after a run, however it ended.
//!
//! [`Evidence`] is what was found: files, records, states, hosts, outputs, processes.
//! [`violations`] judges it and nothing else, so that each rule can be shown to find what
//! violates it.

mod evidence;
mod judge;
mod processes;
mod record;
mod secrets;

pub use evidence::{Done, Evidence, Instance, StateVersion, Text};
pub use judge::{Invariant, Violation, violations};
pub use processes::{processes_of, settle};
pub use record::Record;
pub use secrets::{Canaries, Watcher, files_below, texts};
