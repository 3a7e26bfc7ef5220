//! The ledger of a stack, wherever its records are kept.

mod chained;
mod local;
#[cfg(feature = "aws")]
mod s3;
mod store;
pub mod suite;

pub use chained::{Ledger, LedgerError, Writer, verify_chain};
pub use local::LocalStore;
#[cfg(feature = "aws")]
pub(crate) use s3::{S3Store, Sent};
pub use store::{RecordStore, StoreError};
