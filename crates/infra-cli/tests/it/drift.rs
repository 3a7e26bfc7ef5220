//! `infra drift` from recorded documents.

use crate::support::{FEDERATION, TestProject, plan, recording};

#[test]
fn expected_drift_is_a_line_per_rule() {
    let project = TestProject::new(FEDERATION);
    project.write("plan.json", recording("restarted-instances/plan.json"));
    let outcome = project.run(&["drift", "--plan-json", "plan.json", "--detailed-exitcode"]);
    insta::assert_snapshot!(outcome, @"");
}

#[test]
fn unexpected_drift_exits_with_2_where_that_is_asked_for() {
    let project = TestProject::new(FEDERATION);
    project.write(
        "plan.json",
        recording("association-forces-replacement/plan.json"),
    );
    let outcome = project.run(&["drift", "--plan-json", "plan.json", "--detailed-exitcode"]);
    insta::assert_snapshot!(outcome, @"");
    assert_eq!(
        project.run(&["drift", "--plan-json", "plan.json"]).code,
        Some(0)
    );
}

#[test]
fn without_a_configuration_no_drift_is_expected() {
    let project = TestProject::empty();
    project.write("plan.json", recording("restarted-instances/plan.json"));
    let outcome = project.run(&["drift", "--plan-json", "plan.json"]);
    assert!(
        outcome
            .stdout
            .starts_with("3 resources drifted unexpectedly\n"),
        "{outcome}"
    );
}

#[test]
fn no_drift_is_one_line() {
    let project = TestProject::empty();
    let outcome = project.run_with(&["drift", "--plan-json", "-"], &plan(&[], &[]));
    insta::assert_snapshot!(outcome, @"");
}

#[test]
fn a_rule_that_has_expired_is_named_with_its_owner() {
    let config = FEDERATION.replace(
        "reason     =",
        "owner = \"ops\"\n      expires = \"2020-01-31\"\n      reason     =",
    );
    let project = TestProject::new(&config);
    let outcome = project.run_with(&["drift", "--plan-json", "-"], &plan(&[], &[]));
    insta::assert_snapshot!(outcome, @"");
}
