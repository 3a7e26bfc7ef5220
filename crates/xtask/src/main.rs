//! The commands of the README. `cargo xtask help` lists them.

mod bench;
mod demo;
mod deny;
mod fuzz;
mod quiet;
mod race;
mod setup;
mod soak;
mod soundness;
mod test;

use std::process::ExitCode;

use anyhow::Result;
use camino::Utf8PathBuf;
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
    Setup {
        /// Make the image of the booted hosts of the reference stack, too; needs root
        #[arg(long)]
        hosts: bool,
    },
    /// Play the whole story on a simulated AWS, and leave the folder to play in
    Demo(demo::Options),
    /// Measure infra beside jq, Python and Terraform, and print a table of ratios
    Bench(bench::Options),
    /// Pass over a JSON document with serde's `IgnoredAny`: the least that a reader can cost
    #[command(hide = true)]
    BenchFloor {
        /// The document
        file: Utf8PathBuf,
    },
    /// Run a program once and print what it cost as JSON
    #[command(hide = true)]
    BenchRun {
        /// The program and its arguments
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
        command: Vec<String>,
    },
    /// Trace Ansible on whole trees, and compare with the inputs that infra finds
    Soundness(soundness::Options),
    /// Start eight applies of one stack at once, round after round
    Race(race::Options),
    /// Feed the readers of foreign documents what nobody would write, for some minutes each
    Fuzz(fuzz::Options),
    /// Check licences, sources, banned crates and advisories of what is built in
    Deny(deny::Options),
    /// Strike runs at each of their effects on the world, and check what must hold after each
    Soak(soak::Options),
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
        Command::Setup { hosts } => {
            let tools = if hosts {
                setup::run_with_hosts()?
            } else {
                setup::run()?
            };
            anstream::println!(
                "Ready: {}",
                tools.venv_bin.parent().unwrap_or(&tools.venv_bin)
            );
            Ok(())
        }
        Command::Bench(options) => bench::run(&options),
        Command::BenchFloor { file } => bench::floor(&file),
        Command::BenchRun { command } => bench::run_once(&command),
        Command::Demo(options) => demo::run(&options),
        Command::Soundness(options) => soundness::run(&options),
        Command::Race(options) => race::run(&options),
        Command::Fuzz(options) => fuzz::run(&options),
        Command::Soak(options) => soak::run(&options),
        Command::Deny(options) => deny::run(&options),
        Command::Test(options) => test::run(&options),
    }
}
