//! `infra drift`.

use camino::Utf8PathBuf;
use clap::Args;
use clap::builder::FalseyValueParser;
use infra::verbs::drift::{DriftOf, drift};

use crate::app::App;
use crate::exit::{Ending, found};
use crate::failure::Failure;
use crate::{output, report};

/// Show what changed outside of Terraform, and whether that was expected
///
/// It only reads: no state is written, no lock taken, nothing recorded.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Drift {
    /// Read a recorded plan and run no Terraform: the output of `terraform show -json`, or the
    /// stream of `terraform plan -json` (- is stdin). Without infra.hcl no drift is expected
    #[arg(long, value_name = "FILE", env = "INFRA_PLAN_JSON", hide_env = true)]
    plan_json: Option<Utf8PathBuf>,

    /// Exit with 2 if there is drift that no rule expects
    #[arg(long, env = "INFRA_DETAILED_EXITCODE", hide_env = true, value_parser = FalseyValueParser::new())]
    detailed_exitcode: bool,
}

const EXAMPLES: &str = "\
Examples:
  infra drift                      what changed outside of Terraform
  infra drift --detailed-exitcode  exit with 2 if somebody should look
  infra drift --json | jq '.drift[] | select(.class == \"material\") | .address'
  terraform show -json tfplan | infra drift --plan-json -";

impl Drift {
    pub(crate) fn run(self, app: &App) -> Result<Ending, Failure> {
        let project = match &self.plan_json {
            Some(_) => app.project_if_any()?,
            None => Some(app.project()?),
        };
        let answer = app.block_on(async |context, _| {
            let of = match (self.plan_json, &project) {
                (None, Some(project)) => DriftOf::Live(project),
                (plan, project) => DriftOf::Recorded {
                    plan: plan.unwrap_or_else(|| "-".into()),
                    project: project.as_ref(),
                },
            };
            Ok(drift(context, of).await?)
        })?;
        if app.global.json {
            output::print_json(&answer)?;
        } else {
            output::print(&report::drift(&answer.report, app.detail()))?;
        }
        let ending = found(!answer.is_expected(), self.detailed_exitcode);
        // The process ends here: to free each of a million values first only takes time.
        std::mem::forget(answer);
        Ok(ending)
    }
}
