//! The parts, one after the other.

use std::fs;
use std::time::Instant;

use anyhow::{Context as _, Result};
use camino::Utf8Path;
use clap::Args;
use duct::cmd;
use infra_testkit::{target_directory, workspace_root};

use super::contest::Outcome;
use super::machine::{self, Machine};
use super::part::Part;
use super::results::{self, Measured};
use super::{docs, table};

/// What to measure.
#[derive(Args)]
pub(crate) struct Options {
    /// The sizes of the fleets; 100000 takes some minutes and 5 GB of disk
    #[arg(long, value_delimiter = ',', default_values_t = [10, 1_000, 10_000])]
    hosts: Vec<usize>,
    /// How often each program runs; one that takes seconds runs once
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Only these parts; what was measured of the others before is kept
    #[arg(long, value_delimiter = ',')]
    only: Vec<Part>,
    /// Measure the programs as they were last built for release
    #[arg(long)]
    built: bool,
    /// Measure nothing; print and draw what was measured before
    #[arg(long, conflicts_with = "only")]
    kept: bool,
    /// Put the figures into docs/performance.md and draw docs/performance.svg
    #[arg(long)]
    write_docs: bool,
}

/// Builds, makes the documents, runs everything and prints the tables. How long anything
/// took never makes it fail.
pub(crate) fn run(options: &Options) -> Result<()> {
    let dir = target_directory().join("bench");
    if !options.kept {
        measure(options, &dir)?;
    }
    let all = results::kept(&dir)?;
    let outcomes: Vec<&Outcome> = all.iter().flat_map(|part| &part.contests).collect();
    anstream::println!("{}", table::figures(&outcomes));
    anstream::println!("{}", table::goals(&outcomes));
    let file = results::write_all(&dir, &all)?;
    anstream::println!("The figures are in {file}.");
    if options.write_docs {
        docs::write(&all)?;
    }
    Ok(())
}

fn measure(options: &Options, dir: &Utf8Path) -> Result<()> {
    let machine = Machine::look()?;
    anstream::eprintln!("{}", machine.line());
    if !options.built {
        build()?;
    }
    fs::create_dir_all(dir).with_context(|| format!("can't create {dir}"))?;
    let parts = Part::ALL
        .into_iter()
        .filter(|part| options.only.is_empty() || options.only.contains(part));
    for part in parts {
        let begin = Instant::now();
        anstream::eprintln!("{}", part.name());
        let contests = part.contests(&options.hosts, dir)?;
        let outcomes = contests.iter().map(|contest| contest.run(options.rounds));
        let measured = Measured {
            part,
            date: cmd!("date", "-u", "+%Y-%m-%d").read()?,
            machine: machine.clone(),
            contests: outcomes.collect::<Result<_>>()?,
            load: machine::load(),
            took: begin.elapsed().as_secs_f64(),
        };
        results::keep(dir, &measured)?;
    }
    Ok(())
}

/// Builds what is measured as it is released.
fn build() -> Result<()> {
    // One by one: cargo would unify the features of all, and infra is shipped alone.
    for package in ["infra-cli", "xtask", "infra-bench"] {
        anstream::eprintln!("building {package}");
        cmd!(
            "cargo",
            "build",
            "--quiet",
            "--release",
            "--package",
            package
        )
        .dir(workspace_root())
        .run()?;
    }
    Ok(())
}
