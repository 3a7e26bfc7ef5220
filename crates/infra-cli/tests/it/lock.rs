//! `infra force-unlock`.

use crate::support::{FEDERATION, TestProject};

#[test]
fn there_is_nothing_to_unlock() {
    let project = TestProject::new(FEDERATION);
    insta::assert_snapshot!(project.run(&["force-unlock", "--yes", "abc"]), @r#"
    ------- stderr -------
    error: nobody holds the run lock of stack "federation"
    hint: there is nothing to unlock
    [exit status: 1]
    "#);
}

#[test]
fn it_asks_and_so_needs_a_terminal() {
    let project = TestProject::new(FEDERATION);
    insta::assert_snapshot!(project.run(&["force-unlock", "abc"]), @"
    ------- stderr -------
    error: there is no terminal to ask for approval on
    hint: give --yes
    [exit status: 1]
    ");
}
