//! A run lock as an object beside the state: Terraform's `.tflock`.

use std::cell::Cell;
use std::sync::Arc;

use infra_aws::AwsError;
use infra_aws::s3::{Created, Object, Objects};

use super::wire;
use crate::lock::{Acquired, Holder, LockError, RunLock};
use crate::pending::Pending;

/// How many beats there are to one that is written: each leaves a version in a bucket that
/// keeps them. That the lock is still ours is looked at every time.
const BEATS_PER_WRITE: u64 = 4;
const JSON: &str = "application/json";

/// The lock that Terraform's S3 backend takes with `use_lockfile`
/// (`internal/backend/remote-state/s3/client.go`): whoever makes the object holds it.
pub(crate) struct ObjectLock {
    objects: Arc<Objects>,
    key: String,
    beats: Cell<u64>,
}

impl ObjectLock {
    pub(crate) fn new(objects: Arc<Objects>, key: String) -> Self {
        Self {
            objects,
            key,
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

    async fn read(&self) -> Result<Option<(Holder, Object)>, LockError> {
        let object = self.objects.get(&self.key).await;
        let Some(object) = object.map_err(|error| self.error("read", error))? else {
            return Ok(None);
        };
        match wire::parse(&object.bytes) {
            Ok(holder) => Ok(Some((holder, object))),
            Err(message) => Err(LockError::Malformed {
                place: self.place(),
                message,
                remove: format!("aws s3 rm {}", self.place()),
            }),
        }
    }

    async fn take(&self, holder: &Holder) -> Result<Acquired, LockError> {
        // A holder that gives the lock back between two requests is no reason to fail.
        const ATTEMPTS: u32 = 5;
        for _ in 0..ATTEMPTS {
            let created = self
                .objects
                .create(&self.key, &wire::write(holder), JSON)
                .await;
            if let Created::New(_) = created.map_err(|error| self.error("taken", error))? {
                return Ok(Acquired::Ours);
            }
            match self.read().await? {
                Some((other, _)) if other.id != holder.id => {
                    return Ok(Acquired::Held(Box::new(other)));
                }
                Some(_) => return Ok(Acquired::Ours),
                None => {}
            }
        }
        Err(LockError::Busy(self.place()))
    }

    async fn sign(&self, id: &str) -> Result<bool, LockError> {
        let Some((mut holder, object)) = self.read().await? else {
            return Ok(false);
        };
        if holder.id != id {
            return Ok(false);
        }
        let beats = self.beats.get();
        self.beats.set(beats + 1);
        if !beats.is_multiple_of(BEATS_PER_WRITE) {
            return Ok(true);
        }
        holder.beat += 1;
        holder.beat_at = wire::now();
        let written = self
            .objects
            .replace(&self.key, &object.stamp.etag, &wire::write(&holder), JSON)
            .await
            .map_err(|error| self.error("kept", error))?;
        match written {
            Some(_) => Ok(true),
            // Taken away meanwhile; or it is this very beat, whose answer was lost.
            None => Ok(self.read().await?.is_some_and(|(now, _)| now.id == id)),
        }
    }

    async fn give_back(&self, id: &str) -> Result<bool, LockError> {
        const ATTEMPTS: u32 = 5;
        for attempt in 0..ATTEMPTS {
            let object = match self.read().await? {
                Some((holder, object)) if holder.id == id => object,
                Some(_) => return Ok(false),
                // It was ours a moment ago: gone by the request before, whose answer was lost
                // and which was sent again.
                None => return Ok(attempt > 0),
            };
            let removed = self.objects.remove(&self.key, &object.stamp.etag).await;
            if removed.map_err(|error| self.error("given back", error))? {
                return Ok(true);
            }
            // The holder has beaten in between.
        }
        Err(LockError::Busy(self.place()))
    }
}

impl RunLock for ObjectLock {
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
        self.objects.uri(&self.key)
    }
}
