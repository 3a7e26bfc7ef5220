//! `cargo xtask race`: many applies of one stack at once, round after round.

use anyhow::{Result, bail};
use clap::Args;
use infra_testkit::workspace_root;

use crate::setup;

/// How long to race.
#[derive(Args)]
pub(crate) struct Options {
    /// How many times eight applies start together
    #[arg(long, default_value_t = 50)]
    rounds: u32,
}

/// Runs the test of simultaneous applies with so many rounds.
pub(crate) fn run(options: &Options) -> Result<()> {
    const TEST: &str = "shared::race::";
    let tools = setup::run()?;
    let arguments = [
        "test",
        "--quiet",
        "--package",
        "infra-e2e",
        "--test",
        "e2e",
        "--",
        TEST,
        "--nocapture",
    ];
    let command = duct::cmd("cargo", arguments)
        .dir(workspace_root())
        .env("INFRA_TEST_RACE_ROUNDS", options.rounds.to_string());
    let command = tools
        .environment()
        .into_iter()
        .fold(command, |command, (name, value)| command.env(name, value));
    if !command.unchecked().run()?.status.success() {
        bail!("two applies were in each other's way");
    }
    anstream::println!(
        "{} rounds: one worked at a time, none was lost",
        options.rounds
    );
    Ok(())
}
