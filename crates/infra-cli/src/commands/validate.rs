//! `infra validate`.

use clap::Args;
use infra::verbs::validate::validate;

use crate::app::App;
use crate::exit::Ending;
use crate::failure::Failure;
use crate::{output, report};

/// Check infra.hcl and everything that it names
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Validate {}

const EXAMPLES: &str = "\
Examples:
  infra validate  errors point at file, line and column
  infra validate --json | jq '.findings[].message'";

impl Validate {
    pub(crate) fn run(app: &App) -> Result<Ending, Failure> {
        let validation = validate(&app.open()).map_err(Failure::opening)?;
        if app.global.json {
            output::print_json(&validation)?;
        } else {
            output::print(&report::validation(&validation))?;
        }
        Ok(if validation.valid {
            Ending::Done
        } else {
            Ending::Failed
        })
    }
}
