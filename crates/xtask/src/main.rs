//! The commands of the README. `cargo xtask help` lists them.

#![expect(
    clippy::print_stdout,
    reason = "printing what it does is what this program is for"
)]

mod setup;

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
}

fn main() -> Result<()> {
    match Arguments::parse().command {
        Command::Setup => {
            let tools = setup::run()?;
            println!(
                "Ready: {}",
                tools.venv_bin.parent().unwrap_or(&tools.venv_bin)
            );
        }
    }
    Ok(())
}
