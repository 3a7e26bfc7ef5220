//! The Terraform part of an apply.

use infra_core::digest::Digest;
use infra_core::dns::{self, Target};
use infra_core::document::{decode, read_state};
use infra_core::hint::Hint as _;
use infra_core::inventory::{self, BuildOptions, Inventory};
use infra_core::ledger::{RecordEvent, StateId};
use infra_exec::terraform::{Apply, ApplyOutcome, Failure, Locking};

use super::error::ApplyError;
use super::run::Run;
use crate::plan::terraform::{MadePlan, pulled};
use crate::plan::{PlanError, PlanOptions};
use crate::state_guard::{errored, in_root_module, written};
use crate::tools;

impl Run<'_> {
    /// Applies the saved plan, and writes down what became of the state. Returns which one
    /// it is now.
    pub(super) async fn terraform(
        &mut self,
        made: &MadePlan,
        options: &PlanOptions,
    ) -> Result<Option<StateId>, ApplyError> {
        let terraform = tools::terraform(self.project)?;
        let plan = std::fs::read(&made.file).map_err(|source| ApplyError::PlanFile {
            path: made.file.clone(),
            source,
        })?;
        if let Some(incident) = self.watch.foreign_write().await? {
            return Err(ApplyError::ForeignWrite(incident));
        }
        let apply = Apply::new(&made.file).locking(self.locking(options));
        let outcome = terraform
            .apply(&self.context.runner, &apply, &self.context.terraform())
            .await?;
        // Whatever happened, the state tells what there is now: also after an interrupt.
        let after = pulled(&terraform, &self.context.runner.for_cleanup()).await;
        let complete = is_complete(&outcome);
        let event = RecordEvent::TerraformApplied {
            plan: Digest::of(&plan),
            complete,
            before: made.state.clone(),
            after: after.as_ref().ok().cloned().flatten(),
        };
        self.append(event).await?;
        self.witness().await?;
        if outcome.error.is_some() {
            self.park().await;
        }
        match outcome.error {
            // All was applied and the state was written, and then something failed, such
            // as the unlock. That must be known, and is no reason not to go on.
            Some(error) if complete => self.context.warn(error.to_string(), error.hints()),
            Some(error) => return Err(Failure::Terraform(error).into()),
            None => {}
        }
        let after = after.map_err(PlanError::from)?;
        written(made.state.as_ref(), after.as_ref())
            .map_err(|refused| refused.with_copies(in_root_module(self.project, after.as_ref())))?;
        Ok(after)
    }

    /// How Terraform locks the state under the run lock.
    pub(super) fn locking(&self, options: &PlanOptions) -> Locking {
        match (self.place.locking(), options.lock_timeout) {
            (Locking::Held, _) => Locking::Held,
            (_, Some(timeout)) => Locking::Wait(timeout),
            (locking, None) => locking,
        }
    }

    /// Writes down what the backend itself tells of the state, and what is wrong with it.
    async fn witness(&mut self) -> Result<(), ApplyError> {
        let seen = match self.watch.after_apply().await {
            Ok(seen) => seen,
            // What Terraform did is recorded; that it was not looked at must be known.
            Err(error) => {
                self.context.warn(error.to_string(), error.hints());
                return Ok(());
            }
        };
        if let Some(event) = seen.record {
            self.append(event).await?;
        }
        for (problem, hints) in seen.problems {
            self.incident(problem, hints);
        }
        Ok(())
    }

    /// Keeps a state that Terraform could not write: nothing else knows what it has made.
    async fn park(&self) {
        let Some(left) = errored(self.project) else {
            return;
        };
        let copied = self
            .place
            .park(&self.writer.run, &left.bytes)
            .await
            .unwrap_or_default();
        let copy = copied.map_or_else(String::new, |place| format!("; a copy is in {place}"));
        self.context.warn(
            format!(
                "Terraform could not write its state: {} holds it{copy}",
                left.path
            ),
            vec![format!(
                "no apply goes on before it is pushed: terraform -chdir={} state push errored.tfstate",
                self.project.terraform_dir()
            )],
        );
    }

    /// The inventory of the state that there is now, and where names should lead by it.
    pub(super) async fn inventory_now(
        &self,
        options: &PlanOptions,
    ) -> Result<(Inventory, Vec<Target>), ApplyError> {
        let terraform = tools::terraform(self.project)?;
        // `show -json` and not the raw state: only it says what providers mark as sensitive.
        let bytes = terraform.show_state(&self.context.runner).await?;
        let text = decode(&bytes).map_err(|error| ApplyError::State(error.into()))?;
        let state = read_state(&text).map_err(ApplyError::State)?;
        let options = BuildOptions {
            allow_empty: options.allow_empty || self.project.stack.playbooks.is_empty(),
            ..BuildOptions::default()
        };
        let built = inventory::build(&state, &self.project.stack.inventory, options)?;
        for skipped in &built.skipped {
            self.context.warn(
                format!("{} is no host: {}", skipped.address, skipped.reason),
                Vec::new(),
            );
        }
        let names = dns::targets(&self.project.stack.dns, &built.inventory, &state)?;
        Ok((built.inventory, names))
    }
}

/// Whether all of the plan was applied. Terraform's exit code doesn't tell: it is 1 after a
/// good apply that could not unlock. The summary comes only when nothing was left undone.
fn is_complete(outcome: &ApplyOutcome) -> bool {
    outcome.summary.is_some() && outcome.errored.is_empty()
}
