//! `terraform apply` of a saved plan.

use std::path::PathBuf;
use std::time::Duration;

use infra_core::terraform::ChangeSummary;

use crate::process::{Exit, Invocation, Runner, Stopped};
use crate::terraform::stream::{self, EventSink};
use crate::terraform::{Diagnostic, Failure, Locking, Terraform, TerraformError};

/// Which plan is applied, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Apply {
    plan: PathBuf,
    locking: Locking,
    deadline: Option<Duration>,
}

/// What an apply did, whether or not it went well.
///
/// An exit code of 0 is no proof of success, nor another one of failure: a state that was
/// written but not unlocked exits with 1. Who needs to know reads the state back.
#[derive(Debug, Clone)]
pub struct ApplyOutcome {
    /// How it ended
    pub exit: Exit,
    /// Why it was told to stop, if it was
    pub stopped: Option<Stopped>,
    /// The addresses of the resources that were created, updated or destroyed, in order
    pub completed: Vec<String>,
    /// The addresses of those that could not be
    pub errored: Vec<String>,
    /// What Terraform counted; None if it did not get to its end
    pub summary: Option<ChangeSummary>,
    /// The warnings
    pub warnings: Vec<Diagnostic>,
    /// What Terraform said, if it failed
    pub error: Option<Box<TerraformError>>,
    /// How long it took
    pub elapsed: Duration,
}

impl Apply {
    /// Applies the plan saved at `plan`, which is exactly what was planned.
    pub fn new(plan: impl Into<PathBuf>) -> Self {
        Self {
            plan: plan.into(),
            locking: Locking::Default,
            deadline: None,
        }
    }

    /// Says who locks the state.
    #[must_use]
    pub fn locking(mut self, locking: Locking) -> Self {
        self.locking = locking;
        self
    }

    /// Limits how long it may take.
    #[must_use]
    pub fn deadline(mut self, deadline: Option<Duration>) -> Self {
        self.deadline = deadline;
        self
    }

    /// The command.
    pub fn invocation(&self, terraform: &Terraform) -> Invocation {
        // A saved plan needs no -auto-approve: having it is the approval.
        let invocation = terraform
            .invocation(&["apply"])
            .arg("-input=false")
            .arg("-json");
        // An interrupted apply waits for the call that is under way to the cloud, which may
        // take minutes; ended before, the resource exists and the state doesn't know.
        let invocation = invocation
            .deadline(self.deadline)
            .grace(Duration::from_mins(10));
        self.locking.args(invocation).arg(&self.plan)
    }
}

impl Terraform {
    /// Applies a saved plan. That it failed is in the outcome, beside what it did before.
    pub async fn apply(
        &self,
        runner: &Runner,
        apply: &Apply,
        events: EventSink<'_>,
    ) -> Result<ApplyOutcome, Failure> {
        let (completed, told) = stream::run(runner, &apply.invocation(self), events).await?;
        let (errors, warnings): (Vec<_>, Vec<_>) =
            told.diagnostics.into_iter().partition(Diagnostic::is_error);
        let failed = !completed.exit.success() || !errors.is_empty();
        Ok(ApplyOutcome {
            error: failed.then(|| Box::new(TerraformError::new("apply", &completed, errors))),
            exit: completed.exit,
            stopped: completed.stopped,
            completed: told.completed,
            errored: told.errored,
            summary: told.summary,
            warnings,
            elapsed: completed.elapsed,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(apply: &Apply) -> String {
        let line = apply
            .invocation(&Terraform::new("/bin/terraform", "/live"))
            .to_string();
        line.split_once("/bin/terraform ").unwrap().1.to_owned()
    }

    #[test]
    fn an_apply_names_its_plan_last() {
        assert_eq!(
            args(&Apply::new("/run/p")),
            "apply -input=false -json /run/p"
        );
        assert_eq!(
            args(
                &Apply::new("/run/p")
                    .locking(Locking::Held)
                    .deadline(Some(Duration::from_secs(1)))
            ),
            "apply -input=false -json -lock=false /run/p"
        );
    }
}
