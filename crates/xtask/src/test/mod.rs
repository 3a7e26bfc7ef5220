//! `cargo xtask test`: all that has to hold before a change goes in.

mod ansible;
mod house_rules;
mod terraform;

use std::collections::BTreeMap;
use std::time::Instant;

use anyhow::{Result, bail};
use clap::Args;
use infra_testkit::{cargo, workspace_root};

use crate::{deny, setup};

/// What to check.
#[derive(Args)]
pub(crate) struct Options {
    /// Leave out the end-to-end tests, and those that trace Ansible
    #[arg(long)]
    fast: bool,
    /// Boot real Debian hosts for the reference stack as well; needs root, and a while
    #[arg(long, conflicts_with = "fast")]
    full: bool,
}

/// Runs all checks; stops at the first that fails.
pub(crate) fn run(options: &Options) -> Result<()> {
    let begin = Instant::now();
    let tools = if options.full {
        setup::run_with_hosts()?
    } else {
        setup::run()?
    };
    let cargo = Cargo {
        environment: tools.environment(),
    };

    step("House rules");
    house_rules::check()?;
    step("Format");
    cargo.run(&["fmt", "--all", "--check"])?;
    step("Lints");
    let whole = ["--workspace", "--all-targets", "--all-features"];
    // What embedders build who want no AWS.
    let lean = ["--package", "infra"];
    for packages in [&whole[..], &lean] {
        let lints = [&["clippy", "--quiet"], packages, &["--", "-D", "warnings"]];
        cargo.run(&lints.concat())?;
    }

    step("Playbooks, alert rules and scripts");
    ansible::check(&tools)?;
    step("Terraform modules");
    terraform::check(&tools)?;
    if options.full {
        terraform::policies(&tools)?;
    }

    step("Tests");
    // The end-to-end tests run the binary; built here, they don't each wait for cargo.
    cargo.run(&["build", "--quiet", "--package", "infra-cli"])?;
    let has_nextest = cargo.has("nextest");
    let mut tests = if has_nextest {
        vec!["nextest", "run"]
    } else {
        vec!["test", "--quiet", "--tests"]
    };
    tests.extend(["--workspace", "--all-features"]);
    if options.fast {
        tests.extend(["--exclude", "infra-e2e", "--exclude", "infra-soundness"]);
    }
    cargo.run(&tests)?;
    if options.full {
        step("The reference stack on booted hosts");
        let hosts: &[&str] = if has_nextest {
            &["nextest", "run", "--run-ignored", "only"]
        } else {
            &["test", "--quiet", "--tests"]
        };
        let ignored: &[&str] = if has_nextest {
            &[]
        } else {
            &["--", "--ignored"]
        };
        cargo.run(&[hosts, &["--package", "infra-stack"], ignored].concat())?;
    }
    step("Examples in the documentation");
    cargo.run(&["test", "--quiet", "--workspace", "--doc"])?;

    step("Documentation");
    cargo.with("RUSTDOCFLAGS", "-D warnings").run(&[
        "doc",
        "--quiet",
        "--workspace",
        "--no-deps",
    ])?;

    step("Licences and sources");
    deny::run(&deny::Options { offline: true })?;

    if !options.full {
        anstream::println!(
            "Left out: checkov, and the reference stack on booted hosts (--full has both)"
        );
    }
    anstream::println!("All of it holds ({:.0?})", begin.elapsed());
    Ok(())
}

fn step(name: &str) {
    let bold = anstyle::Style::new().bold();
    anstream::println!("{bold}{name}{bold:#}");
}

struct Cargo {
    environment: BTreeMap<String, String>,
}

impl Cargo {
    fn with(&self, name: &str, value: &str) -> Self {
        let mut environment = self.environment.clone();
        environment.insert(name.to_owned(), value.to_owned());
        Self { environment }
    }

    fn run(&self, arguments: &[&str]) -> Result<()> {
        if !self.command(arguments).unchecked().run()?.status.success() {
            bail!("failed: cargo {}", arguments.join(" "));
        }
        Ok(())
    }

    fn has(&self, subcommand: &str) -> bool {
        self.command(&[subcommand, "--version"])
            .stdout_null()
            .stderr_null()
            .run()
            .is_ok()
    }

    fn command(&self, arguments: &[&str]) -> duct::Expression {
        let command = duct::cmd(cargo(), arguments).dir(workspace_root());
        self.environment
            .iter()
            .fold(command, |command, (name, value)| command.env(name, value))
    }
}
