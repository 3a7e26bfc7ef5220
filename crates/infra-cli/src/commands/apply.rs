//! `infra apply`.

use std::time::Duration;

use camino::Utf8PathBuf;
use clap::Args;
use clap::builder::FalseyValueParser;
use infra::Pending;
use infra::apply::{ApplyOptions, Outcome};
use infra::core::decision::Decision;
use infra::plan::{PlanOptions, SavedDecision};
use infra::state_guard::AcceptState;

use super::force::Force;
use super::{ci, duration};
use crate::app::App;
use crate::confirm::{self, Asker};
use crate::exit::Ending;
use crate::failure::Failure;
use crate::{output, report};

/// Carry out what a plan decides: Terraform, then the playbooks
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Apply {
    /// A decision that `infra plan --out` saved: it is carried out without asking, if nothing has
    /// moved since
    #[arg(conflicts_with_all = ["force", "refresh_only"])]
    file: Option<Utf8PathBuf>,

    /// Don't ask
    #[arg(long, env = "INFRA_AUTO_APPROVE", hide_env = true, value_parser = FalseyValueParser::new())]
    auto_approve: bool,

    #[command(flatten)]
    force: Force,

    /// Wait this long for the run lock
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, env = "INFRA_LOCK_TIMEOUT", hide_env = true)]
    lock_timeout: Option<Duration>,

    /// Only record in the state what changed outside of Terraform
    #[arg(long, env = "INFRA_REFRESH_ONLY", hide_env = true, value_parser = FalseyValueParser::new())]
    refresh_only: bool,

    /// Accept an inventory without a host
    #[arg(long, env = "INFRA_ALLOW_EMPTY", hide_env = true, value_parser = FalseyValueParser::new())]
    allow_empty: bool,

    /// Go on with this state, though the ledger remembers another: what it is, as the error
    /// about it says, or `none`
    #[arg(
        long,
        value_name = "LINEAGE:SERIAL",
        env = "INFRA_ACCEPT_STATE",
        hide_env = true
    )]
    accept_state: Option<AcceptState>,
}

const EXAMPLES: &str = "\
Examples:
  infra apply                     show the plan, ask, and carry it out
  infra apply --auto-approve      without asking, as in CI
  infra plan --out tonight.plan && infra apply tonight.plan
  infra apply --force=prometheus  run a playbook whatever its inputs
  infra apply --refresh-only      only record drift in the state";

impl Apply {
    pub(crate) fn run(self, app: &App) -> Result<Ending, Failure> {
        let project = app.project()?;
        let saved = self.file.as_deref().map(SavedDecision::read).transpose()?;
        let is_approved = self.auto_approve || saved.is_some();
        if !is_approved {
            confirm::can_approve(app.global.json)?;
        }
        let plan = PlanOptions {
            force: self.force.playbooks(),
            refresh_only: self.refresh_only,
            allow_empty: self.allow_empty,
            accept_state: self.accept_state,
            ..PlanOptions::default()
        };
        let lock_timeout = self.lock_timeout.unwrap_or_default();
        let report = app.block_on(async |context, interrupter| {
            let asker = Asker {
                screen: app.screen(),
                interrupt: context.runner.interrupt().clone(),
            };
            let approve = |decision: &Decision| -> Pending<'_, bool> {
                if !app.global.json {
                    let shown = output::print(&report::plan(decision, &[], app.detail()));
                    // A run isn't given up because nobody can read along.
                    if let Err(failure) = shown {
                        app.tell_failure(&failure);
                    }
                }
                if is_approved {
                    return Box::pin(async { true });
                }
                asker.ask("Do you want to perform these actions?")
            };
            let options = ApplyOptions {
                plan,
                saved,
                lock_timeout,
                approve: &approve,
                interrupter,
                info: ci::job(),
            };
            Ok(infra::apply(context, &project, options).await?)
        })?;
        if app.global.json {
            output::print_json(&report)?;
        } else {
            output::print(&report::applied(&report, app.detail()))?;
        }
        Ok(match report.outcome {
            Outcome::Nothing | Outcome::Done => Ending::Done,
            Outcome::Declined | Outcome::Failed | Outcome::Interrupted | Outcome::LockLost => {
                Ending::Failed
            }
        })
    }
}
