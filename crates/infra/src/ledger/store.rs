//! Where records are kept: what any place for them must be able to do.

use std::rc::Rc;

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

    /// The index that was kept beside the records, for machines that have none of their own.
    fn kept_index(&self) -> Pending<'_, Option<Vec<u8>>> {
        Box::pin(async { None })
    }

    /// Keeps an index beside the records. Losing it costs time, nothing else.
    fn keep_index<'a>(&'a self, _bytes: &'a [u8]) -> Pending<'a, ()> {
        Box::pin(async {})
    }

    /// Whether all records that were made are where others see them too. While they aren't,
    /// nothing is to be kept that counts on them.
    fn is_settled(&self) -> bool {
        true
    }
}

impl<S: RecordStore + ?Sized> RecordStore for Rc<S> {
    fn create<'a>(
        &'a self,
        sequence: u64,
        bytes: &'a [u8],
    ) -> Pending<'a, Result<Created, StoreError>> {
        (**self).create(sequence, bytes)
    }

    fn read(&self, sequence: u64) -> Pending<'_, Result<Option<Vec<u8>>, StoreError>> {
        (**self).read(sequence)
    }

    fn last(&self) -> Pending<'_, Result<u64, StoreError>> {
        (**self).last()
    }

    fn place(&self) -> String {
        (**self).place()
    }

    fn kept_index(&self) -> Pending<'_, Option<Vec<u8>>> {
        (**self).kept_index()
    }

    fn keep_index<'a>(&'a self, bytes: &'a [u8]) -> Pending<'a, ()> {
        (**self).keep_index(bytes)
    }

    fn is_settled(&self) -> bool {
        (**self).is_settled()
    }
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
