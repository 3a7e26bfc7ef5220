//! Ctrl-C and `kill -9` in the middle.

use std::thread;
use std::time::Duration;

use infra_testkit::{Project, Signal, Simulator, wait_until};

use crate::plan_document::{Plan, hosts};
use crate::slow_playbook::Slow;

#[test]
fn ctrl_c_in_a_playbook_stops_everything_and_keeps_what_was_done() {
    let slow = Slow::new();
    let apply = slow
        .project
        .infra(["apply", "--auto-approve"])
        .on_terminal()
        .start();
    slow.has_begun();

    apply.press_ctrl_c();

    apply.wait().exits(130);
    slow.nothing_runs();
    // Leaves still to be done, and no lock in the way.
    let plan = Plan::of(&slow.project);
    assert!(
        plan.runs("site")
            .is_superset(&hosts(["leaf-1", "leaf-2", "leaf-3"]))
    );
    assert_eq!(plan.runs("baseline"), hosts([]));
    slow.let_go();
    slow.project.infra(["apply", "--auto-approve"]).succeeds();
    Plan::of(&slow.project).says_nothing_to_do();
}

#[test]
fn after_a_kill_the_next_apply_picks_up_what_is_left() {
    let slow = Slow::new();
    let apply = slow.project.infra(["apply", "--auto-approve"]).start();
    slow.has_begun();

    apply.signal(Signal::KILL);

    apply.wait().exits(137);
    // The kernel tells Ansible that its parent has died.
    slow.nothing_works();
    slow.let_go();
    let plan = Plan::of(&slow.project);
    assert!(
        plan.runs("site")
            .is_superset(&hosts(["leaf-1", "leaf-2", "leaf-3"]))
    );
    slow.project.infra(["apply", "--auto-approve"]).succeeds();
    Plan::of(&slow.project).says_nothing_to_do();
    slow.project.infra(["history", "--verify"]).succeeds();
}

#[test]
fn ctrl_c_in_terraform_loses_no_resource() {
    let aws = Simulator::start();
    let project = Project::federation(&aws);
    let apply = project
        .infra(["apply", "--auto-approve"])
        .on_terminal()
        .start();
    // Terraform abandons a request that is under way, and what comes of it is in no state; so
    // all have been made, and it waits for them to run.
    wait_until("the instances", Duration::from_mins(1), || {
        (aws.machines().len() == 5).then_some(())
    });
    thread::sleep(Duration::from_secs(2));

    apply.press_ctrl_c();

    apply.wait().exits(130);
    // Every instance that was made is in the state: another apply makes only what is missing.
    project.infra(["apply", "--auto-approve"]).succeeds();
    let running = aws
        .machines()
        .into_iter()
        .filter(|machine| machine.state == "running");
    let mut names: Vec<_> = running.map(|machine| machine.name).collect();
    names.sort();
    assert_eq!(
        names,
        ["leaf-1", "leaf-2", "leaf-3", "primary", "secondary"]
    );
    Plan::of(&project).says_nothing_to_do();
}

#[test]
fn a_terminal_is_asked_and_no_means_no() {
    let aws = Simulator::start();
    let project = Project::federation(&aws);

    let apply = project.infra(["apply"]).on_terminal().start();
    apply.wait_for("yes");
    apply.type_text("no\n");

    apply.wait().exits(1);
    assert!(aws.machines().is_empty());
}
