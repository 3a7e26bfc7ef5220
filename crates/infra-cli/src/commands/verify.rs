//! `infra verify`.

use std::time::Duration;

use clap::Args;
use clap::builder::FalseyValueParser;
use infra::verbs::verify::{VerifyOptions, verify};

use super::duration;
use crate::app::App;
use crate::exit::{Ending, found};
use crate::failure::Failure;
use crate::{output, report};

/// Check the state's addresses against EC2, Route 53 and ssh, and name what is stale
///
/// It only reads: the state is taken as it is, without a refresh, no lock is taken and nothing
/// recorded. Hosts that are no EC2 instances are tried by ssh alone.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Verify {
    /// Exit with 2 if a host isn't where every source says, or doesn't answer
    #[arg(long, env = "INFRA_DETAILED_EXITCODE", hide_env = true, value_parser = FalseyValueParser::new())]
    detailed_exitcode: bool,

    /// How long each host may take to let somebody in; 0 tries none
    #[arg(
        long,
        value_name = "DURATION",
        default_value = "10s",
        env = "INFRA_SSH_TIMEOUT",
        hide_env = true,
        value_parser = duration::parse
    )]
    ssh_timeout: Duration,
}

const EXAMPLES: &str = "\
Examples:
  infra verify                      host by host: state, EC2, DNS, reachable, verdict
  infra verify --detailed-exitcode  exit with 2 if somebody should look
  infra verify --ssh-timeout 0      ask AWS alone
  infra verify --json | jq -r '.hosts[].stale[].what'";

impl Verify {
    pub(crate) fn run(self, app: &App) -> Result<Ending, Failure> {
        let project = app.project()?;
        let options = VerifyOptions {
            ssh: Some(self.ssh_timeout).filter(|timeout| !timeout.is_zero()),
        };
        let answer =
            app.block_on(async |context, _| Ok(verify(context, &project, options).await?))?;
        if app.global.json {
            output::print_json(&answer)?;
        } else {
            output::print(&report::verified(&answer))?;
        }
        Ok(found(!answer.is_ok(), self.detailed_exitcode))
    }
}
