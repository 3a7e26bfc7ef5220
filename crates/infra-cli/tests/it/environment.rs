//! Environment variables in place of flags.

use crate::support::{FEDERATION, TestProject, plan};

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
