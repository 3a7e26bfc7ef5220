//! Reading documents: inventories, drift, plans and consequences.

use anyhow::Result;
use camino::Utf8Path;

use super::contest::{Contest, Goal, GoalKind, Runner, size};
use super::documents::Documents;
use super::measure::released;
use super::web;

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

/// Above this, in MiB, jq and Python would take minutes and most of the memory.
const TOO_MUCH_FOR_PEERS: f64 = 1000.0;

/// The inventory of a raw state, and of `show -json`.
pub(super) fn inventory(hosts: usize, dir: &Utf8Path) -> Result<Vec<Contest>> {
    let documents = Documents::of(hosts, dir)?;
    let raw = documents.raw()?;
    let show = documents.show()?;
    let mut contests = vec![
        contest(
            "Inventory of a raw state",
            hosts,
            &raw,
            &["inventory", "--state"],
            (JQ_RAW, PYTHON_RAW),
        )?,
        contest(
            "Inventory of `show -json`",
            hosts,
            &show,
            &["inventory", "--state"],
            (JQ_SHOW, PYTHON_SHOW),
        )?,
    ];
    for (contest, state) in contests.iter_mut().zip([raw, show]) {
        // Where there is no `infra.hcl`, which jq has none of either.
        contest.dir = "/".into();
        let config = documents.dir.join("infra.hcl");
        let infra = released("infra");
        let command = [
            infra.as_str(),
            "inventory",
            "--config",
            config.as_str(),
            "--state",
            state.as_str(),
        ];
        contest
            .runners
            .push(Runner::new("infra, by hosts blocks", command));
    }
    Ok(contests)
}

/// The drift of a plan, and the whole plan.
pub(super) fn plan(hosts: usize, dir: &Utf8Path) -> Result<Vec<Contest>> {
    let documents = Documents::of(hosts, dir)?;
    let plan = documents.plan()?;
    let mut drift = contest(
        "Drift of a plan",
        hosts,
        &plan,
        &["drift", "--plan-json"],
        (JQ_PLAN, PYTHON_PLAN),
    )?;
    let mut whole = contest(
        "`plan --plan-json`",
        hosts,
        &plan,
        &["plan", "--plan-json"],
        (JQ_PLAN, PYTHON_PLAN),
    )?;
    for contest in [&mut drift, &mut whole] {
        contest.dir.clone_from(&documents.dir);
    }
    Ok(vec![drift, whole])
}

fn contest(
    what: &'static str,
    hosts: usize,
    file: &Utf8Path,
    own: &[&str],
    (jq, python): (&str, &str),
) -> Result<Contest> {
    let file_size = size(file)?;
    let (infra, xtask) = (released("infra"), released("xtask"));
    let path = file.as_str();
    let command = std::iter::once(infra.as_str()).chain(own.iter().copied());
    let mut runners = vec![
        Runner::new("cat", ["cat", path]),
        Runner::new("skip floor", [xtask.as_str(), "bench-floor", path]),
        Runner {
            name: "infra",
            command: command.chain([path]).map(str::to_owned).collect(),
        },
    ];
    if file_size < TOO_MUCH_FOR_PEERS {
        runners.push(Runner::new("jq", ["jq", "-c", jq, path]));
        runners.push(Runner::new("python", ["python3", "-c", python, path]));
    }
    let mut goals = Vec::new();
    if hosts >= 10_000 {
        let goal = |kind, bound| Goal::new("infra", kind, bound);
        goals.push(goal(GoalKind::AtMost("skip floor".to_owned()), 2.5));
        goals.push(goal(GoalKind::Faster("jq".to_owned()), 15.0));
        goals.push(goal(GoalKind::Memory, 1.5));
    }
    Ok(Contest {
        what,
        hosts: Some(hosts),
        dir: file.parent().unwrap_or(file).to_owned(),
        size: Some(file_size),
        runners,
        goals,
    })
}

/// The consequences in a plan where each resource refers to ten others, at two sizes.
pub(super) fn consequences(dir: &Utf8Path) -> Result<Vec<Contest>> {
    let infra = released("infra");
    let xtask = released("xtask");
    let mut contests = Vec::new();
    let sizes = [
        ("Consequences, 1,000 resources, 10,000 references", 1_000),
        ("Consequences, 10,000 resources, 100,000 references", 10_000),
    ];
    for (what, resources) in sizes {
        let plan = web::write(resources, dir)?;
        let dir = plan.parent().unwrap_or(&plan).to_owned();
        contests.push(Contest {
            what,
            hosts: None,
            size: Some(size(&plan)?),
            runners: vec![
                Runner::new("skip floor", [xtask.as_str(), "bench-floor", plan.as_str()]),
                Runner::new(
                    "infra",
                    [infra.as_str(), "drift", "--plan-json", plan.as_str()],
                ),
            ],
            goals: Vec::new(),
            dir,
        });
    }
    Ok(contests)
}
