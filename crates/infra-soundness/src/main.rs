//! `cargo xtask soundness`.

use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use camino::Utf8PathBuf;
use clap::Parser;
use infra_soundness::case::Case;
use infra_soundness::foreign::Foreign;
use infra_soundness::generated;
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
    /// Trees that a seed decides, so many from `--seed` on, instead
    #[arg(long, value_name = "COUNT", conflicts_with_all = ["at", "trees", "tree"])]
    generated: Option<u64>,
    /// How many situations each of them has
    #[arg(long, default_value_t = 30, requires = "generated")]
    situations: usize,
    /// The directory with the programs of another Ansible, such as `bin` of a Python environment
    #[arg(long, value_name = "DIR")]
    ansible: Option<Utf8PathBuf>,
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
    let mut cases = match (&options.at, options.generated, options.foreign.case()?) {
        (_, _, Some(case)) => vec![case],
        (Some(dir), ..) => vec![Case::open(dir)?],
        (None, Some(count), _) => (options.seed..options.seed + count)
            .map(|seed| generated::case(seed, options.situations))
            .collect::<Result<_>>()?,
        (None, None, None) => Case::own(&options.trees)?,
    };
    if cases.is_empty() {
        bail!("there is no such tree");
    }
    let ansible = match &options.ansible {
        Some(dir) => Some(dir.canonicalize_utf8().with_context(|| dir.to_string())?),
        None => None,
    };
    let mut all = true;
    anstream::println!("{}", Report::TITLES);
    for case in &mut cases {
        case.ansible.clone_from(&ansible);
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
