//! `infra backend`.

use clap::builder::FalseyValueParser;
use clap::{Args, Subcommand};
use infra::verbs::backend::{Repair, init};

use crate::app::App;
use crate::exit::Ending;
use crate::failure::Failure;
use crate::{output, report};

/// Make the bucket and the table that Terraform's S3 backend needs
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  infra backend init           make what the backend block names, and check it
  infra backend init --repair  set right what was there before, too")]
pub(crate) struct Backend {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Init(Init),
}

/// Make the bucket and the table of Terraform's backend block, and check them
///
/// A new bucket keeps versions, encrypts, can't be opened to the public and refuses requests
/// without TLS; a new table can be restored to any moment of the last weeks. What was there
/// before is only checked, because others may use it too. Exit code 1: something isn't as it
/// should be.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  infra backend init && terraform init
  infra backend init --json | jq -e 'all(.parts[]; .condition == \"good\")'")]
struct Init {
    /// Set right what was there before and isn't as it should be
    #[arg(long, env = "INFRA_REPAIR", hide_env = true, value_parser = FalseyValueParser::new())]
    repair: bool,
}

impl Backend {
    pub(crate) fn run(self, app: &App) -> Result<Ending, Failure> {
        let What::Init(verb) = self.what;
        let project = app.project()?;
        let repair = if verb.repair {
            Repair::All
        } else {
            Repair::Nothing
        };
        let made = app.block_on(async |_, _| Ok(init(&project, repair).await?))?;
        if app.global.json {
            output::print_json(&made)?;
        } else {
            output::print(&report::backend(&made))?;
        }
        Ok(if made.is_good() {
            Ending::Done
        } else {
            Ending::Failed
        })
    }
}
