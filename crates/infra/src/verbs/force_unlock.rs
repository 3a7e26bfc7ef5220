//! `force-unlock`: breaking the run lock of a run that is over.

use std::time::Duration;

use infra_core::hint::Hint;
use infra_core::ledger::RecordEvent;
use serde::Serialize;
use tokio::time::Instant;

use crate::Project;
use crate::ledger::{LedgerError, Writer};
use crate::lock::{Holder, LOCK_FORMAT, Liveness, LockError, RunLock, liveness, this_machine};
use crate::place::{Place, PlaceError};

/// A lock that somebody holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldLock {
    /// Who
    pub holder: Holder,
    /// Whether that run still goes on, as far as can be told from here
    pub liveness: Liveness,
}

/// A lock that was broken. Serialises as the document of `infra force-unlock --json`.
#[derive(Debug, Clone, Serialize)]
pub struct Unlocked {
    /// [`FORMAT_VERSION`](infra_core::decision::FORMAT_VERSION)
    pub format_version: &'static str,
    /// The stack
    pub stack: String,
    /// Who held it
    pub holder: Holder,
    /// What is known of that run
    pub evidence: String,
}

/// A lock that is not broken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ForceUnlockError {
    /// Nobody holds it
    #[error("nobody holds the run lock of stack {stack:?}")]
    NotHeld {
        /// The stack
        stack: String,
    },
    /// The lock has another id
    #[error("the lock of stack {stack:?} is {}, not {given}", holder.id)]
    OtherId {
        /// The stack
        stack: String,
        /// The id that was given
        given: String,
        /// Who holds it
        holder: Box<Holder>,
    },
    /// The run still goes on
    #[error("the run that holds the lock goes on: {evidence}; it is {holder}")]
    Alive {
        /// Who holds it
        holder: Box<Holder>,
        /// How it is known
        evidence: String,
    },
    /// A newer infra made it
    #[error("the lock of {holder} was made by a newer infra (format {}; this one knows {LOCK_FORMAT})", holder.format)]
    Newer {
        /// Who holds it
        holder: Box<Holder>,
    },
    /// It isn't known where the lock is
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// It went to somebody else in this very moment
    #[error("the lock changed hands meanwhile")]
    Changed,
    /// The lock can't be read or removed
    #[error(transparent)]
    Lock(#[from] LockError),
    /// It can't be recorded that the lock is broken, so it isn't
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl Hint for ForceUnlockError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::NotHeld { .. } => vec!["there is nothing to unlock".to_owned()],
            Self::OtherId { holder, .. } => vec![
                format!("it is held by {holder}"),
                format!(
                    "if that run is surely over: infra force-unlock {}",
                    holder.id
                ),
            ],
            Self::Alive { holder, .. } if holder.host == this_machine().host => vec![format!(
                "stop it first: Ctrl-C in its terminal, or `kill -INT {}`, and wait until it has ended",
                holder.pid
            )],
            Self::Alive { holder, .. } => vec![format!(
                "stop it first, on {}: Ctrl-C in its terminal, or `kill -INT {}`, and wait until it has ended",
                holder.host, holder.pid
            )],
            Self::Newer { .. } => vec!["use that version to break it".to_owned()],
            Self::Place(error) => error.hints(),
            Self::Changed => vec!["look again with `infra doctor`".to_owned()],
            Self::Lock(error) => error.hints(),
            Self::Ledger(error) => error.hints(),
        }
    }
}

/// How long it is waited for a sign of life: longer than the longest pause between two.
const WATCHED: Duration = Duration::from_secs(20);

/// Says who holds the run lock of a project, if anybody does.
pub async fn held(project: &Project) -> Result<Option<HeldLock>, LockError> {
    let holder = Place::of(project)?.lock().holder().await?;
    Ok(holder.map(|holder| HeldLock {
        liveness: liveness(&holder),
        holder,
    }))
}

/// Watches the lock of a holder of whom nothing can be told from here: signs of life need no
/// clock in common.
async fn watched(lock: &dyn RunLock, holder: &Holder) -> Result<Liveness, LockError> {
    let known = liveness(holder);
    let Liveness::Unknown(evidence) = known else {
        return Ok(known);
    };
    if holder.beat_at.is_empty() || holder.format > LOCK_FORMAT {
        return Ok(Liveness::Unknown(evidence));
    }
    let until = Instant::now() + WATCHED;
    while Instant::now() < until {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let now = lock.holder().await?;
        if now.is_some_and(|now| now.id == holder.id && now.beat != holder.beat) {
            return Ok(Liveness::Alive(format!(
                "{evidence}, and it has just shown a sign of life"
            )));
        }
    }
    Ok(Liveness::Unknown(format!(
        "{evidence}; no sign of life for {}s, the last one was {}",
        WATCHED.as_secs(),
        holder.beat_at
    )))
}

/// Breaks the run lock with this id, unless its run still goes on.
///
/// That a run on another machine goes on can't be told from here: whoever gives the id
/// answers for it. The ledger records who that was before the lock is gone, so that no
/// lock is ever broken unseen.
pub async fn force_unlock(project: &Project, id: &str) -> Result<Unlocked, ForceUnlockError> {
    let stack = project.stack.name.clone();
    let place = Place::of(project)?;
    let lock = place.lock();
    let Some(holder) = lock.holder().await? else {
        return Err(ForceUnlockError::NotHeld { stack });
    };
    if holder.id != id {
        return Err(ForceUnlockError::OtherId {
            stack,
            given: id.to_owned(),
            holder: Box::new(holder),
        });
    }
    if holder.format > LOCK_FORMAT {
        return Err(ForceUnlockError::Newer {
            holder: Box::new(holder),
        });
    }
    let evidence = match watched(&*lock, &holder).await? {
        Liveness::Alive(evidence) => {
            return Err(ForceUnlockError::Alive {
                holder: Box::new(holder),
                evidence,
            });
        }
        Liveness::Dead(evidence) | Liveness::Unknown(evidence) => evidence,
    };
    // In the records of the run that it ends.
    let writer = Writer {
        run: holder.id.clone(),
        who: this_machine().who,
    };
    let broken = RecordEvent::LockForced {
        lock: holder.id.clone(),
        holder: holder.to_string(),
    };
    place.ledger().await?.append(&writer, broken).await?;
    if !lock.release(&holder.id).await? {
        return Err(ForceUnlockError::Changed);
    }
    Ok(Unlocked {
        format_version: infra_core::decision::FORMAT_VERSION,
        stack,
        holder,
        evidence,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verbs::history::history;
    use crate::verbs::scene::Scene;

    async fn hold(scene: &Scene, holder: Holder) {
        let holder = Holder {
            id: "run-1".to_owned(),
            ..holder
        };
        let place = Place::of(&scene.project()).unwrap();
        place.lock().acquire(&holder).await.unwrap();
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_run_that_goes_on_keeps_its_lock() {
        let scene = Scene::new();
        hold(&scene, this_machine()).await;
        let project = scene.project();
        let error = force_unlock(&project, "run-1").await.unwrap_err();
        assert!(matches!(error, ForceUnlockError::Alive { .. }), "{error}");
        assert!(held(&project).await.unwrap().is_some());
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_lock_of_another_machine_is_broken_by_its_id_and_on_record() {
        let scene = Scene::new();
        let project = scene.project();
        let error = force_unlock(&project, "run-1").await.unwrap_err();
        assert!(matches!(error, ForceUnlockError::NotHeld { .. }), "{error}");
        let elsewhere = Holder {
            host: "elsewhere".to_owned(),
            who: "bob@elsewhere".to_owned(),
            ..this_machine()
        };
        hold(&scene, elsewhere).await;
        let error = force_unlock(&project, "run-2").await.unwrap_err();
        assert!(error.to_string().contains("is run-1, not run-2"), "{error}");
        assert!(error.hints()[1].ends_with("infra force-unlock run-1"));
        let unlocked = force_unlock(&project, "run-1").await.unwrap();
        assert_eq!(unlocked.holder.who, "bob@elsewhere");
        assert!(held(&project).await.unwrap().is_none());
        let runs = history(&project).await.unwrap().runs;
        assert_eq!(runs[0].id, "run-1");
        assert_eq!(runs[0].unlocked_by, Some(this_machine().who));
    }
}
