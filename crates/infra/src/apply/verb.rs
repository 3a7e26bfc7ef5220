//! `apply`: the lock around everything, and what ends a run.

use std::time::Duration;

use infra_core::hint::Hint as _;
use infra_exec::process::Level;

use super::error::ApplyError;
use super::options::ApplyOptions;
use super::report::{ApplyReport, Outcome};
use super::run::Run;
use crate::Project;
use crate::context::Context;
use crate::event::{Event, Stage};
use crate::files::atomic;
use crate::ledger::Writer;
use crate::lock::{
    self, Holder, LocalLock, LockError, RUN_VARIABLE, RunLock, Waiting, this_machine,
};

/// How often it is looked whether the lock is still ours.
const BEAT: Duration = Duration::from_secs(2);
/// After half of this without an answer the lock counts as lost.
const LEASE: Duration = Duration::from_mins(1);

/// Plans, asks, and carries out what was decided: Terraform, then the playbooks, on the
/// hosts that need them.
///
/// Holds the run lock from before the plan to after the last host. Every host that
/// succeeds is recorded as soon as its playbook has ended, so that whatever stops a run,
/// the next one does what is left and only that.
///
/// # Errors
///
/// Where it could not begin or not go on. Hosts that fail are no error but part of the
/// report.
pub async fn apply(
    context: &Context<'_>,
    project: &Project,
    options: ApplyOptions<'_>,
) -> Result<ApplyReport, ApplyError> {
    let lock = LocalLock::new(project.state_dir().join("lock.json"));
    let holder = holder(project, &options.info);
    keep_out_of_git(project);
    context
        .stage(
            Stage::Lock,
            take(context, &lock, &holder, options.lock_timeout),
        )
        .await?;
    let writer = Writer {
        run: holder.id.clone(),
        who: holder.who.clone(),
    };
    let context = Context {
        observer: context.observer,
        runner: context.runner.clone().with_env(RUN_VARIABLE, &holder.id),
    };
    let (result, lost) = under_lock(&context, project, options, &lock, writer).await;
    if lost == Lock::Kept {
        give_back(&context, &lock, &holder.id).await;
    }
    result
}

/// Whether the lock was still ours at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lock {
    Kept,
    Lost,
}

/// The run itself, with an eye on the lock.
async fn under_lock(
    context: &Context<'_>,
    project: &Project,
    options: ApplyOptions<'_>,
    lock: &LocalLock,
    writer: Writer,
) -> (Result<ApplyReport, ApplyError>, Lock) {
    let id = writer.run.clone();
    let mut run = match Run::open(context, project, writer).await {
        Ok(run) => run,
        Err(error) => return (Err(error.into()), Lock::Kept),
    };
    let interrupter = options.interrupter.clone();
    let mut state = Lock::Kept;
    let result = {
        let mut work = std::pin::pin!(run.carry_out(options));
        tokio::select! {
            biased;
            result = &mut work => result,
            error = lock::watch(lock, &id, BEAT, LEASE) => {
                context.warn(error.to_string(), error.hints());
                // Terraform's write of the state can't be fenced: stop before it comes to that.
                interrupter.stop();
                state = Lock::Lost;
                work.await
            }
        }
    };
    (finish(context, &mut run, result, state).await, state)
}

/// Writes the end of the run into the ledger, however it ended.
async fn finish(
    context: &Context<'_>,
    run: &mut Run<'_>,
    result: Result<ApplyReport, ApplyError>,
    lock: Lock,
) -> Result<ApplyReport, ApplyError> {
    let interrupted = context.runner.interrupt().level() >= Level::Stop;
    let result = result.map(|mut report| {
        report.outcome = match report.outcome {
            done @ (Outcome::Nothing | Outcome::Done | Outcome::Declined) => done,
            _ if lock == Lock::Lost => Outcome::LockLost,
            _ if interrupted => Outcome::Interrupted,
            other => other,
        };
        report
    });
    let outcome = match &result {
        Ok(report) => report.outcome,
        Err(_) if lock == Lock::Lost => Outcome::LockLost,
        Err(_) if interrupted => Outcome::Interrupted,
        Err(_) => Outcome::Failed,
    };
    let ended = run.end(outcome).await;
    let report = result?;
    ended?;
    Ok(report)
}

async fn take(
    context: &Context<'_>,
    lock: &LocalLock,
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

async fn give_back(context: &Context<'_>, lock: &LocalLock, id: &str) {
    match lock.release(id).await {
        Ok(true) => {}
        Ok(false) => context.warn(
            "the run lock was no longer ours when it was given back",
            Vec::new(),
        ),
        Err(error) => context.warn(
            error.to_string(),
            vec![format!("remove it with `infra force-unlock {id}`")],
        ),
    }
}

fn holder(project: &Project, info: &str) -> Holder {
    Holder {
        id: run_id(),
        operation: "apply".to_owned(),
        info: info.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        created: jiff::Timestamp::now()
            .strftime("%Y-%m-%dT%H:%M:%SZ")
            .to_string(),
        path: project.state_dir().to_string(),
        ..this_machine()
    }
}

/// A name for a run: when it began, and enough to tell it from another of that second.
fn run_id() -> String {
    let now = jiff::Timestamp::now();
    let unique =
        blake3::hash(format!("{} {}", now.as_nanosecond(), std::process::id()).as_bytes()).to_hex();
    format!(
        "{}-{}",
        now.strftime("%Y%m%dT%H%M%SZ"),
        unique.chars().take(6).collect::<String>()
    )
}

/// The ledger and the lock are of this machine and hold what is nobody else's business.
/// Losing the file costs nothing, so that it can't be written stops nothing.
fn keep_out_of_git(project: &Project) {
    let dir = project.local_dir();
    let kept =
        atomic::private_dir(&dir).and_then(|()| atomic::create(&dir.join(".gitignore"), b"*\n"));
    if let Err(error) = kept {
        tracing::debug!(%dir, %error, "no .gitignore was written");
    }
}
