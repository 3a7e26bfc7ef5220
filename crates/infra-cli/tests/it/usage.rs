//! Wrong arguments: exit 1, never 2.

use crate::support::TestProject;

#[test]
fn a_wrong_flag() {
    insta::assert_snapshot!(TestProject::empty().run(&["plan", "--detailed-exit"]), @"
    ------- stderr -------
    error: unexpected argument '--detailed-exit' found

      tip: a similar argument exists: '--detailed-exitcode'

    Usage: infra plan --detailed-exitcode

    For more information, try '--help'.
    [exit status: 1]
    ");
}

#[test]
fn an_unknown_verb() {
    insta::assert_snapshot!(TestProject::empty().run(&["aply"]), @"
    ------- stderr -------
    error: unrecognized subcommand 'aply'

      tip: a similar subcommand exists: 'apply'

    Usage: infra [OPTIONS] <COMMAND>

    For more information, try '--help'.
    [exit status: 1]
    ");
}

#[test]
fn no_verb_at_all_prints_the_help_and_fails() {
    let outcome = TestProject::empty().run(&[]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(1), ""));
    assert!(
        outcome.stderr.contains("Usage: infra [OPTIONS] <COMMAND>"),
        "{outcome}"
    );
}

#[test]
fn a_state_needs_a_plan_beside_it() {
    insta::assert_snapshot!(TestProject::empty().run(&["plan", "--state", "x"]), @"
    ------- stderr -------
    error: the following required arguments were not provided:
      --plan-json <FILE>

    Usage: infra plan --plan-json <FILE> --state <FILE>

    For more information, try '--help'.
    [exit status: 1]
    ");
}

#[test]
fn a_length_of_time_without_a_unit() {
    insta::assert_snapshot!(TestProject::empty().run(&["plan", "--lock-timeout", "10"]), @"
    ------- stderr -------
    error: invalid value '10' for '--lock-timeout <DURATION>': expected a length of time such as 30s, 10m or 1h30m

    For more information, try '--help'.
    [exit status: 1]
    ");
}

#[test]
fn global_flags_stand_before_or_after_the_verb() {
    let project = TestProject::empty();
    let before = project.run(&["-C", "nowhere", "--stack", "x", "plan"]);
    let after = project.run(&["plan", "--stack", "x", "-C", "nowhere"]);
    assert_eq!(before.to_string(), after.to_string());
    assert_eq!(before.code, Some(1));
}

#[test]
fn an_apply_without_a_terminal_asks_for_auto_approve() {
    let project = TestProject::new("stack \"a\" {\n  terraform { dir = \"x\" }\n}\n");
    insta::assert_snapshot!(project.run(&["apply"]), @"
    ------- stderr -------
    error: there is no terminal to ask for approval on
    hint: give --auto-approve, or save a decision with `infra plan --out FILE`, look at it, and give `infra apply FILE`
    [exit status: 1]
    ");
}

#[test]
fn a_schema_that_there_is_not() {
    insta::assert_snapshot!(TestProject::empty().run(&["schema", "plna"]), @r#"
    ------- stderr -------
    error: there is no schema "plna"
    hint: did you mean "plan"?
    hint: there is: plan, apply, drift, verify, inventory, inputs, explain, history, history-verify, init, validate, doctor, force-unlock, state-backup, state-list, state-restore, backend-init, event
    [exit status: 1]
    "#);
}
