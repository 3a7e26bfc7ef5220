//! Holding the run lock for as long as something is done under it.

use std::time::Duration;

use infra_core::hint::Hint as _;
use infra_exec::process::{Interrupter, Level};

use crate::Project;
use crate::context::Context;
use crate::event::{Event, Stage};
use crate::ledger::{LedgerError, Writer};
use crate::lock::{self, Holder, LockError, RUN_VARIABLE, RunLock, Waiting, this_machine};
use crate::place::{Place, PlaceError};

/// How often it is looked whether the lock is still ours.
const BEAT: Duration = Duration::from_secs(2);
/// After half of this without an answer the lock counts as lost.
const LEASE: Duration = Duration::from_mins(1);

/// What a lock is taken for, and by whom.
pub(crate) struct Purpose<'a> {
    /// The verb
    pub(crate) verb: &'static str,
    /// More about it, such as the address of a CI job
    pub(crate) info: &'a str,
    /// How long to wait for the lock
    pub(crate) timeout: Duration,
    /// What stops the work when the lock is lost
    pub(crate) interrupter: Option<Interrupter>,
}

/// Whether the lock was still ours at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lock {
    /// It was
    Kept,
    /// It was taken away, or could not be seen for too long
    Lost,
}

/// A run that holds the lock.
pub(crate) struct Locked<'a> {
    pub(crate) context: Context<'a>,
    pub(crate) place: Place,
    pub(crate) writer: Writer,
    lock: Box<dyn RunLock>,
    interrupter: Option<Interrupter>,
}

impl<'a> Locked<'a> {
    /// Takes the lock of a stack, and sends what an earlier run could not.
    ///
    /// # Errors
    ///
    /// If somebody else has it and goes on having it, or its place can't be used.
    pub(crate) async fn take<E>(
        context: &Context<'a>,
        project: &Project,
        purpose: Purpose<'_>,
    ) -> Result<Self, E>
    where
        E: From<LockError> + From<LedgerError> + From<PlaceError>,
    {
        let place = Place::of(project)?;
        let lock = place.lock();
        let holder = holder(&*lock, &purpose);
        context
            .stage(Stage::Lock, async {
                place.prepare(context, project).await?;
                take(context, &*lock, &holder, purpose.timeout)
                    .await
                    .map_err(E::from)
            })
            .await?;
        let locked = Self {
            context: Context {
                observer: context.observer,
                runner: context.runner.clone().with_env(RUN_VARIABLE, &holder.id),
            },
            place,
            writer: Writer {
                run: holder.id,
                who: holder.who,
            },
            lock,
            interrupter: purpose.interrupter,
        };
        if let Err(error) = locked.place.send_spooled(&locked.context).await {
            locked.give_back().await;
            return Err(error.into());
        }
        Ok(locked)
    }

    /// Does the work with an eye on the lock, and says whether it was ours to the end.
    pub(crate) async fn watch<T>(&self, work: impl Future<Output = T>) -> (T, Lock) {
        let mut work = std::pin::pin!(work);
        tokio::select! {
            biased;
            result = &mut work => (result, Lock::Kept),
            error = lock::watch(&*self.lock, &self.writer.run, BEAT, LEASE) => {
                self.context.warn(error.to_string(), error.hints());
                // Terraform's write of the state can't be fenced: stop before it comes to that.
                if let Some(interrupter) = &self.interrupter {
                    interrupter.stop();
                }
                (work.await, Lock::Lost)
            }
        }
    }

    /// Gives the lock back, unless records are only on this machine: then nobody may go on
    /// without them. Returns how many those are.
    pub(crate) async fn end(self, lock: Lock) -> usize {
        let unsent = self.settle().await;
        if unsent == 0 && lock == Lock::Kept {
            self.give_back().await;
        }
        unsent
    }

    /// Tries once more to send what S3 was away for.
    async fn settle(&self) -> usize {
        if self.place.unsent() > 0
            && let Err(error) = self.place.send_spooled(&self.context).await
        {
            tracing::debug!(%error, "the spool was not sent");
        }
        self.place.unsent()
    }

    async fn give_back(&self) {
        match self.lock.release(&self.writer.run).await {
            Ok(true) => {}
            Ok(false) => self.context.warn(
                "the run lock was no longer ours when it was given back",
                Vec::new(),
            ),
            Err(error) => self.context.warn(
                error.to_string(),
                vec![format!(
                    "remove it with `infra force-unlock {}`",
                    self.writer.run
                )],
            ),
        }
    }
}

async fn take(
    context: &Context<'_>,
    lock: &dyn RunLock,
    holder: &Holder,
    timeout: Duration,
) -> Result<(), LockError> {
    let mut interrupt = context.runner.interrupt().clone();
    let tell = |waiting| match waiting {
        Waiting::Held(other) => context.tell(&Event::LockWaiting {
            holder: other.to_string(),
        }),
        Waiting::Cleared(other, evidence) => {
            context.tell(&Event::LockCleared {
                holder: other.to_string(),
                evidence,
            });
        }
    };
    tokio::select! {
        result = lock::acquire(lock, holder, timeout, tell) => result,
        _ = interrupt.above(Level::None) => Err(LockError::Interrupted),
    }
}

fn holder(lock: &dyn RunLock, purpose: &Purpose<'_>) -> Holder {
    Holder {
        id: run_id(),
        operation: purpose.verb.to_owned(),
        info: purpose.info.to_owned(),
        version: format!("infra {}", env!("CARGO_PKG_VERSION")),
        created: jiff::Timestamp::now()
            .strftime("%Y-%m-%dT%H:%M:%SZ")
            .to_string(),
        path: lock.place(),
        ..this_machine()
    }
}

/// A name for a run: when it began, and enough to tell it from another of that second.
fn run_id() -> String {
    let now = jiff::Timestamp::now();
    let unique = blake3::hash(
        format!(
            "{} {} {}",
            now.as_nanosecond(),
            std::process::id(),
            this_machine().who
        )
        .as_bytes(),
    )
    .to_hex();
    format!(
        "{}-{}",
        now.strftime("%Y%m%dT%H%M%SZ"),
        unique.chars().take(6).collect::<String>()
    )
}
