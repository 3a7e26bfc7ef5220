//! Records as objects of a bucket, with a spool on this machine for when S3 is away.

use std::cell::Cell;
use std::sync::Arc;

use camino::Utf8PathBuf;
use infra_aws::AwsError;
use infra_aws::s3::{self, Objects};

use crate::files::atomic::Created;
use crate::ledger::{LocalStore, RecordStore, StoreError};
use crate::pending::Pending;

/// Records as objects `NNNNNNNNNN.json` below one prefix, each made once.
///
/// Once S3 has taken a record of this run and not the next, be it away or no longer open to
/// these credentials, that and all that follow go to the spool: a directory of this machine, as durable as the local ledger. They are in
/// no ledger yet; [`unsent`](Self::unsent) names them, and whoever holds the run lock next on
/// this machine sends them.
pub(crate) struct S3Store {
    objects: Arc<Objects>,
    /// Ends with a slash
    prefix: String,
    spool: LocalStore,
    /// Whether S3 has taken a record: before that nothing has been changed, and a run that
    /// can't be recorded does not start
    started: Cell<bool>,
    /// Whether records go to the spool
    away: Cell<bool>,
}

/// How a record of the spool was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sent {
    /// It is in the ledger
    Yes,
    /// Another record has its number
    Taken,
}

impl S3Store {
    pub(crate) fn new(objects: Arc<Objects>, prefix: String, spool: Utf8PathBuf) -> Self {
        Self {
            objects,
            prefix,
            spool: LocalStore::new(spool),
            started: Cell::new(false),
            away: Cell::new(false),
        }
    }

    fn key(&self, sequence: u64) -> String {
        format!("{}{sequence:010}.json", self.prefix)
    }

    /// Without the ending of a record, so that it is never taken for one.
    fn index(&self) -> String {
        format!("{}index", self.prefix)
    }

    fn error(&self, what: String, source: AwsError) -> StoreError {
        StoreError {
            place: self.place(),
            what,
            source: Box::new(source),
        }
    }

    /// The spool.
    pub(crate) fn spool(&self) -> &LocalStore {
        &self.spool
    }

    /// The numbers of the records that only this machine has.
    pub(crate) fn unsent(&self) -> Result<Vec<u64>, StoreError> {
        self.spool.numbers()
    }

    /// Sends a record of the spool, and removes it there once the ledger has it.
    pub(crate) async fn send(&self, sequence: u64, bytes: &[u8]) -> Result<Sent, StoreError> {
        let failed = |error| self.error(format!("write record {sequence}"), error);
        let key = self.key(sequence);
        let created = self.objects.create(&key, bytes, JSON).await;
        let sent = match created.map_err(failed)? {
            s3::Created::New(_) => true,
            // Perhaps by a request whose answer was lost.
            s3::Created::Taken => {
                let there = self.objects.get(&key).await.map_err(failed)?;
                there.is_some_and(|there| there.bytes == bytes)
            }
        };
        if !sent {
            return Ok(Sent::Taken);
        }
        self.spool.remove(sequence)?;
        Ok(Sent::Yes)
    }

    /// Tries S3 again with the next record.
    pub(crate) fn is_back(&self) {
        self.away.set(false);
    }
}

const JSON: &str = "application/json";

impl RecordStore for S3Store {
    fn create<'a>(
        &'a self,
        sequence: u64,
        bytes: &'a [u8],
    ) -> Pending<'a, Result<Created, StoreError>> {
        Box::pin(async move {
            if !self.away.get() {
                match self.objects.create(&self.key(sequence), bytes, JSON).await {
                    Ok(created) => {
                        self.started.set(true);
                        return Ok(match created {
                            s3::Created::New(_) => Created::New,
                            s3::Created::Taken => Created::Taken,
                        });
                    }
                    // Away, or that credentials ran out: what was done is kept either way.
                    Err(error) if self.started.get() => {
                        tracing::debug!(%error, "records go to the spool");
                        self.away.set(true);
                    }
                    Err(error) => return Err(self.error(format!("write record {sequence}"), error)),
                }
            }
            // From here on always: a record that S3 had and the one before not would be a hole.
            self.spool.create(sequence, bytes).await
        })
    }

    fn read(&self, sequence: u64) -> Pending<'_, Result<Option<Vec<u8>>, StoreError>> {
        Box::pin(async move {
            if self.away.get()
                && let Some(bytes) = self.spool.read(sequence).await?
            {
                return Ok(Some(bytes));
            }
            let read = self.objects.get(&self.key(sequence)).await;
            let object =
                read.map_err(|error| self.error(format!("read record {sequence}"), error))?;
            Ok(object.map(|object| object.bytes))
        })
    }

    fn last(&self) -> Pending<'_, Result<u64, StoreError>> {
        Box::pin(async move {
            let keys = self.objects.list(&self.prefix).await;
            let keys = keys.map_err(|error| self.error("list its records".to_owned(), error))?;
            let highest = keys.iter().filter_map(|key| {
                let name = key.strip_prefix(&self.prefix)?.strip_suffix(".json")?;
                name.parse().ok()
            });
            Ok(highest.max().unwrap_or(0))
        })
    }

    fn place(&self) -> String {
        self.objects.uri(self.prefix.trim_end_matches('/'))
    }

    fn kept_index(&self) -> Pending<'_, Option<Vec<u8>>> {
        Box::pin(async move {
            let kept = self.objects.get(&self.index()).await;
            kept.ok().flatten().map(|object| object.bytes)
        })
    }

    fn keep_index<'a>(&'a self, bytes: &'a [u8]) -> Pending<'a, ()> {
        Box::pin(async move {
            if let Err(error) = self
                .objects
                .put(&self.index(), bytes, "application/octet-stream")
                .await
            {
                tracing::debug!(%error, "the index was not kept beside the records");
            }
        })
    }

    fn is_settled(&self) -> bool {
        !self.away.get()
    }
}
