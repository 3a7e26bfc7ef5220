//! The ledger of a stack, wherever its records are kept.

mod chained;
mod local;
mod store;
pub mod suite;

pub use chained::{Ledger, LedgerError, Writer, verify_chain};
pub use local::LocalStore;
pub use store::{RecordStore, StoreError};
