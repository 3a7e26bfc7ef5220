//! `infra plan`.

use std::time::Duration;

use camino::Utf8PathBuf;
use clap::Args;
use clap::builder::FalseyValueParser;
use infra::core::decision::{Decision, Verdict};
use infra::plan::{CheckedPlaybook, PlanOptions, RecordedPlan};
use infra::state_guard::AcceptState;
use serde::Serialize;

use super::duration;
use super::force::Force;
use crate::app::App;
use crate::exit::{Ending, found};
use crate::failure::Failure;
use crate::{output, report};

/// Show what an apply would do, and why
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct Plan {
    /// Save the decision to a new file, for `infra apply FILE`
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "plan_json",
        env = "INFRA_OUT",
        hide_env = true
    )]
    out: Option<Utf8PathBuf>,

    /// Exit with 2 if there is something to do
    #[arg(long, env = "INFRA_DETAILED_EXITCODE", hide_env = true, value_parser = FalseyValueParser::new())]
    detailed_exitcode: bool,

    /// Read a recorded plan and run no Terraform: the output of `terraform show -json`, or the
    /// stream of `terraform plan -json` (- is stdin)
    #[arg(long, value_name = "FILE", env = "INFRA_PLAN_JSON", hide_env = true)]
    plan_json: Option<Utf8PathBuf>,

    /// With --plan-json: make the inventory from this state
    #[arg(
        long,
        value_name = "FILE",
        requires = "plan_json",
        env = "INFRA_STATE",
        hide_env = true
    )]
    state: Option<Utf8PathBuf>,

    /// Ask Ansible as well what each playbook would change (`--check --diff`). Its output
    /// may show what files hold; secret variables of the inventory are hidden
    #[arg(long, conflicts_with = "plan_json", env = "INFRA_CHECK", hide_env = true, value_parser = FalseyValueParser::new())]
    check: bool,

    #[command(flatten)]
    force: Force,

    /// Wait this long for the lock on the state
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, env = "INFRA_LOCK_TIMEOUT", hide_env = true)]
    lock_timeout: Option<Duration>,

    /// Only record in the state what changed outside of Terraform
    #[arg(long, conflicts_with = "plan_json", env = "INFRA_REFRESH_ONLY", hide_env = true, value_parser = FalseyValueParser::new())]
    refresh_only: bool,

    /// Accept an inventory without a host
    #[arg(long, env = "INFRA_ALLOW_EMPTY", hide_env = true, value_parser = FalseyValueParser::new())]
    allow_empty: bool,

    /// Read every input of the playbooks, whatever an earlier plan found
    #[arg(long, env = "INFRA_NO_CACHE", hide_env = true, value_parser = FalseyValueParser::new())]
    no_cache: bool,

    /// Go on with this state, though the ledger remembers another: what it is, as the error
    /// about it says, or `none`
    #[arg(
        long,
        value_name = "LINEAGE:SERIAL",
        conflicts_with = "plan_json",
        env = "INFRA_ACCEPT_STATE",
        hide_env = true
    )]
    accept_state: Option<AcceptState>,
}

const EXAMPLES: &str = "\
Examples:
  infra plan                       what would be done, and why
  infra plan --detailed-exitcode   exit with 2 if there is something to do
  infra plan --out tonight.plan    save it, for `infra apply tonight.plan`
  infra plan --check               with Ansible's own preview of what would run
  infra plan --json | jq .verdict  the same for a program
  infra plan --force=prometheus    run a playbook whatever its inputs
  terraform show -json tfplan | infra plan --plan-json -";

/// The document of `infra plan --json`.
#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    decision: &'a Decision,
    #[serde(skip_serializing_if = "Option::is_none")]
    check: Option<&'a [CheckedPlaybook]>,
}

impl Plan {
    pub(crate) fn run(self, app: &App) -> Result<Ending, Failure> {
        let project = app.project()?;
        let detailed = self.detailed_exitcode;
        let state = self.state;
        let options = PlanOptions {
            recorded: self.plan_json.map(|plan| RecordedPlan { plan, state }),
            force: self.force.playbooks(),
            lock_timeout: self.lock_timeout,
            refresh_only: self.refresh_only,
            allow_empty: self.allow_empty,
            no_cache: self.no_cache,
            accept_state: self.accept_state,
        };
        let (planned, checked) = app.block_on(async |context, _| {
            let planned = infra::plan(context, &project, &options).await?;
            let checked = if self.check {
                Some(infra::plan::check(context, &project, &planned).await?)
            } else {
                None
            };
            Ok((planned, checked))
        })?;
        if let Some(file) = &self.out {
            planned.save(&project.stack.name, file)?;
        }
        if app.global.json {
            output::print_json(&Answer {
                decision: &planned.decision,
                check: checked.as_deref(),
            })?;
        } else {
            let page = report::plan(&planned.decision, &planned.skipped, app.detail());
            output::print(&(page + &report::checked(checked.as_deref().unwrap_or_default())))?;
        }
        if let Some(file) = self.out.filter(|_| !app.global.quiet) {
            app.screen().above(&report::saved(&file));
        }
        let changes = planned.decision.verdict == Verdict::Changes;
        planned.abandon();
        Ok(found(changes, detailed))
    }
}
