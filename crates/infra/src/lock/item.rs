//! A run lock as an item of a DynamoDB table: Terraform's `dynamodb_table`.

use std::cell::Cell;
use std::sync::Arc;

use infra_aws::AwsError;
use infra_aws::dynamodb::{Field, Item, Put, Table};

use super::wire;
use crate::lock::{Acquired, Holder, LockError, RunLock};
use crate::pending::Pending;

/// The attribute that says who holds the lock, as JSON text.
const INFO: &str = "Info";
/// Attributes that Terraform doesn't know and leaves alone.
const BEAT: &str = "Beat";
const BEAT_AT: &str = "BeatAt";

/// The lock that Terraform's S3 backend takes with `dynamodb_table`
/// (`internal/backend/remote-state/s3/client.go`): whoever makes the item holds it.
pub(crate) struct ItemLock {
    table: Arc<Table>,
    /// `BUCKET/KEY`
    id: String,
    beats: Cell<u64>,
}

impl ItemLock {
    pub(crate) fn new(table: Arc<Table>, id: String) -> Self {
        Self {
            table,
            id,
            beats: Cell::new(0),
        }
    }

    fn error(&self, what: &'static str, source: AwsError) -> LockError {
        LockError::Place {
            place: self.place(),
            what,
            source: Box::new(source),
        }
    }

    async fn read(&self) -> Result<Option<(Holder, String)>, LockError> {
        let item = self.table.get(&self.id).await;
        match item.map_err(|error| self.error("read", error))? {
            Some(item) => self.holder_of(&item).map(Some),
            None => Ok(None),
        }
    }

    /// The holder that an item tells of, and the text that it tells of it.
    fn holder_of(&self, item: &Item) -> Result<(Holder, String), LockError> {
        let malformed = |message: String| LockError::Malformed {
            place: self.place(),
            message,
            remove: format!(
                "aws dynamodb delete-item --table-name {} --key '{{\"LockID\":{{\"S\":{:?}}}}}'",
                self.table.name(),
                self.id
            ),
        };
        let info = item.get(INFO).and_then(Field::as_text);
        let info = info.ok_or_else(|| malformed("it has no text Info".to_owned()))?;
        let mut holder = wire::parse(info.as_bytes()).map_err(malformed)?;
        if let Some(Field::Number(beat)) = item.get(BEAT) {
            holder.beat = beat.parse().unwrap_or_default();
        }
        if let Some(at) = item.get(BEAT_AT).and_then(Field::as_text) {
            at.clone_into(&mut holder.beat_at);
        }
        Ok((holder, info.to_owned()))
    }

    async fn take(&self, holder: &Holder) -> Result<Acquired, LockError> {
        let info = String::from_utf8_lossy(&wire::write(holder)).into_owned();
        let fields = Item::from([(INFO.to_owned(), Field::Text(info))]);
        let put = self.table.create(&self.id, &fields).await;
        match put.map_err(|error| self.error("taken", error))? {
            Put::New => Ok(Acquired::Ours),
            // The item comes with the refusal, so there is no moment in which it could go.
            Put::Taken(item) => match self.holder_of(&item)?.0 {
                other if other.id == holder.id => Ok(Acquired::Ours),
                other => Ok(Acquired::Held(Box::new(other))),
            },
        }
    }

    async fn sign(&self, id: &str) -> Result<bool, LockError> {
        let Some((_, info)) = self.read().await?.filter(|(holder, _)| holder.id == id) else {
            return Ok(false);
        };
        let beat = self.beats.get() + 1;
        self.beats.set(beat);
        let fields = Item::from([
            (BEAT.to_owned(), Field::Number(beat.to_string())),
            (BEAT_AT.to_owned(), Field::Text(wire::now())),
        ]);
        let kept = self.table.update_if(&self.id, (INFO, &info), &fields).await;
        kept.map_err(|error| self.error("kept", error))
    }

    async fn give_back(&self, id: &str) -> Result<bool, LockError> {
        let Some((_, info)) = self.read().await?.filter(|(holder, _)| holder.id == id) else {
            return Ok(false);
        };
        let removed = self.table.remove_if(&self.id, (INFO, &info)).await;
        if removed.map_err(|error| self.error("given back", error))? {
            return Ok(true);
        }
        // Somebody else's by now; or gone by this very request, whose answer was lost and which
        // was sent again: it was ours a moment ago and nobody removes what isn't theirs.
        Ok(self.read().await?.is_none())
    }
}

impl RunLock for ItemLock {
    fn acquire<'a>(&'a self, holder: &'a Holder) -> Pending<'a, Result<Acquired, LockError>> {
        Box::pin(self.take(holder))
    }

    fn holder(&self) -> Pending<'_, Result<Option<Holder>, LockError>> {
        Box::pin(async move { Ok(self.read().await?.map(|(holder, _)| holder)) })
    }

    fn beat<'a>(&'a self, id: &'a str) -> Pending<'a, Result<bool, LockError>> {
        Box::pin(wire::soon(self.place(), self.sign(id)))
    }

    fn release<'a>(&'a self, id: &'a str) -> Pending<'a, Result<bool, LockError>> {
        Box::pin(self.give_back(id))
    }

    fn place(&self) -> String {
        format!("{} in the DynamoDB table {}", self.id, self.table.name())
    }
}
