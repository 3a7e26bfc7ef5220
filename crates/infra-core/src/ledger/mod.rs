//! The ledger: an append-only chain of records, and what they add up to.

mod chain;
mod index;
mod inventory;
mod record;

pub use chain::{ChainError, Head, parse};
pub use index::{Entry, Index, OpenRun};
pub use inventory::{changes, record, restore};
pub use record::{
    OwnedValue, RECORD_VERSION, Record, RecordEvent, RecordedHost, StateId, Success, Witnessed,
};
