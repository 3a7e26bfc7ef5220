//! One works at a time, whoever it is.

use infra_testkit::{Running, Signal};

use super::stack::{Kind, Stack};

/// A bare `terraform apply` that holds the lock of the state for so many seconds.
fn stranger_at_work(stack: &Stack, seconds: u32) -> Running {
    let slow = format!(
        "resource \"terraform_data\" \"slow\" {{\n  provisioner \"local-exec\" {{\n    \
         command = \"sleep {seconds}\"\n  }}\n}}\n"
    );
    stack.project.write("terraform/slow.tf", &slow);
    let stranger = stack
        .terraform(["apply", "-auto-approve", "-input=false"])
        .start();
    stranger.wait_for("Provisioning with");
    stranger
}

fn both_keep_each_other_out(kind: Kind) {
    let stack = Stack::new(kind);
    stack.hold();
    let run = stack.infra(["apply", "--auto-approve"]).start();
    stack.wait_until_busy();

    // Terraform's part is long over; the playbook still runs.
    stack
        .terraform(["apply", "-auto-approve", "-input=false"])
        .output()
        .exits(1)
        .complains("Error acquiring the state lock")
        .complains("infra 0.1.0");
    stack
        .infra(["plan"])
        .output()
        .exits(1)
        .complains("Error acquiring the state lock");
    let copy = stack.copy("other");
    stack
        .infra(["apply", "--auto-approve"])
        .dir(&copy)
        .output()
        .exits(1)
        .complains("the stack is locked by")
        .complains("infra force-unlock");
    assert!(!run.has_ended(), "who has the lock is not disturbed");
    stack.go_on();
    run.wait().succeeds();
    assert_eq!(stack.runs("alpha"), ["first"]);

    // And the other way round.
    let stranger = stranger_at_work(&stack, 20);
    stack
        .infra(["apply", "--auto-approve"])
        .output()
        .exits(1)
        .complains("the stack is locked by")
        .complains("OperationTypeApply")
        .complains("it was not made by infra");
    stranger.wait().succeeds();
    stack.infra(["plan"]).succeeds();
}

#[test]
fn terraform_and_infra_keep_each_other_out_by_an_object() {
    both_keep_each_other_out(Kind::Object);
}

#[test]
fn terraform_and_infra_keep_each_other_out_by_an_item_and_an_object() {
    both_keep_each_other_out(Kind::Both);
}

#[test]
fn without_a_lock_of_terraforms_runs_are_kept_apart_and_that_is_said() {
    let stack = Stack::new(Kind::None);
    stack.hold();
    let run = stack.infra(["apply", "--auto-approve"]).start();
    run.wait_for("somebody else is not kept out");
    stack.wait_until_busy();
    let copy = stack.copy("other");
    stack
        .infra(["apply", "--auto-approve"])
        .dir(&copy)
        .output()
        .exits(1)
        .complains("the stack is locked by");
    stack.go_on();
    run.wait().succeeds();
}

/// An apply that is held up in its playbook, and the id of its lock.
fn held_up(stack: &Stack) -> (Running, String) {
    stack.hold();
    let run = stack.infra(["apply", "--auto-approve"]).start();
    stack.wait_until_busy();
    (run, lock_id(stack))
}

/// Waits for a run whose lock was taken away, and sees that its playbook went no further.
#[track_caller]
fn is_stopped(stack: &Stack, run: Running) {
    run.wait()
        .exits(1)
        .complains("the run lock was taken away during the run");
    stack.go_on();
    assert_eq!(stack.runs("alpha"), [""; 0], "the playbook was stopped");
}

#[test]
fn a_run_whose_lock_is_taken_away_stops_and_takes_none_from_the_next() {
    let stack = Stack::new(Kind::Item);
    let (run, id) = held_up(&stack);
    // A run on this machine that goes on is not unlocked by infra; Terraform doesn't ask.
    stack
        .infra(["force-unlock", "--yes", &id])
        .output()
        .exits(1)
        .complains("goes on");
    stack.terraform(["force-unlock", "-force", &id]).succeeds();
    is_stopped(&stack, run);
}

#[test]
fn a_run_that_was_asleep_while_its_lock_was_broken_does_nothing_more() {
    let stack = Stack::new(Kind::Object);
    let (run, id) = held_up(&stack);
    run.signal(Signal::STOP);
    stack.terraform(["force-unlock", "-force", &id]).succeeds();
    let next = stack.terraform(["plan", "-input=false"]).start();
    next.wait().succeeds();
    run.signal(Signal::CONT);
    is_stopped(&stack, run);
}

#[test]
fn a_workspace_that_is_yet_to_be_made_has_a_lock_and_records_of_its_own() {
    let stack = Stack::new(Kind::Both);
    let blue = ["apply", "--auto-approve"];
    stack.infra(blue).env("TF_WORKSPACE", "blue").succeeds();
    assert_eq!(stack.runs("alpha"), ["first"]);
    let store = stack.aws.store();
    let keys: Vec<&str> = store
        .objects
        .iter()
        .map(|object| object.key.as_str())
        .collect();
    let state = "env:/blue/shared/terraform.tfstate";
    assert!(keys.contains(&state), "{keys:#?}");
    let first = format!("{state}.infra/shared/ledger/0000000001.json");
    assert!(keys.contains(&first.as_str()), "{keys:#?}");
    let of_default = |key: &&&str| key.starts_with("shared/");
    assert_eq!(keys.iter().find(of_default), None, "{keys:#?}");
}

#[test]
fn a_lock_that_terraform_left_is_broken_by_its_id_and_on_record() {
    let stack = Stack::new(Kind::Item);
    stack.apply();
    let stranger = stranger_at_work(&stack, 600);
    stranger.signal(Signal::KILL);
    stranger.wait();
    let id = lock_id(&stack);
    stack
        .infra(["force-unlock", "--yes", "another"])
        .output()
        .exits(1)
        .complains(&id);
    stack.infra(["force-unlock", "--yes", &id]).succeeds();
    let history = stack.project.infra_json(["history"]);
    assert!(
        history["runs"].to_string().contains("unlocked_by"),
        "{history:#}"
    );
    stack.infra(["history", "--verify"]).succeeds();
    stack.infra(["plan"]).succeeds();
}

/// The id of the lock, as the message of a refused run has it.
fn lock_id(stack: &Stack) -> String {
    let refused = stack.infra(["apply", "--auto-approve"]).output();
    refused.exits(1);
    let (_, rest) = refused.stderr.split_once("infra force-unlock ").unwrap();
    rest.split_whitespace().next().unwrap().to_owned()
}
