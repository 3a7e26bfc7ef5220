//! What stops being good in the middle of a run: what was done is recorded, and done once.

use infra_testkit::CommandOutput;
use serde_json::{Value, json};

use super::super::stack::{Kind, Stack};
use super::refusal::{SECRET, TOKEN, has_no_secret};

/// Applies, with a fault from the moment on in which the playbook is under way.
fn struck(stack: &Stack, fault: &Value) -> CommandOutput {
    stack.hold();
    let run = stack
        .infra(["apply", "--auto-approve"])
        .env("AWS_SECRET_ACCESS_KEY", SECRET)
        .env("AWS_SESSION_TOKEN", TOKEN)
        .deadline(std::time::Duration::from_mins(6))
        .start();
    stack.wait_until_busy();
    stack.aws.faults(fault);
    stack.go_on();
    let output = run.wait();
    stack.aws.faults(&json!([]));
    has_no_secret(&output);
    output
}

#[track_caller]
fn is_made_good_and_done_once(stack: &Stack, output: &CommandOutput) {
    output
        .exits(1)
        .complains("are only on this machine")
        .complains("the run lock is kept")
        .complains("run `infra apply` again on this machine");
    let again = stack.infra(["apply", "--auto-approve"]).succeeds();
    assert!(again.stdout.contains("nothing to do"), "{again}");
    assert_eq!(stack.runs("alpha"), ["first"], "{again}");
    stack.infra(["history", "--verify"]).succeeds();
}

#[test]
fn credentials_that_expire() {
    let stack = Stack::new(Kind::Both);
    let fault = json!([{"path": "^/", "status": 400, "code": "ExpiredToken"}]);
    let output = struck(&stack, &fault);
    output.complains("the AWS credentials have expired");
    is_made_good_and_done_once(&stack, &output);
}

#[test]
fn a_service_that_never_answers_again() {
    let stack = Stack::new(Kind::Object);
    let output = struck(&stack, &json!([{"path": "^/", "drop": "silent"}]));
    output.complains("no answer");
    is_made_good_and_done_once(&stack, &output);
}
