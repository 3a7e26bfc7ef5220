//! `infra state`.

use camino::{Utf8Path, Utf8PathBuf};
use clap::builder::FalseyValueParser;
use clap::{Args, Subcommand};
use infra::Pending;
use infra::verbs::state::{Difference, Source, backup, restore};

use crate::app::App;
use crate::confirm::{self, Asker};
use crate::exit::Ending;
use crate::failure::Failure;
use crate::{output, report};

/// Copy Terraform's state, list its versions, or restore one
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct State {
    #[command(subcommand)]
    what: What,
}

const EXAMPLES: &str = "\
Examples:
  infra state list               the versions that the bucket keeps
  infra state backup             a private copy on this machine
  infra state restore 3sL4kqtJ…  make a version the present state again";

#[derive(Debug, Subcommand)]
enum What {
    Backup(Backup),
    #[cfg(feature = "aws")]
    List(List),
    Restore(Restore),
}

/// Copy the state to a file that only you can read
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  infra state backup               into .infra, beside the ledger
  infra state backup today.tfstate")]
struct Backup {
    /// The file, which must not be there yet [default: one in .infra]
    file: Option<Utf8PathBuf>,
}

/// List the versions of the state that S3 keeps
#[cfg(feature = "aws")]
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  infra state list
  infra state list --limit 100 --json")]
struct List {
    /// How many at most, the newest first
    #[arg(
        long,
        value_name = "N",
        default_value_t = 20,
        env = "INFRA_LIMIT",
        hide_env = true
    )]
    limit: usize,
}

/// Make a version of the state, or a copy in a file, the present state again
///
/// Shows what changes and asks. Then the copy is pushed through Terraform with a serial above
/// the present one's, so that whatever else keeps track of the state stays right. A copy of
/// another state is refused.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  infra state restore 3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY
  infra state restore --yes ./today.tfstate")]
struct Restore {
    /// The version, as `infra state list` names it, or the path of a file
    version: String,

    /// Don't ask
    #[arg(long, env = "INFRA_YES", hide_env = true, value_parser = FalseyValueParser::new())]
    yes: bool,
}

/// No version of S3 has a slash, and none ends like a file.
fn source(version: String) -> Source {
    let is_path = version.contains('/') || version.ends_with(".tfstate");
    if is_path || Utf8Path::new(&version).is_file() {
        Source::File(version.into())
    } else {
        Source::Version(version)
    }
}

impl State {
    pub(crate) fn run(self, app: &App) -> Result<Ending, Failure> {
        match self.what {
            What::Backup(verb) => verb.run(app),
            #[cfg(feature = "aws")]
            What::List(verb) => verb.run(app),
            What::Restore(verb) => verb.run(app),
        }
    }
}

impl Backup {
    fn run(self, app: &App) -> Result<Ending, Failure> {
        let project = app.project()?;
        let made = app.block_on(async |context, _| {
            Ok(backup(context, &project, self.file.as_deref()).await?)
        })?;
        if app.global.json {
            output::print_json(&made)?;
        } else {
            output::print(&report::backup(&made))?;
        }
        Ok(Ending::Done)
    }
}

#[cfg(feature = "aws")]
impl List {
    fn run(self, app: &App) -> Result<Ending, Failure> {
        let project = app.project()?;
        let versions =
            app.block_on(async |_, _| Ok(infra::verbs::state::list(&project, self.limit).await?))?;
        if app.global.json {
            output::print_json(&versions)?;
        } else {
            output::print(&report::state_versions(&versions))?;
        }
        Ok(Ending::Done)
    }
}

impl Restore {
    fn run(self, app: &App) -> Result<Ending, Failure> {
        let project = app.project()?;
        if !self.yes {
            confirm::can_confirm(app.global.json)?;
        }
        let source = source(self.version);
        let restored = app.block_on(async |context, interrupter| {
            let asker = Asker {
                screen: app.screen(),
                interrupt: context.runner.interrupt().clone(),
            };
            let approve = |difference: &Difference| -> Pending<'static, bool> {
                app.screen().above(&report::state_difference(difference));
                if self.yes {
                    return Box::pin(async { true });
                }
                asker.ask("Do you want to make this the present state?")
            };
            Ok(restore(context, &project, &source, &approve, interrupter).await?)
        })?;
        if app.global.json {
            output::print_json(&restored)?;
        } else {
            output::print(&report::restored(&restored))?;
        }
        Ok(Ending::Done)
    }
}
