//! Taking a run lock for the length of a run, and noticing when it is taken away.

use std::time::Duration;

use tokio::time::Instant;

use super::liveness::{Liveness, liveness};
use super::{Acquired, Holder, LockError, RunLock};
use crate::causes::with_causes;

/// What happens while a lock is waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Waiting {
    /// Somebody else holds it
    Held(Box<Holder>),
    /// A holder that is provably dead was cleared away
    Cleared(Box<Holder>, String),
}

/// Takes the lock, waiting for up to `timeout`. A lock whose holder is provably dead, on
/// this machine and in this boot, is taken over; no other ever is, however old.
pub async fn acquire(
    lock: &dyn RunLock,
    holder: &Holder,
    timeout: Duration,
    mut tell: impl FnMut(Waiting),
) -> Result<(), LockError> {
    const PAUSE: Duration = Duration::from_millis(500);
    let deadline = Instant::now() + timeout;
    let mut told = None;
    loop {
        let other = match lock.acquire(holder).await? {
            Acquired::Ours => return Ok(()),
            Acquired::Held(other) => other,
        };
        let evidence = match liveness(&other) {
            Liveness::Dead(evidence) => {
                if lock.release(&other.id).await? {
                    tell(Waiting::Cleared(other, evidence));
                }
                continue;
            }
            Liveness::Alive(evidence) | Liveness::Unknown(evidence) => evidence,
        };
        if Instant::now() >= deadline {
            return Err(LockError::Held(other, evidence));
        }
        if told.as_ref() != Some(&other.id) {
            told = Some(other.id.clone());
            tell(Waiting::Held(other));
        }
        tokio::time::sleep(PAUSE.min(deadline.saturating_duration_since(Instant::now()))).await;
    }
}

/// Beats until the lock is found lost, and says how it was. While the place of the lock
/// can't be reached it goes on trying for half a lease, then gives up.
pub async fn watch(lock: &dyn RunLock, id: &str, every: Duration, lease: Duration) -> LockError {
    let mut last_answer = Instant::now();
    loop {
        tokio::time::sleep(every).await;
        match lock.beat(id).await {
            Ok(true) => last_answer = Instant::now(),
            Ok(false) => {
                let now = match lock.holder().await {
                    Ok(Some(other)) => format!("{other} has it now"),
                    Ok(None) => "nobody has it now".to_owned(),
                    Err(error) => with_causes(&error),
                };
                return LockError::Lost(now);
            }
            Err(error) if last_answer.elapsed() >= lease / 2 => {
                return LockError::Unseen {
                    seconds: (lease / 2).as_secs(),
                    source: Box::new(error),
                };
            }
            Err(error) => tracing::debug!(%error, "a beat failed"),
        }
    }
}
