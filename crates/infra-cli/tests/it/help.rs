//! The help of every verb.

use crate::support::TestProject;

#[test]
fn the_whole_command() {
    insta::assert_snapshot!(TestProject::empty().run(&["-h"]), @"");
}

#[test]
fn apply() {
    insta::assert_snapshot!(TestProject::empty().run(&["apply", "--help"]), @"");
}

#[test]
fn every_verb_has_a_short_description_and_examples() {
    let project = TestProject::empty();
    let verbs = [
        "init",
        "validate",
        "plan",
        "apply",
        "drift",
        "inventory",
        "inputs",
        "explain",
        "history",
        "doctor",
        "force-unlock",
        "schema",
        "completions",
    ];
    let list = project.run(&["--help"]).stdout;
    for verb in verbs {
        let outcome = project.run(&[verb, "--help"]);
        assert_eq!(outcome.code, Some(0), "{outcome}");
        assert!(outcome.stdout.contains("\nExamples:\n  "), "{outcome}");
        assert!(list.contains(&format!("\n  {verb} ")), "{list}");
    }
}

#[test]
fn the_version_is_one_line() {
    let outcome = TestProject::empty().run(&["--version"]);
    assert_eq!(
        outcome.stdout,
        format!("infra {}\n", env!("CARGO_PKG_VERSION"))
    );
    assert_eq!(outcome.code, Some(0));
}

#[test]
fn completions_are_a_script_that_names_the_verbs() {
    for shell in ["bash", "zsh", "fish"] {
        let outcome = TestProject::empty().run(&["completions", shell]);
        assert!(outcome.stdout.contains("force-unlock"), "{shell}");
    }
}
