//! The commands of the README. `cargo xtask help` lists them.

mod demo;
mod setup;
mod test;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// The commands that developers and readers of this repository use.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install under target/tools what the tests and the demo run on
    Setup,
    /// Play the whole story on a simulated AWS, and leave the folder to play in
    Demo(demo::Options),
    /// Check everything: format, lints, tests, documentation, house rules
    Test(test::Options),
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            anstream::eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Setup => {
            let tools = setup::run()?;
            anstream::println!(
                "Ready: {}",
                tools.venv_bin.parent().unwrap_or(&tools.venv_bin)
            );
            Ok(())
        }
        Command::Demo(options) => demo::run(&options),
        Command::Test(options) => test::run(&options),
    }
}
