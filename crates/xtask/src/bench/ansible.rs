//! An Ansible tree: its fingerprints, and the decision about its playbooks.

use anyhow::{Context as _, Result};
use camino::Utf8Path;
use duct::cmd;
use infra_testkit::target_directory;

use super::contest::{Contest, Goal, GoalKind, Runner};
use super::documents::Documents;
use super::measure::released;
use super::tree::AnsibleTree;

/// The fingerprints of a tree whose every file is an input.
pub(super) fn tree(hosts: usize, dir: &Utf8Path) -> Result<Vec<Contest>> {
    let tree = AnsibleTree::of(hosts, dir)?;
    let (own, root) = (released("infra-bench"), tree.dir.join("ansible"));
    let count = hosts.to_string();
    let sums = "find ansible -type f -print0 | sort -z | xargs -0 sha256sum";
    let b3sum = "find ansible -type f -print0 | sort -z | xargs -0 b3sum";
    let cold = [
        own.as_str(),
        "fingerprints",
        tree.dir.as_str(),
        "ansible/site.yml",
        &count,
    ];
    let cache = tree.dir.join(".infra/fingerprints");
    let [program, verb, dir_of, playbook, hosts_of] = cold;
    let warm = [
        program,
        verb,
        dir_of,
        playbook,
        hosts_of,
        "--cache",
        cache.as_str(),
    ];
    let mut runners = vec![
        Runner::new("blake3 walk", [own.as_str(), "walk", root.as_str()]),
        Runner::new("sha256sum", ["sh", "-c", sums]),
        Runner::new("git status", ["git", "status", "--porcelain"]),
        Runner::new("the hosts alone", [own.as_str(), "hosts", &count]),
        Runner::new("infra, cold", cold),
        Runner::new("infra, warm", warm),
    ];
    // The program makes its hosts itself, which has nothing to do with fingerprints.
    let beside = |peer: &str| GoalKind::Share("the hosts alone".to_owned(), peer.to_owned());
    let mut goals = Vec::new();
    if hosts >= 10_000 {
        goals.push(Goal::new("infra, cold", beside("blake3 walk"), 1.3));
        goals.push(Goal::new("infra, warm", beside("git status"), 2.0));
    }
    if cmd!("b3sum", "--version")
        .stdout_null()
        .stderr_null()
        .run()
        .is_ok()
    {
        runners.insert(1, Runner::new("b3sum", ["sh", "-c", b3sum]));
        goals.extend(goals.first().cloned().map(|goal| Goal {
            kind: beside("b3sum"),
            ..goal
        }));
    }
    Ok(vec![Contest {
        what: "Fingerprints of an Ansible tree",
        hosts: Some(hosts),
        dir: tree.dir,
        size: None,
        runners,
        goals,
    }])
}

/// The decision about twenty playbooks, beside the same plan with no playbook, which is what
/// reading the documents costs: with nothing to do, and with a setting of Ansible that is new,
/// so that all inputs are searched for and all hosts run.
pub(super) fn decision(hosts: usize, dir: &Utf8Path) -> Result<Vec<Contest>> {
    let tree = AnsibleTree::of(hosts, dir)?;
    let plan = Documents::of(hosts, dir)?.quiet()?;
    let (infra, own) = (released("infra"), released("infra-bench"));
    let bin = target_directory().join("tools/venv/bin");
    anyhow::ensure!(
        bin.join("ansible").exists(),
        "the benchmark compares with ansible: run `cargo xtask setup`"
    );
    let plan_of = |stack| ["plan", "--stack", stack, "--plan-json", plan.as_str()];
    // The first plan of a program keeps what it finds; the ones after it are what is measured.
    let runs_something = || -> Result<bool> {
        let tells = [plan_of("fleet").as_slice(), &["--detailed-exitcode"]].concat();
        let done = cmd(infra.as_str(), tells)
            .dir(&tree.dir)
            .env("PATH", super::measure::path())
            .stdout_null()
            .stderr_null()
            .unchecked()
            .run()?;
        match done.status.code() {
            Some(0) => Ok(false),
            Some(2) => Ok(true),
            _ => anyhow::bail!("can't plan for all playbooks: {}", done.status),
        }
    };
    // What an earlier program recorded may be no success to this one.
    if runs_something()? {
        for stack in ["fleet", "bare"] {
            cmd!(
                own.as_str(),
                "record",
                tree.dir.as_str(),
                stack,
                plan.as_str()
            )
            .env("PATH", super::measure::path())
            .run()
            .context("can't record what the playbooks did")?;
        }
        anyhow::ensure!(
            !runs_something()?,
            "playbooks that were recorded as done are to run again"
        );
    }
    let ansible = bin.join("ansible");
    let beside = |name, command: Vec<&str>| {
        vec![
            Runner::new("ansible --version", [ansible.as_str(), "--version"]),
            Runner::new(
                "a plan of no playbook",
                [&[infra.as_str()], plan_of("bare").as_slice()].concat(),
            ),
            Runner::new(name, [command, plan_of("fleet").to_vec()].concat()),
        ]
    };
    let mut goals = Vec::new();
    if hosts >= 10_000 {
        let share = GoalKind::Share(
            "a plan of no playbook".to_owned(),
            "ansible --version".to_owned(),
        );
        goals.push(Goal::new("a plan of 20 playbooks", share, 0.1));
    }
    let contest = |what, runners, goals| Contest {
        what,
        hosts: Some(hosts),
        dir: tree.dir.clone(),
        size: None,
        runners,
        goals,
    };
    Ok(vec![
        contest(
            "Decision about 20 playbooks, nothing to do",
            beside("a plan of 20 playbooks", vec![infra.as_str()]),
            goals,
        ),
        contest(
            "Decision about 20 playbooks, all to run",
            beside(
                "a plan of 20 changed playbooks",
                vec![
                    "env",
                    "ANSIBLE_VARS_ENABLED=host_group_vars",
                    infra.as_str(),
                ],
            ),
            Vec::new(),
        ),
    ])
}
