//! `infra doctor`.

use clap::Args;
use infra::verbs::doctor::{Status, doctor};

use crate::app::App;
use crate::exit::Ending;
use crate::failure::Failure;
use crate::{output, report};

/// Check everything that a run needs, and say what to do where it isn't there
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Doctor {}

const EXAMPLES: &str = "\
Examples:
  infra doctor  tools, versions, state, lock, clock, permissions
  infra doctor --json | jq -e '.status == \"ok\"'";

impl Doctor {
    pub(crate) fn run(app: &App) -> Result<Ending, Failure> {
        let open = app.open();
        let diagnosis = app.block_on(async |context, _| Ok(doctor(context, &open).await))?;
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
