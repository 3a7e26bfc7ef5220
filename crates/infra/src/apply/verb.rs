//! `apply`: the lock around everything, and what ends a run.

use infra_exec::process::Level;

use super::error::ApplyError;
use super::options::ApplyOptions;
use super::report::{ApplyReport, Outcome};
use super::run::Run;
use crate::Project;
use crate::context::Context;
use crate::files::atomic;
use crate::locked::{Lock, Locked, Purpose};

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
    keep_out_of_git(project);
    let info = options.info.clone();
    let purpose = Purpose {
        verb: "apply",
        info: &info,
        timeout: options.lock_timeout,
        interrupter: Some(options.interrupter.clone()),
    };
    let locked = Locked::take::<ApplyError>(context, project, purpose).await?;
    // On the heap: a run is one future with everything that it may do, more than the stack
    // of a thread holds beside its callers.
    let (result, lock) = Box::pin(under_lock(&locked, project, options)).await;
    let Some(problem) = locked.end(lock).await else {
        return result;
    };
    result.map(|mut report| {
        report.problems.push(problem);
        report.outcome = match report.outcome {
            Outcome::Nothing | Outcome::Done => Outcome::Failed,
            other => other,
        };
        report
    })
}

/// The run itself, with an eye on the lock.
async fn under_lock(
    locked: &Locked<'_>,
    project: &Project,
    options: ApplyOptions<'_>,
) -> (Result<ApplyReport, ApplyError>, Lock) {
    let (context, writer) = (&locked.context, locked.writer.clone());
    let mut run = match Run::open(context, project, &locked.place, writer).await {
        Ok(run) => run,
        Err(error) => return (Err(error.into()), Lock::Kept),
    };
    let (result, lock) = locked.watch(Box::pin(run.carry_out(options))).await;
    (finish(context, &mut run, result, lock).await, lock)
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

/// What is on this machine is nobody else's business. Losing the file costs nothing, so that
/// it can't be written stops nothing.
fn keep_out_of_git(project: &Project) {
    let dir = project.local_dir();
    let kept =
        atomic::private_dir(&dir).and_then(|()| atomic::create(&dir.join(".gitignore"), b"*\n"));
    if let Err(error) = kept {
        tracing::debug!(%dir, %error, "no .gitignore was written");
    }
}
