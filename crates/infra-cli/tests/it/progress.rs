//! Progress on stderr.

use serde_json::Value;

use crate::support::{FEDERATION, TestProject, plan};

#[test]
fn json_lines_are_events_with_a_time() {
    let project = TestProject::new(FEDERATION);
    project.write("plan.json", plan(&[], &[]));
    let args = [
        "plan",
        "--progress",
        "json",
        "--allow-empty",
        "--plan-json",
        "plan.json",
    ];
    let outcome = project.run(&args);
    let events: Vec<Value> = outcome
        .stderr
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let types: Vec<&str> = events
        .iter()
        .filter_map(|event| event["type"].as_str())
        .collect();
    assert_eq!(types, ["stage_started", "stage_finished"], "{outcome}");
    assert!(events.iter().all(|event| event["@timestamp"].is_string()));
}

#[test]
fn an_error_is_a_json_line_too() {
    let project = TestProject::new(FEDERATION);
    let outcome = project.run(&["plan", "--progress", "json", "--plan-json", "nope.json"]);
    let last: Value = serde_json::from_str(outcome.stderr.lines().last().unwrap()).unwrap();
    assert_eq!(last["type"], "error");
    assert_eq!(last["message"], "can't read nope.json");
    assert_eq!(last["causes"][0], "No such file or directory (os error 2)");
}
