//! What providers fill in because of an apply, recorded right after it.
//!
//! Otherwise the next plan would show it as drift that nobody expects: a security group that
//! has got rules, a role that has got policies, an instance that has got an Elastic IP.

use infra_core::document::{DocumentError, decode, read_plan};
use infra_core::drift::{Aftermath, DriftEntry, DriftRules, aftermath};
use infra_core::hint::Hint as _;
use infra_core::ledger::StateId;
use infra_core::terraform::Plan;
use infra_exec::process::Level;
use jiff::Zoned;

use super::error::ApplyError;
use super::report::{ApplyReport, Refreshed};
use super::run::Run;
use crate::event::Event;
use crate::plan::PlanOptions;
use crate::plan::terraform::{How, MadePlan, make};
use crate::tools;

/// The provider of `terraform_data`: its objects are nowhere but in the state.
const BUILT_IN: &str = "terraform.io/builtin/terraform";

impl Run<'_> {
    /// Refreshes the state after an apply, and records what the apply itself has brought
    /// about. Whatever else has changed is left to be seen by the next plan. Returns which
    /// state it is now.
    pub(super) async fn settle(
        &mut self,
        applied: &MadePlan,
        state: Option<StateId>,
        options: &PlanOptions,
        rules: &DriftRules,
        report: &mut ApplyReport,
    ) -> Result<Option<StateId>, ApplyError> {
        let stopped = self.context.runner.interrupt().level() >= Level::Stop;
        if stopped || !self.project.stack.terraform.refresh_after_apply {
            return Ok(state);
        }
        let text = decode(&applied.json).map_err(|error| ApplyError::State(error.into()))?;
        let plan = read_plan(&text).map_err(ApplyError::State)?;
        if !changes_anything_remote(&plan) {
            return Ok(state);
        }
        let terraform = tools::terraform(self.project)?;
        let how = How {
            locking: self.locking(options),
            refresh_only: true,
        };
        let refreshed = match make(self.context, &terraform, self.project, how).await {
            Ok(refreshed) => refreshed,
            // All that was to be applied is. What a refresh would have found, the next plan does.
            Err(error) => {
                let message = format!("what the apply brought about is not recorded: {error}");
                self.context.warn(message, error.hints());
                return Ok(state);
            }
        };
        let found = look(&plan, &refreshed, rules).map_err(ApplyError::State)?;
        if !found.foreign.is_empty() {
            self.context.warn(
                format!(
                    "something else has changed while Terraform applied: {}",
                    addresses(&found.foreign)
                ),
                vec!["nothing of it is recorded; `infra plan` shows it as drift".to_owned()],
            );
            return Ok(state);
        }
        if found.own.is_empty() {
            return Ok(state);
        }
        let state = self.terraform(&refreshed, options).await?;
        report.refreshed = found.own.iter().map(Refreshed::of).collect();
        self.context.tell(&Event::Refreshed {
            resources: report.refreshed.clone(),
        });
        Ok(state)
    }
}

fn look(
    applied: &Plan<'_>,
    refreshed: &MadePlan,
    rules: &DriftRules,
) -> Result<Aftermath, DocumentError> {
    let text = decode(&refreshed.json)?;
    aftermath(applied, &read_plan(&text)?, rules, Zoned::now().date())
}

fn changes_anything_remote(plan: &Plan<'_>) -> bool {
    plan.object_changes().any(|entry| {
        let provider = entry.provider_name.as_ref();
        provider.is_none_or(|provider| *provider != BUILT_IN)
    })
}

fn addresses(entries: &[DriftEntry]) -> String {
    let names: Vec<&str> = entries.iter().map(|entry| entry.address.as_str()).collect();
    names.join(", ")
}
