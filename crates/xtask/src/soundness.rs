//! `cargo xtask soundness`: the crate `infra-soundness`, with what it runs on set up.
//!
//! It links all of infra, which the other commands here need not wait for.

use anyhow::{Result, bail};
use clap::Args;
use infra_testkit::{cargo, workspace_root};

use crate::setup;

/// What to trace; `cargo xtask soundness -- --help` says what there is.
#[derive(Args)]
pub(crate) struct Options {
    /// Names of trees, and options
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// Sets up, builds and runs.
pub(crate) fn run(options: &Options) -> Result<()> {
    let tools = setup::run()?;
    let fixed = ["run", "--quiet", "--package", "infra-soundness", "--"];
    let arguments = fixed
        .into_iter()
        .chain(options.arguments.iter().map(String::as_str));
    let command = duct::cmd(cargo(), arguments).dir(workspace_root());
    let command = tools
        .environment()
        .into_iter()
        .fold(command, |command, (name, value)| command.env(name, value));
    if !command.unchecked().run()?.status.success() {
        bail!("the trees named above have inputs that infra misses or has for nothing");
    }
    Ok(())
}
