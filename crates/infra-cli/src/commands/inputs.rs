//! `infra inputs`.

use camino::Utf8PathBuf;
use clap::Args;
use infra::verbs::inputs::{InputsOf, InputsOptions, inputs};

use crate::app::App;
use crate::exit::Ending;
use crate::failure::Failure;
use crate::{output, report};

/// List everything that decides what a playbook does
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Inputs {
    /// A playbook of infra.hcl, or the path of one in any Ansible tree
    playbook: String,

    /// Only what applies to this host
    #[arg(long, value_name = "NAME", env = "INFRA_HOST", hide_env = true)]
    host: Option<String>,

    /// An Ansible inventory, where the hosts are not those of the state
    #[arg(long, value_name = "PATH", env = "INFRA_INVENTORY", hide_env = true)]
    inventory: Option<Utf8PathBuf>,

    /// A recorded state for the hosts
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "inventory",
        env = "INFRA_STATE",
        hide_env = true
    )]
    state: Option<Utf8PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  infra inputs prometheus               of a playbook of infra.hcl
  infra inputs prometheus --host leaf1  what applies to one host
  infra inputs ansible/site.yml --inventory ansible/hosts.ini
  infra inputs prometheus --json | jq -r '.files[].path'";

impl Inputs {
    pub(crate) fn run(self, app: &App) -> Result<Ending, Failure> {
        let project = app.project_if_any()?;
        let options = InputsOptions {
            host: self.host,
            inventory: self.inventory,
            state: self.state,
        };
        let answer = app.block_on(async |context, _| {
            let of = InputsOf::named(project.as_ref(), &self.playbook, ".".into());
            Ok(inputs(context, of, &options).await?)
        })?;
        if app.global.json {
            output::print_json(&answer)?;
        } else {
            output::print(&report::inputs(&answer, app.detail()))?;
        }
        Ok(Ending::Done)
    }
}
