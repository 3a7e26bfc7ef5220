//! The playbooks, rules and scripts of the reference stack, by the linters of their trades.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context as _, Result, bail};
use camino::{Utf8Path, Utf8PathBuf};
use duct::cmd;
use infra_testkit::{Tools, workspace_root};

use crate::quiet::quiet;

/// Checks all of it; stops at the first tool that complains.
pub(crate) fn check(tools: &Tools) -> Result<()> {
    let root = workspace_root().join("ansible");
    let environment = tools.environment();
    let run = |program: &str, arguments: &[&str]| run(&environment, &root, program, arguments);
    let bin = |name: &str| tools.venv_bin.join(name).into_string();

    run(&bin("yamllint"), &["--strict", "."])?;
    run(&bin("ansible-lint"), &["--offline", "--nocolor", "-q"])?;

    let mut scripts = Vec::new();
    for directory in [&root, &workspace_root().join("tools")] {
        collect(directory, &mut scripts, &is_shell_script)?;
    }
    run_on(&run, &bin("shellcheck"), &[], &scripts)?;

    let rules = files_in(&root.join("roles/prometheus/files/rules"), ".yml")?;
    let tests = files_in(&root.join("tests/rules"), ".test.yml")?;
    run_on(&run, "promtool", &["check", "rules"], &rules)?;
    run_on(&run, "promtool", &["test", "rules"], &tests)?;
    run(&bin("python"), &["tests/coverage.py"])?;
    run(&bin("python"), &["tests/expressions.py"])?;
    run(&bin("python"), &["tests/configurations.py"])
}

fn run_on(
    run: &dyn Fn(&str, &[&str]) -> Result<()>,
    program: &str,
    arguments: &[&str],
    files: &[Utf8PathBuf],
) -> Result<()> {
    // A tool that is given no file has nothing to complain about.
    if files.is_empty() {
        bail!("found nothing for {program} to check");
    }
    let arguments: Vec<_> = arguments
        .iter()
        .copied()
        .chain(files.iter().map(|file| file.as_str()))
        .collect();
    run(program, &arguments)
}

fn run(
    environment: &BTreeMap<String, String>,
    directory: &Utf8Path,
    program: &str,
    arguments: &[&str],
) -> Result<()> {
    let command = cmd(program, arguments).dir(directory);
    let command =
        (environment.iter()).fold(command, |command, (name, value)| command.env(name, value));
    let step = arguments.first().unwrap_or(&"");
    quiet(&command, &format!("{program} {step}"))
}

fn files_in(directory: &Utf8Path, suffix: &str) -> Result<Vec<Utf8PathBuf>> {
    let mut files = Vec::new();
    collect(directory, &mut files, &|file| {
        Ok(file.as_str().ends_with(suffix))
    })?;
    Ok(files)
}

/// Collects the files below a directory that are wanted, in the order of their names.
fn collect(
    directory: &Utf8Path,
    files: &mut Vec<Utf8PathBuf>,
    wanted: &dyn Fn(&Utf8Path) -> Result<bool>,
) -> Result<()> {
    let mut entries: Vec<_> = directory
        .read_dir_utf8()
        .with_context(|| format!("cannot read {directory}"))?
        .collect::<std::io::Result<_>>()?;
    entries.sort_by(|one, other| one.path().cmp(other.path()));
    for entry in entries {
        let kind = entry.file_type()?;
        if kind.is_dir() {
            collect(entry.path(), files, wanted)?;
        } else if kind.is_file() && wanted(entry.path())? {
            files.push(entry.into_path());
        }
    }
    Ok(())
}

fn is_shell_script(file: &Utf8Path) -> Result<bool> {
    let text = fs::read(file).with_context(|| format!("cannot read {file}"))?;
    let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    Ok(first.starts_with(b"#!") && (first.ends_with(b"/sh") || first.ends_with(b"bash")))
}
