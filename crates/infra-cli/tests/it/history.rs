//! `infra history`.

use crate::support::{FEDERATION, TestProject};

#[test]
fn a_stack_that_never_ran_has_none() {
    let project = TestProject::new(FEDERATION);
    insta::assert_snapshot!(project.run(&["history"]), @"");
    insta::assert_snapshot!(project.run(&["history", "--verify"]), @"");
}

#[test]
fn a_damaged_ledger_exits_with_1() {
    let project = TestProject::new(FEDERATION);
    project.write(".infra/federation/ledger/0000000001.json", "not a record\n");
    let outcome = project.run(&["history", "--verify"]);
    assert_eq!(outcome.code, Some(1), "{outcome}");
}
