//! Two applies of one stack at once.

use crate::plan_document::Plan;
use crate::slow_playbook::Slow;

#[test]
fn a_second_apply_is_refused_and_told_who_holds_the_lock() {
    let slow = Slow::new();
    let first = slow.project.infra(["apply", "--auto-approve"]).start();
    slow.has_begun();

    let pid = first.pid().as_raw_nonzero().to_string();
    slow.project
        .infra(["apply", "--auto-approve"])
        .output()
        .exits(1)
        .complains(&pid);

    assert!(!first.has_ended(), "the first is not disturbed");
    slow.let_go();
    first.wait().succeeds();
    Plan::of(&slow.project).says_nothing_to_do();
}

#[test]
fn of_applies_that_start_together_each_change_is_made_once() {
    let slow = Slow::new();
    slow.let_go();
    let applies = [(), (), ()].map(|()| slow.project.infra(["apply", "--auto-approve"]).start());

    let codes = applies.map(|apply| apply.wait().code());

    assert!(codes.contains(&0), "{codes:?}");
    assert!(codes.iter().all(|code| [0, 1].contains(code)), "{codes:?}");
    Plan::of(&slow.project).says_nothing_to_do();
    slow.project.infra(["history", "--verify"]).succeeds();
}
