//! Where records are kept: what any place for them must be able to do.

use crate::files::atomic::Created;
use crate::pending::Pending;

/// A place for records, numbered from 1. Records are made once and never change.
///
/// [`suite`](crate::ledger::suite) checks an implementation.
pub trait RecordStore {
    /// Makes the record with this number if there is none yet, all or nothing, and durable
    /// when this returns.
    fn create<'a>(
        &'a self,
        sequence: u64,
        bytes: &'a [u8],
    ) -> Pending<'a, Result<Created, StoreError>>;

    /// Reads the record with this number, if there is one.
    fn read(&self, sequence: u64) -> Pending<'_, Result<Option<Vec<u8>>, StoreError>>;

    /// The highest number that there is a record for, 0 if there is none.
    fn last(&self) -> Pending<'_, Result<u64, StoreError>>;

    /// Where the records are, for a person.
    fn place(&self) -> String;
}

/// A store that doesn't do what it should.
#[derive(Debug, thiserror::Error)]
#[error("the ledger at {place} can't {what}")]
pub struct StoreError {
    /// Where the records are
    pub place: String,
    /// What was tried, such as `write record 7`
    pub what: String,
    /// Why it failed
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}
