//! Several locks taken as one, in order.

use crate::lock::{Acquired, Holder, LockError, RunLock};
use crate::pending::Pending;

/// Several locks taken as one. Terraform takes the object before the item and gives them
/// back in the same order.
pub(crate) struct Locks {
    locks: Vec<Box<dyn RunLock>>,
}

impl Locks {
    /// These, in this order; at least one.
    pub(crate) fn new(locks: Vec<Box<dyn RunLock>>) -> Self {
        Self { locks }
    }

    async fn take(&self, holder: &Holder) -> Result<Acquired, LockError> {
        for (taken, lock) in self.locks.iter().enumerate() {
            let refused = match lock.acquire(holder).await {
                Ok(Acquired::Ours) => continue,
                refused => refused,
            };
            // All or none: what is held already is no use without the rest.
            for lock in self.locks.iter().take(taken).rev() {
                lock.release(&holder.id).await?;
            }
            return refused;
        }
        Ok(Acquired::Ours)
    }
}

impl RunLock for Locks {
    fn acquire<'a>(&'a self, holder: &'a Holder) -> Pending<'a, Result<Acquired, LockError>> {
        Box::pin(self.take(holder))
    }

    fn holder(&self) -> Pending<'_, Result<Option<Holder>, LockError>> {
        Box::pin(async move {
            for lock in &self.locks {
                if let Some(holder) = lock.holder().await? {
                    return Ok(Some(holder));
                }
            }
            Ok(None)
        })
    }

    fn beat<'a>(&'a self, id: &'a str) -> Pending<'a, Result<bool, LockError>> {
        Box::pin(async move {
            for lock in &self.locks {
                if !lock.beat(id).await? {
                    return Ok(false);
                }
            }
            Ok(true)
        })
    }

    fn release<'a>(&'a self, id: &'a str) -> Pending<'a, Result<bool, LockError>> {
        Box::pin(async move {
            let mut released = false;
            for lock in &self.locks {
                released |= lock.release(id).await?;
            }
            Ok(released)
        })
    }

    fn place(&self) -> String {
        let places: Vec<String> = self.locks.iter().map(|lock| lock.place()).collect();
        places.join(" and ")
    }
}
