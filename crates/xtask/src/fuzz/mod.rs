//! `cargo xtask fuzz`: the fuzz targets of `fuzz/`, each for some minutes.
//!
//! cargo-fuzz runs the same targets with a nightly compiler and its address sanitizer. This
//! needs neither: the flags that make the compiler count which code was reached are stable,
//! and all of the code under test is safe Rust.

mod seeds;

use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use duct::cmd;
use infra_testkit::{target_directory, workspace_root};

/// A target that is busy with a single input for this long hangs. It is time by the clock, and a
/// machine that is busy with others stops a target for some ten seconds at times.
const SECONDS_FOR_ONE_INPUT: u64 = 60;
/// A target that needs more memory than this has a blow-up.
const MEGABYTES: u64 = 2048;
/// Longer inputs only make each try slower.
const LONGEST_INPUT: u64 = 64 * 1024;

/// What the compiler adds so that libFuzzer sees which code was reached: the same as
/// cargo-fuzz (`src/project.rs`, `cargo`), without a sanitizer.
const COVERAGE: &[&str] = &[
    "--cfg=fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Ccodegen-units=1",
];

/// A fuzz target, and where its first inputs come from.
pub(super) struct Target {
    name: &'static str,
    dictionary: Option<&'static str>,
    seeds: fn(&Utf8Path) -> Result<()>,
}

const TARGETS: &[Target] = &[
    Target {
        name: "plan",
        dictionary: Some("terraform"),
        seeds: seeds::plans,
    },
    Target {
        name: "state",
        dictionary: Some("terraform"),
        seeds: seeds::states,
    },
    Target {
        name: "stream",
        dictionary: Some("terraform"),
        seeds: seeds::streams,
    },
    Target {
        name: "config",
        dictionary: Some("config"),
        seeds: seeds::configurations,
    },
    Target {
        name: "playbook",
        dictionary: Some("playbook"),
        seeds: seeds::playbooks,
    },
    Target {
        name: "inventory",
        dictionary: None,
        seeds: |_| Ok(()),
    },
];

/// What to fuzz, and for how long.
#[derive(Args)]
pub(crate) struct Options {
    /// The targets; all of them if none is named
    #[arg(value_parser = TARGETS.iter().map(|target| target.name).collect::<Vec<_>>())]
    targets: Vec<String>,
    /// How long each target runs
    #[arg(long, default_value_t = 10.0)]
    minutes: f64,
}

/// Runs the targets one after the other; stops at the first finding.
pub(crate) fn run(options: &Options) -> Result<()> {
    let duration = Duration::try_from_secs_f64(options.minutes * 60.0)
        .context("--minutes is no length of time")?;
    let programs = build()?;
    let wanted = |target: &&Target| {
        options.targets.is_empty() || options.targets.iter().any(|name| name == target.name)
    };
    for target in TARGETS.iter().filter(wanted) {
        fuzz(target, &programs, duration)?;
    }
    Ok(())
}

/// Builds all targets, and returns the directory that they are in.
fn build() -> Result<Utf8PathBuf> {
    // Named, so that scripts and macros of the build, which run here, go without the flags.
    let host = cmd!("rustc", "--print", "host-tuple").read()?;
    let directory = target_directory().join("fuzz/build");
    cmd!("cargo", "build", "--release", "--quiet", "--target", &host)
        .dir(workspace_root().join("fuzz"))
        .env("CARGO_TARGET_DIR", &directory)
        .env("CARGO_ENCODED_RUSTFLAGS", COVERAGE.join("\u{1f}"))
        .run()
        .context("the fuzz targets don't build")?;
    Ok(directory.join(host).join("release"))
}

fn fuzz(target: &Target, programs: &Utf8Path, duration: Duration) -> Result<()> {
    let directory = target_directory().join("fuzz");
    let corpus = directory.join("corpus").join(target.name);
    let findings = directory.join("artifacts").join(target.name);
    for place in [&corpus, &findings] {
        fs::create_dir_all(place).with_context(|| format!("cannot create {place}"))?;
    }
    (target.seeds)(&corpus)?;
    let mut arguments = vec![
        corpus.to_string(),
        format!("-artifact_prefix={findings}/"),
        format!("-max_total_time={}", duration.as_secs()),
        format!("-timeout={SECONDS_FOR_ONE_INPUT}"),
        format!("-rss_limit_mb={MEGABYTES}"),
        format!("-max_len={LONGEST_INPUT}"),
        "-print_final_stats=1".to_owned(),
    ];
    if let Some(dictionary) = target.dictionary {
        let file = workspace_root().join(format!("fuzz/dictionaries/{dictionary}.dict"));
        arguments.push(format!("-dict={file}"));
    }
    let log = findings.join("log");
    let output = duct::cmd(programs.join(target.name).as_str(), &arguments)
        .stdin_null()
        .stderr_to_stdout()
        .stdout_path(&log)
        .unchecked()
        .run()
        .with_context(|| format!("cannot run the target {}", target.name))?;
    let text = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
    if !output.status.success() {
        let end: Vec<&str> = text.lines().rev().take(40).collect();
        let end: Vec<&str> = end.into_iter().rev().collect();
        bail!(
            "{}: a finding; the input is in {findings}\n{}",
            target.name,
            end.join("\n")
        );
    }
    let runs = statistic(&text, "number_of_executed_units").unwrap_or("no");
    anstream::println!(
        "{:<10} {runs} inputs in {:.0?}, no finding",
        target.name,
        duration
    );
    Ok(())
}

/// A number that libFuzzer prints at its end: `stat::NAME: NUMBER`.
fn statistic<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.lines()
        .filter_map(|line| line.strip_prefix("stat::")?.split_once(':'))
        .find(|(found, _)| *found == name)
        .map(|(_, number)| number.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statistic_is_found_in_what_libfuzzer_prints() {
        let text = "#2 DONE\nstat::number_of_executed_units: 4711\nstat::peak_rss_mb: 80\n";
        assert_eq!(statistic(text, "number_of_executed_units"), Some("4711"));
        assert_eq!(statistic(text, "slowest_unit_time_sec"), None);
    }

    #[test]
    fn every_target_of_the_manifest_is_known() {
        let manifest = fs::read_to_string(workspace_root().join("fuzz/Cargo.toml")).unwrap();
        for target in TARGETS {
            assert!(manifest.contains(&format!("name = \"{}\"", target.name)));
        }
        assert_eq!(manifest.matches("[[bin]]").count(), TARGETS.len());
    }
}
