//! `infra init`.

use clap::Args;
use infra::verbs::init::init;

use crate::app::App;
use crate::exit::Ending;
use crate::failure::Failure;
use crate::{output, report};

/// Write infra.hcl for the Terraform and Ansible that are here
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Init {}

const EXAMPLES: &str = "\
Examples:
  infra init            never overwrites an infra.hcl
  infra -C deploy init  for another directory";

impl Init {
    pub(crate) fn run(app: &App) -> Result<Ending, Failure> {
        let written = init(".".into())?;
        if app.global.json {
            output::print_json(&written)?;
        } else {
            output::print(&report::initialised(&written))?;
        }
        Ok(Ending::Done)
    }
}
