//! `terraform plan`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use infra_core::terraform::ChangeSummary;

use crate::process::{Invocation, Runner};
use crate::terraform::stream::{self, EventSink};
use crate::terraform::{Diagnostic, Failure, Locking, Terraform, TerraformError, Trouble};
use crate::tools::{MINIMUM_TERRAFORM, Version};

/// What is planned, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    out: PathBuf,
    var_files: Vec<PathBuf>,
    refresh_only: bool,
    locking: Locking,
    deadline: Option<Duration>,
}

/// A plan that was made and saved.
#[derive(Debug, Clone)]
pub struct PlanOutcome {
    /// The warnings
    pub warnings: Vec<Diagnostic>,
    /// What Terraform counted, if it did
    pub summary: Option<ChangeSummary>,
    /// How long it took
    pub elapsed: Duration,
}

impl Plan {
    /// A plan saved at `out`, which should lie in a private directory: it holds secrets.
    pub fn new(out: impl Into<PathBuf>) -> Self {
        Self {
            out: out.into(),
            var_files: Vec::new(),
            refresh_only: false,
            locking: Locking::Default,
            deadline: None,
        }
    }

    /// Adds files of variables, in order. Relative ones are relative to the root module.
    #[must_use]
    pub fn var_files(mut self, files: impl IntoIterator<Item = impl Into<PathBuf>>) -> Self {
        self.var_files.extend(files.into_iter().map(Into::into));
        self
    }

    /// Plans nothing but to record in the state what has changed outside of Terraform.
    #[must_use]
    pub fn refresh_only(mut self, wanted: bool) -> Self {
        self.refresh_only = wanted;
        self
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
        let mut invocation = terraform
            .invocation(&["plan"])
            // Fails at once where a variable has no value, instead of asking.
            .arg("-input=false")
            // Messages for machines; implies -no-color.
            .arg("-json")
            .option("-out", &self.out);
        if self.refresh_only {
            invocation = invocation.arg("-refresh-only");
        }
        for file in &self.var_files {
            invocation = invocation.option("-var-file", file);
        }
        self.locking.args(invocation).deadline(self.deadline)
    }

    /// Where the plan is saved.
    pub fn out(&self) -> &Path {
        &self.out
    }
}

impl Terraform {
    /// Makes a plan and saves it.
    pub async fn plan(
        &self,
        runner: &Runner,
        plan: &Plan,
        events: EventSink<'_>,
    ) -> Result<PlanOutcome, Failure> {
        let (completed, told) = stream::run(runner, &plan.invocation(self), events).await?;
        // A plan of too old a version is refused even if it succeeded, and its flags may
        // be what failed.
        let version = told
            .terraform
            .as_deref()
            .and_then(|text| text.parse::<Version>().ok());
        if let Some(found) = version.filter(|found| !found.at_least(&MINIMUM_TERRAFORM)) {
            return Err(self.too_old(found));
        }
        if let Some(why) = completed.stopped {
            return Err(Failure::Stopped {
                command: "plan".to_owned(),
                why,
            });
        }
        if !completed.exit.success() {
            let silent = told.diagnostics.is_empty();
            let error = TerraformError::new("plan", &completed, told.diagnostics);
            if silent || error.trouble == Trouble::UnknownArgument {
                self.refuse_too_old(runner).await?;
            }
            return Err(Box::new(error).into());
        }
        match std::fs::metadata(&plan.out) {
            Ok(saved) if saved.len() > 0 => {}
            found => {
                self.refuse_too_old(runner).await?;
                let problem = if found.is_ok() { "empty" } else { "missing" };
                return Err(Failure::Incomplete {
                    command: "plan".to_owned(),
                    what: "plan file",
                    problem,
                });
            }
        }
        Ok(PlanOutcome {
            warnings: told.diagnostics,
            summary: told.summary,
            elapsed: completed.elapsed,
        })
    }

    /// Asks for the version, where something that a new enough one never does went wrong.
    async fn refuse_too_old(&self, runner: &Runner) -> Result<(), Failure> {
        match self.version(runner).await {
            Ok(version) if !version.is_new_enough() => Err(self.too_old(version.version)),
            _ => Ok(()),
        }
    }

    fn too_old(&self, found: Version) -> Failure {
        Failure::TooOld {
            program: self.program().to_owned(),
            found,
            minimum: MINIMUM_TERRAFORM,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(plan: &Plan) -> String {
        let line = plan
            .invocation(&Terraform::new("/bin/terraform", "/live"))
            .to_string();
        line.split_once("/bin/terraform ").unwrap().1.to_owned()
    }

    #[test]
    fn by_default_a_plan_is_saved_and_told_in_json() {
        assert_eq!(
            args(&Plan::new("/run/p")),
            "plan -input=false -json -out=/run/p"
        );
    }

    #[test]
    fn a_plan_with_everything_set() {
        let plan = Plan::new("/run/p")
            .var_files(["a.tfvars", "/b c.tfvars"])
            .refresh_only(true)
            .locking(Locking::Wait(Duration::from_secs(90)))
            .deadline(Some(Duration::from_mins(2)));
        assert_eq!(
            args(&plan),
            "plan -input=false -json -out=/run/p -refresh-only -var-file=a.tfvars \
             '-var-file=/b c.tfvars' -lock-timeout=90s"
        );
        let invocation = plan.invocation(&Terraform::new("/bin/terraform", "/live"));
        assert_eq!(invocation.deadline, Some(Duration::from_mins(2)));
        assert!(args(&Plan::new("p").locking(Locking::Held)).ends_with("-lock=false"));
    }
}
