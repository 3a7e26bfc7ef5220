//! A Route 53 that refuses, forgets to answer, or takes its time.

use std::time::Instant;

use infra_testkit::{Project, Signal, Simulator};
use serde_json::json;

use super::stack::Stack;

#[test]
fn a_refusal_stops_before_the_playbooks_and_leaves_nothing_half_done() {
    let stack = Stack::new(&[("one", "127.0.0.1")]);
    let before = stack.records();
    for (status, code) in [
        (400, "InvalidChangeBatch"),
        (400, "Throttling"),
        (403, "AccessDenied"),
    ] {
        let fault = json!([{"method": "POST", "path": "/rrset", "status": status, "code": code}]);
        stack.aws.faults(&fault);
        stack
            .project
            .infra(["apply", "--auto-approve"])
            .output()
            .exits(1)
            .complains("can't change the records of the Route 53 zone");
        assert_eq!(stack.records(), before);
        assert!(!stack.is_configured("one"), "no playbook ran");
    }
    // The answer is lost: the change is found to be made.
    stack
        .aws
        .faults(&json!([{"method": "POST", "path": "/rrset", "drop": "after", "times": 1}]));
    stack.apply();
    assert_eq!(stack.records()["one.fed.example. A"], ["127.0.0.1"]);
    assert!(stack.is_configured("one"));
    stack.project.infra(["history", "--verify"]).succeeds();
}

/// Servers of the zone have a change only after so many questions.
fn pending(stack: &Stack, questions: Option<u32>) {
    stack.aws.faults(&json!([
        {"method": "POST", "path": "/rrset", "replace": ["INSYNC", "PENDING"]},
        {"method": "GET", "path": "/change/", "times": questions, "replace": ["INSYNC", "PENDING"]},
    ]));
}

#[test]
fn playbooks_begin_when_all_servers_have_the_names_and_a_wait_can_be_interrupted() {
    let stack = Stack::new(&[("one", "127.0.0.1")]);
    pending(&stack, Some(2));
    stack.apply();
    let questions = stack.aws.log();
    let questions = questions
        .iter()
        .filter(|request| request.method == "GET" && request.path.contains("/change/"));
    assert_eq!(questions.count(), 3, "PENDING, PENDING, INSYNC");
    assert!(stack.is_configured("one"));

    stack.are(&[("one", "127.0.0.9")]);
    pending(&stack, None);
    stack.aws.clear_log();
    let run = stack.project.infra(["apply", "--auto-approve"]).start();
    infra_testkit::wait_until(
        "a question whether all servers have it",
        std::time::Duration::from_mins(2),
        || {
            let log = stack.aws.log();
            let asked = log.iter().any(|request| request.path.contains("/change/"));
            asked.then_some(())
        },
    );
    let begin = Instant::now();
    run.signal(Signal::INT);
    run.wait().exits(130);
    assert!(begin.elapsed().as_secs() < 30, "{:?}", begin.elapsed());
    // What was made is known to be.
    stack.aws.faults(&json!([]));
    stack.apply();
    assert_eq!(stack.records()["one.fed.example. A"], ["127.0.0.9"]);
    assert_eq!(stack.project.read("one.configured"), "127.0.0.9");
    stack.project.infra(["history", "--verify"]).succeeds();
}

#[test]
fn a_zone_that_is_not_there_is_said_before_anything_is_done() {
    let aws = Simulator::start();
    let project = Project::federation(&aws);
    let block = "  dns {\n    zone = \"fed.example\"\n  }\n\n  ansible {";
    project.edit("infra.hcl", "  ansible {", block);
    project
        .infra(["apply", "--auto-approve"])
        .output()
        .exits(1)
        .complains("Route 53 has no zone \"fed.example\" in this account");
    assert!(aws.machines().is_empty(), "nothing was made");
}
