//! `cargo xtask soundness`.

use std::process::ExitCode;

use anyhow::{Result, bail};
use camino::Utf8PathBuf;
use clap::Parser;
use infra_soundness::case::Case;
use infra_soundness::foreign::Foreign;
use infra_soundness::report::Report;

/// Trace Ansible, compare with the inputs that infra finds, and change trees by the thousand.
#[derive(Parser)]
struct Options {
    /// Names of trees; none: all of this repository's
    trees: Vec<String>,
    /// A directory with a `tree` and an `about.json`, instead
    #[arg(long)]
    at: Option<Utf8PathBuf>,
    #[command(flatten)]
    foreign: Foreign,
    /// How many changes to try on each tree
    #[arg(long, default_value_t = 400)]
    mutations: usize,
    /// What decides which changes
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many lines to print of what is wrong with a tree
    #[arg(long, default_value_t = 20)]
    lines: usize,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            anstream::eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<bool> {
    let cases = match (&options.at, options.foreign.case()?) {
        (_, Some(case)) => vec![case],
        (Some(dir), None) => vec![Case::open(dir)?],
        (None, None) => Case::own(&options.trees)?,
    };
    if cases.is_empty() {
        bail!("there is no such tree");
    }
    let mut all = true;
    anstream::println!("{}", Report::TITLES);
    for case in &cases {
        let report = Report::of(case, options.mutations, options.seed)?;
        anstream::println!("{}", report.row());
        for line in report.complaints().iter().take(options.lines) {
            anstream::eprintln!("    {line}");
        }
        anstream::eprintln!(
            "    traced in {:.0} s, {} changes in {:.0} s, {} refused, after {} the cache knew that nothing has changed",
            report.traced,
            report.tally.total(),
            report.tally.seconds,
            report.tally.refused,
            report.tally.known
        );
        all &= report.holds();
    }
    Ok(all)
}
