//! `infra doctor`.

use clap::Args;
use clap::builder::FalseyValueParser;
use infra::verbs::doctor::{Repair, Status, doctor};

use crate::app::App;
use crate::exit::Ending;
use crate::failure::Failure;
use crate::{output, report};

/// Check everything that a run needs, and say what to do where it isn't there
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Doctor {
    /// Set right what is proved to be wrong: the digest that Terraform keeps of its state
    #[arg(long, env = "INFRA_REPAIR", hide_env = true, value_parser = FalseyValueParser::new())]
    repair: bool,
}

const EXAMPLES: &str = "\
Examples:
  infra doctor           tools, versions, backend, state, lock, clock, permissions
  infra doctor --repair  set a stale digest of the state right
  infra doctor --json | jq -e '.status == \"ok\"'";

impl Doctor {
    pub(crate) fn run(self, app: &App) -> Result<Ending, Failure> {
        let open = app.open();
        let repair = if self.repair {
            Repair::Proved
        } else {
            Repair::Nothing
        };
        let diagnosis =
            app.block_on(async |context, _| Ok(doctor(context, &open, repair).await))?;
        if app.global.json {
            output::print_json(&diagnosis)?;
        } else {
            output::print(&report::diagnosis(&diagnosis))?;
        }
        Ok(match diagnosis.status {
            Status::Ok | Status::Warning => Ending::Done,
            Status::Error => Ending::Failed,
        })
    }
}
