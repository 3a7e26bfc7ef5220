//! Colours: only where they belong, and never needed.

use crate::support::{FEDERATION, TestProject, plan};

fn stdout(env: &[(&str, &str)], args: &[&str]) -> String {
    let mut project = TestProject::new(FEDERATION);
    project.write("plan.json", plan(&[], &[]));
    for (name, value) in env {
        project.env(name, value);
    }
    let mut all = vec!["plan", "--allow-empty", "--plan-json", "plan.json"];
    all.extend(args);
    project.run(&all).stdout
}

#[test]
fn a_pipe_has_no_colours() {
    assert!(!stdout(&[("TERM", "xterm")], &[]).contains('\u{1b}'));
}

#[test]
fn colours_can_be_forced_and_refused() {
    let forced = ("CLICOLOR_FORCE", "1");
    assert!(stdout(&[forced], &[]).contains("\u{1b}[1m"));
    assert!(!stdout(&[forced, ("NO_COLOR", "1")], &[]).contains('\u{1b}'));
    assert!(!stdout(&[forced], &["--no-color"]).contains('\u{1b}'));
    assert!(!stdout(&[forced, ("INFRA_NO_COLOR", "1")], &[]).contains('\u{1b}'));
}

#[test]
fn the_text_is_the_same_with_and_without() {
    let colored = stdout(&[("CLICOLOR_FORCE", "1")], &[]);
    let stripped: String = anstream::adapter::strip_str(&colored).to_string();
    assert_eq!(stripped, stdout(&[], &[]));
}
