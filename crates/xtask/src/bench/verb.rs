//! The contests, one after the other.

use std::fs;

use anyhow::{Context as _, Result};
use camino::Utf8Path;
use clap::Args;
use duct::cmd;
use infra_testkit::{target_directory, workspace_root};
use serde_json::json;

use super::contest::{Contest, Outcome, Runner, size};
use super::documents::Documents;
use super::machine::Machine;
use super::measure::released;
use super::{stack, table};

/// What to measure.
#[derive(Args)]
pub(crate) struct Options {
    /// The sizes of the fleets; 100000 takes minutes and 20 GB of memory, for jq's sake
    #[arg(long, value_delimiter = ',', default_values_t = [10, 1_000, 10_000])]
    hosts: Vec<usize>,
    /// How often each program runs
    #[arg(long, default_value_t = 5)]
    rounds: usize,
}

const JQ_RAW: &str = r#".resources[] | select(.type == "aws_instance") | .instances[].attributes | [.tags.Name, .public_ip]"#;
const JQ_SHOW: &str = r#".values.root_module.resources[] | select(.type == "aws_instance").values | [.tags.Name, .public_ip]"#;
const JQ_PLAN: &str =
    ".resource_drift[] | [.address, .change.before.public_ip, .change.after.public_ip]";
const PYTHON_RAW: &str = r#"import json,sys
for r in json.load(open(sys.argv[1]))["resources"]:
    if r["type"] == "aws_instance":
        for i in r["instances"]: print(i["attributes"]["tags"]["Name"], i["attributes"]["public_ip"])"#;
const PYTHON_SHOW: &str = r#"import json,sys
for r in json.load(open(sys.argv[1]))["values"]["root_module"]["resources"]:
    if r["type"] == "aws_instance": print(r["values"]["tags"]["Name"], r["values"]["public_ip"])"#;
const PYTHON_PLAN: &str = r#"import json,sys
for r in json.load(open(sys.argv[1]))["resource_drift"]:
    c = r["change"]; print(r["address"], c["before"]["public_ip"], c["after"]["public_ip"])"#;

/// Builds, makes the documents, runs everything and prints the tables. How long anything
/// took never makes it fail.
pub(crate) fn run(options: &Options) -> Result<()> {
    let machine = Machine::look()?;
    // One by one: cargo would unify the features of both, and infra is shipped alone.
    for package in ["infra-cli", "xtask"] {
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
    let dir = target_directory().join("bench");
    let mut outcomes = Vec::new();
    let mut show = |contest: &Contest| -> Result<()> {
        let outcome = contest.run(options.rounds)?;
        anstream::println!("{}", table::table(&outcome));
        outcomes.push(outcome);
        Ok(())
    };
    anstream::println!("{}\n", machine.line());
    show(&start(&dir))?;
    for &hosts in &options.hosts {
        let documents = Documents::write(hosts, &dir)?;
        for contest in contests(hosts, &documents)? {
            show(&contest)?;
        }
    }
    show(&live(&dir)?)?;
    write_results(&dir, &machine, &outcomes)
}

fn start(dir: &Utf8Path) -> Contest {
    Contest {
        title: "Start: `infra --version`".to_owned(),
        dir: dir.parent().unwrap_or(dir).to_owned(),
        size: None,
        runners: vec![Runner::new(
            "infra",
            [released("infra").as_str(), "--version"],
        )],
        against: Vec::new(),
    }
}

fn contests(hosts: usize, documents: &Documents) -> Result<Vec<Contest>> {
    let (infra, xtask) = (released("infra"), released("xtask"));
    let contest = |what: &str, file: &Utf8Path, own: [&str; 2], jq: &str, python: &str| {
        let file_size = size(file)?;
        let (infra, xtask, file) = (infra.as_str(), xtask.as_str(), file.as_str());
        anyhow::Ok(Contest {
            title: format!("{what}, {hosts} hosts, {file_size:.1} MiB"),
            dir: documents.dir.clone(),
            size: Some(file_size),
            runners: vec![
                Runner::new("cat", ["cat", file]),
                Runner::new("skip floor", [xtask, "bench-floor", file]),
                Runner::new("infra", [infra, own[0], own[1], file]),
                Runner::new("jq", ["jq", "-c", jq, file]),
                Runner::new("python", ["python3", "-c", python, file]),
            ],
            against: vec!["skip floor", "jq", "python"],
        })
    };
    Ok(vec![
        contest(
            "Inventory of a raw state",
            &documents.raw,
            ["inventory", "--state"],
            JQ_RAW,
            PYTHON_RAW,
        )?,
        contest(
            "Inventory of `show -json`",
            &documents.show,
            ["inventory", "--state"],
            JQ_SHOW,
            PYTHON_SHOW,
        )?,
        contest(
            "Drift of a plan",
            &documents.plan,
            ["drift", "--plan-json"],
            JQ_PLAN,
            PYTHON_PLAN,
        )?,
    ])
}

fn live(dir: &Utf8Path) -> Result<Contest> {
    let bare = "terraform plan -input=false -out=bare.plan && terraform show -json bare.plan";
    Ok(Contest {
        title: "A whole plan with nothing to do, 50 resources".to_owned(),
        dir: stack::prepare(dir)?,
        size: None,
        runners: vec![
            Runner::new("terraform plan and show", ["sh", "-c", bare]),
            Runner::new("infra", [released("infra").as_str(), "plan"]),
        ],
        against: vec!["terraform plan and show"],
    })
}

fn write_results(dir: &Utf8Path, machine: &Machine, outcomes: &[Outcome]) -> Result<()> {
    let file = dir.join("results.json");
    let results = json!({"format_version": "1.0", "machine": machine, "contests": outcomes});
    fs::write(&file, format!("{results:#}\n")).with_context(|| format!("can't write {file}"))?;
    anstream::println!("The figures are in {file}.");
    Ok(())
}
