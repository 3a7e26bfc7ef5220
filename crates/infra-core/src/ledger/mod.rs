//! The ledger: an append-only chain of records, and what they add up to.

mod chain;
mod columns;
mod index;
mod inventory;
mod kept;
mod record;
mod successes;

pub use chain::{ChainError, Head, parse};
pub use index::{Index, OpenRun};
pub use inventory::{changes, record, restore};
pub use record::{
    OwnedValue, RECORD_VERSION, Record, RecordEvent, RecordedHost, StateId, Success, Witnessed,
};
pub use successes::{Entry, LastSuccess, Successes};
