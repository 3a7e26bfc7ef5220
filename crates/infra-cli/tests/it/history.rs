//! `infra history`.

use crate::support::{FEDERATION, TestProject};

#[test]
fn a_stack_that_never_ran_has_none() {
    let project = TestProject::new(FEDERATION);
    insta::assert_snapshot!(project.run(&["history"]), @"
    federation: no run yet
    [exit status: 0]
    ");
    insta::assert_snapshot!(project.run(&["history", "--verify"]), @"
    federation: the ledger is whole: 0 records
      $DIR/.infra/federation/ledger
    [exit status: 0]
    ");
}

#[test]
fn a_damaged_ledger_exits_with_1() {
    let project = TestProject::new(FEDERATION);
    project.write(".infra/federation/ledger/0000000001.json", "not a record\n");
    let outcome = project.run(&["history", "--verify"]);
    assert_eq!(outcome.code, Some(1), "{outcome}");
}
