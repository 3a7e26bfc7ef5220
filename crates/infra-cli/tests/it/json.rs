//! `--json`: exactly one document on stdout, or none.

use std::io::Read as _;

use crate::support::{FEDERATION, TestProject, instance, recording, state};

#[test]
fn a_plan_has_the_fields_of_the_contract() {
    let project = TestProject::new(FEDERATION);
    project.write("plan.json", recording("restarted-instances/plan.json"));
    let outcome = project.run(&["plan", "--json", "--plan-json", "plan.json"]);
    let json = outcome.json();
    assert_eq!(json["format_version"], "1.0");
    assert_eq!(json["stack"], "federation");
    assert_eq!(json["verdict"], "nothing");
    assert_eq!(json["drift"]["summary"]["benign"], 3);
    assert_eq!(json["inventory"]["added"].as_array().unwrap().len(), 3);
    assert_eq!(outcome.stderr, "");
}

#[test]
fn drift_has_the_fields_of_the_contract() {
    let project = TestProject::new(FEDERATION);
    project.write("plan.json", recording("restarted-instances/plan.json"));
    let json = project
        .run(&["--json", "drift", "--plan-json", "plan.json"])
        .json();
    assert_eq!(json["format_version"], "1.0");
    assert_eq!(json["source"], "plan");
    assert_eq!(json["drift"][0]["rule"], "ephemeral-public-ip");
    assert!(json["consequences"][0]["chain"][0].is_string());
}

#[test]
fn an_error_leaves_stdout_empty() {
    let project = TestProject::new(FEDERATION);
    let outcome = project.run(&["plan", "--json", "--plan-json", "nope.json"]);
    assert_eq!((outcome.stdout.as_str(), outcome.code), ("", Some(1)));
    assert!(outcome.stderr.starts_with("error: "), "{outcome}");
}

#[test]
fn an_apply_with_json_does_not_ask() {
    let project = TestProject::new(FEDERATION);
    insta::assert_snapshot!(project.run(&["apply", "--json"]), @"
    ------- stderr -------
    error: --json doesn't ask for approval
    hint: give --auto-approve, or save a decision with `infra plan --out FILE`, look at it, and give `infra apply FILE`
    [exit status: 1]
    ");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let project = TestProject::empty();
    let hosts: Vec<_> = (0..2000)
        .map(|n| instance(&format!("h{n}"), "192.0.2.1"))
        .collect();
    project.write("state.json", state(&hosts));
    let mut command = project.command(&["inventory", "--state", "state.json"]);
    let mut child = command.spawn().unwrap();
    let mut start = [0; 16];
    child.stdout.take().unwrap().read_exact(&mut start).unwrap();
    // The pipe is closed now, long before all is written.
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}
