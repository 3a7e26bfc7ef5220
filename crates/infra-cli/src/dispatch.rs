//! From arguments to an exit code.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;
use clap::error::ErrorKind;

use crate::app::App;
use crate::cli::{Cli, Command};
use crate::commands::{init, validate};
use crate::exit::{self, Ending};
use crate::failure::Failure;
use crate::{output, report};

/// Runs the command and gives the exit code of the process.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    // Wrong arguments are told in the same colours, so this can't wait for the parser.
    output::choose_colors(args.iter().any(|arg| arg == "--no-color"));
    match Cli::try_parse_from(args) {
        Ok(cli) => {
            output::choose_colors(cli.global.no_color);
            let app = App::new(cli.global);
            let ending = app
                .enter()
                .and_then(|()| verb(cli.command, &app))
                .unwrap_or_else(|failure| {
                    app.tell_failure(&failure);
                    Ending::Failed
                });
            ExitCode::from(exit::code(ending, app.signal()))
        }
        Err(error) => usage(&error),
    }
}

fn verb(command: Command, app: &App) -> Result<Ending, Failure> {
    match command {
        Command::Init(init::Init {}) => init::Init::run(app),
        Command::Validate(validate::Validate {}) => validate::Validate::run(app),
        Command::Plan(verb) => verb.run(app),
        Command::Apply(verb) => verb.run(app),
        Command::Drift(verb) => verb.run(app),
        Command::Inventory(verb) => verb.run(app),
        Command::Inputs(verb) => verb.run(app),
        Command::Explain(verb) => verb.run(app),
        #[cfg(feature = "aws")]
        Command::Verify(verb) => verb.run(app),
        Command::History(verb) => verb.run(app),
        Command::Doctor(verb) => verb.run(app),
        Command::ForceUnlock(verb) => verb.run(app),
        Command::State(verb) => verb.run(app),
        #[cfg(feature = "aws")]
        Command::Backend(verb) => verb.run(app),
        Command::Schema(verb) => verb.run(),
        Command::Completions(verb) => verb.run(),
    }
}

/// Help and version go to stdout, what is wrong with the arguments to stderr.
fn usage(error: &clap::Error) -> ExitCode {
    let text = error.render().ansi().to_string();
    let asked = matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    );
    if asked {
        return match output::print(&text) {
            Ok(()) => ExitCode::from(exit::DONE),
            Err(failure) => {
                output::tell(&report::failure(&failure));
                ExitCode::from(exit::ERROR)
            }
        };
    }
    output::tell(&text);
    ExitCode::from(exit::ERROR)
}
