//! `infra force-unlock`.

use anyhow::anyhow;
use clap::Args;
use clap::builder::FalseyValueParser;
use infra::lock::Liveness;
use infra::verbs::force_unlock::{force_unlock, held};

use crate::app::App;
use crate::confirm::{self, Asker};
use crate::exit::Ending;
use crate::failure::Failure;
use crate::{output, report};

/// Break the run lock of a run that is over
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ForceUnlock {
    /// The id of the lock, as the message about it names it
    id: String,

    /// Don't ask
    #[arg(long, env = "INFRA_YES", hide_env = true, value_parser = FalseyValueParser::new())]
    yes: bool,
}

const EXAMPLES: &str = "\
Examples:
  infra force-unlock 7d3f1c0e-…  after making sure that its run is over";

impl ForceUnlock {
    pub(crate) fn run(self, app: &App) -> Result<Ending, Failure> {
        let project = app.project()?;
        if !self.yes {
            confirm::can_confirm(app.global.json)?;
        }
        let unlocked = app.block_on(async |context, _| {
            // Asked only about a lock that is there and may be broken: the rest is refused below.
            let lock = held(&project).await?.filter(|lock| {
                lock.holder.id == self.id && !matches!(lock.liveness, Liveness::Alive(_))
            });
            if let Some(lock) = lock.filter(|_| !self.yes) {
                let asker = Asker {
                    screen: app.screen(),
                    interrupt: context.runner.interrupt().clone(),
                };
                app.screen().above(&report::holder(&lock));
                if !asker.ask("Do you want to break this lock?").await {
                    return Err(Failure::plain(anyhow!("not approved: the lock stays")));
                }
            }
            Ok(force_unlock(&project, &self.id).await?)
        })?;
        if app.global.json {
            output::print_json(&unlocked)?;
        } else {
            output::print(&report::unlocked(&unlocked))?;
        }
        Ok(Ending::Done)
    }
}
