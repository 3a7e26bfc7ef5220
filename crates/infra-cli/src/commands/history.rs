//! `infra history`.

use clap::Args;
use clap::builder::FalseyValueParser;
use infra::verbs::history::{history, verify};

use crate::app::App;
use crate::exit::Ending;
use crate::failure::Failure;
use crate::{output, report};

/// List the runs of a stack, the newest first
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct History {
    /// Check the whole chain of records instead
    #[arg(long, env = "INFRA_VERIFY", hide_env = true, value_parser = FalseyValueParser::new())]
    verify: bool,

    /// How many runs
    #[arg(
        short = 'n',
        long,
        value_name = "N",
        env = "INFRA_LIMIT",
        hide_env = true
    )]
    limit: Option<usize>,
}

const EXAMPLES: &str = "\
Examples:
  infra history              the runs, the newest first
  infra history -n 1 --json  the last run, with every host
  infra history --verify     whether the audit log is whole";

impl History {
    pub(crate) fn run(self, app: &App) -> Result<Ending, Failure> {
        let project = app.project()?;
        if self.verify {
            let verification = app.block_on(async |_, _| Ok(verify(&project).await?))?;
            if app.global.json {
                output::print_json(&verification)?;
            } else {
                output::print(&report::verification(&verification))?;
            }
            return Ok(if verification.is_whole() {
                Ending::Done
            } else {
                Ending::Failed
            });
        }
        let mut history = app.block_on(async |_, _| Ok(history(&project).await?))?;
        let all = history.runs.len();
        if let Some(limit) = self.limit {
            history.runs.truncate(limit);
        }
        if app.global.json {
            output::print_json(&history)?;
        } else {
            output::print(&report::history(&history, all, app.detail()))?;
        }
        Ok(Ending::Done)
    }
}
