//! Holding the run lock for as long as something is done under it.

use std::time::Duration;

use camino::Utf8PathBuf;
use infra_core::hint::Hint as _;
use infra_exec::process::{Interrupter, Level};

use crate::Project;
use crate::causes::with_causes;
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
    spool: Utf8PathBuf,
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
            spool: project.state_dir().join("spool"),
        };
        if let Err(error) = locked.place.send_spooled(&locked.context).await {
            // Nobody may go on without what only this machine has.
            if locked.place.unsent() == 0 {
                locked.give_back().await;
            }
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
                self.context.warn_of(&error);
                // Terraform's write of the state can't be fenced: stop before it comes to that.
                if let Some(interrupter) = &self.interrupter {
                    interrupter.stop();
                }
                (work.await, Lock::Lost)
            }
        }
    }

    /// Tries once more to send what S3 was away for, and gives the lock back, unless records
    /// are still only on this machine: nobody may go on without them. Tells of that, and
    /// returns it as one sentence.
    pub(crate) async fn end(self, lock: Lock) -> Option<String> {
        let sent = self.place.send_spooled(&self.context).await;
        let unsent = self.place.unsent();
        if unsent == 0 {
            if lock == Lock::Kept {
                self.give_back().await;
            }
            return None;
        }
        let problem = format!(
            "{unsent} records of this run are only on this machine, in {}, because the ledger could not be \
             written; the run lock is kept so that nobody goes on without them",
            self.spool
        );
        let mut hints = Vec::new();
        if let Err(error) = sent {
            hints.push(with_causes(&error));
            hints.extend(error.hints());
        }
        hints.push(
            "run `infra apply` again on this machine once the ledger can be written: it sends them first"
                .to_owned(),
        );
        self.context.warn(problem.clone(), hints);
        Some(problem)
    }

    async fn give_back(&self) {
        match self.lock.release(&self.writer.run).await {
            Ok(true) => {}
            Ok(false) => self.context.warn(
                "the run lock was no longer ours when it was given back",
                Vec::new(),
            ),
            Err(error) => {
                let mut hints = error.hints();
                hints.push(format!(
                    "the next `infra apply` on this machine clears it away; elsewhere `infra force-unlock {}` does",
                    self.writer.run
                ));
                self.context.warn(with_causes(&error), hints);
            }
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
