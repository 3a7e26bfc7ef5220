//! `infra force-unlock`.

use crate::support::{FEDERATION, TestProject};

#[test]
fn there_is_nothing_to_unlock() {
    let project = TestProject::new(FEDERATION);
    insta::assert_snapshot!(project.run(&["force-unlock", "--yes", "abc"]), @"");
}

#[test]
fn it_asks_and_so_needs_a_terminal() {
    let project = TestProject::new(FEDERATION);
    insta::assert_snapshot!(project.run(&["force-unlock", "abc"]), @"");
}
