//! `infra explain`.

use camino::Utf8PathBuf;
use clap::Args;
use infra::plan::{PlanOptions, RecordedPlan};
use infra::verbs::explain::explain;

use crate::app::App;
use crate::exit::Ending;
use crate::failure::Failure;
use crate::{output, report};

/// Say why a playbook would run or be skipped, input by input
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Explain {
    /// A playbook of infra.hcl
    playbook: String,

    /// Only this host
    host: Option<String>,

    /// Read a recorded plan and run no Terraform (- is stdin)
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
}

const EXAMPLES: &str = "\
Examples:
  infra explain prometheus        on every host
  infra explain prometheus leaf1  on one host, with what changed in each input";

impl Explain {
    pub(crate) fn run(self, app: &App) -> Result<Ending, Failure> {
        let project = app.project()?;
        let state = self.state;
        let options = PlanOptions {
            recorded: self.plan_json.map(|plan| RecordedPlan { plan, state }),
            ..PlanOptions::default()
        };
        let host = self.host.as_deref();
        let explanation = app.block_on(async |context, _| {
            Ok(explain(context, &project, &self.playbook, host, &options).await?)
        })?;
        if app.global.json {
            output::print_json(&explanation)?;
        } else {
            output::print(&report::explanation(&explanation, app.detail()))?;
        }
        Ok(Ending::Done)
    }
}
