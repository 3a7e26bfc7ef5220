//! Environment variables in place of flags.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;

use crate::support::{FEDERATION, TestProject, WITH_PLAYBOOK, instance, plan};

fn project() -> TestProject {
    let project = TestProject::new(FEDERATION);
    project.write("plan.json", plan(&[], &[]));
    project
}

#[test]
fn a_variable_stands_for_a_flag_of_a_verb() {
    let mut project = project();
    project
        .env("INFRA_PLAN_JSON", "plan.json")
        .env("INFRA_ALLOW_EMPTY", "1");
    let outcome = project.run(&["plan"]);
    assert_eq!(outcome.code, Some(0), "{outcome}");
}

#[test]
fn a_variable_stands_for_a_flag_of_all_verbs_and_the_flag_wins() {
    let mut project = project();
    project
        .env("INFRA_JSON", "true")
        .env("INFRA_STACK", "other");
    let args = [
        "plan",
        "--plan-json",
        "plan.json",
        "--stack",
        "federation",
        "--allow-empty",
    ];
    assert_eq!(project.run(&args).json()["stack"], "federation");
}

#[test]
fn a_variable_that_says_no_is_no() {
    let mut project = project();
    project
        .env("INFRA_JSON", "0")
        .env("INFRA_VERBOSE", "1")
        .env("INFRA_QUIET", "");
    let outcome = project.run(&["plan", "--plan-json", "plan.json", "--allow-empty"]);
    assert!(
        outcome.stdout.starts_with("federation: nothing to do"),
        "{outcome}"
    );
}

#[test]
fn a_directory_is_changed_to_before_anything_else() {
    let mut project = TestProject::empty();
    project.write("deploy/infra.hcl", FEDERATION);
    project.write("deploy/plan.json", plan(&[], &[]));
    project.env("INFRA_CHDIR", "deploy");
    let outcome = project.run(&["plan", "--plan-json", "plan.json", "--allow-empty"]);
    assert_eq!(outcome.code, Some(0), "{outcome}");
}

/// Only text can be looked up by a playbook, and Ansible's settings are text.
#[test]
fn a_variable_that_is_no_text_is_nobodys() {
    let mut project = TestProject::new(WITH_PLAYBOOK);
    project.write("site.yml", "- hosts: all\n  tasks: []\n");
    project.write("plan.json", plan(&[instance("leaf1", "192.0.2.1")], &[]));
    let bytes = || OsString::from_vec(b"\xff".into());
    project
        .env("A", bytes())
        .env("ANSIBLE_TRANSPORT", bytes())
        .env("INFRA_STACK", "federation");
    let args = [
        "explain",
        "-q",
        "prometheus",
        "leaf1",
        "--plan-json",
        "plan.json",
    ];
    let outcome = project.run(&args);
    assert_eq!(outcome.code, Some(0), "{outcome}");
}
