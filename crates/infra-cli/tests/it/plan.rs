//! `infra plan` from recorded documents.

use serde_json::json;

use crate::support::{FEDERATION, TestProject, WITH_PLAYBOOK, change, instance, plan, recording};

#[test]
fn nothing_is_said_in_a_few_lines() {
    let project = TestProject::new("stack \"web\" {\n  terraform { dir = \"tf\" }\n}\n");
    project.write("plan.json", plan(&[], &[]));
    let outcome = project.run(&["plan", "--plan-json", "plan.json"]);
    insta::assert_snapshot!(outcome, @"");
}

#[test]
fn restarted_instances_are_nothing_to_do() {
    let project = TestProject::new(FEDERATION);
    project.write("plan.json", recording("restarted-instances/plan.json"));
    let outcome = project.run(&["plan", "--plan-json", "plan.json", "--detailed-exitcode"]);
    insta::assert_snapshot!(outcome, @"");
}

#[test]
fn a_single_consequence_is_proven_step_by_step() {
    let project = TestProject::new(FEDERATION);
    project.write("plan.json", recording("address-in-dns/plan.json"));
    let outcome = project.run(&["plan", "--plan-json", "plan.json", "--detailed-exitcode"]);
    insta::assert_snapshot!(outcome, @"");
}

#[test]
fn verbose_unfolds_every_proof() {
    let project = TestProject::new(FEDERATION);
    project.write("plan.json", recording("restarted-instances/plan.json"));
    let outcome = project.run(&["plan", "-v", "--plan-json", "plan.json"]);
    assert!(
        outcome
            .stdout
            .contains("terraform_data.via_local: input reads aws_instance.primary.public_ip"),
        "{outcome}"
    );
    assert!(!outcome.stdout.contains("-v shows"), "{outcome}");
}

#[test]
fn changes_have_terraforms_symbols() {
    let project = TestProject::new("stack \"web\" {\n  terraform { dir = \"tf\" }\n}\n");
    let (old, new) = (json!({ "size": 1 }), json!({ "size": 2 }));
    let none = json!(null);
    let changes = [
        change("aws_ebs_volume.new", &["create"], none.clone(), new.clone()),
        change(
            "aws_ebs_volume.grown",
            &["update"],
            old.clone(),
            new.clone(),
        ),
        change(
            "aws_ebs_volume.other",
            &["delete", "create"],
            old.clone(),
            new.clone(),
        ),
        change(
            "aws_ebs_volume.spare",
            &["create", "delete"],
            old.clone(),
            new,
        ),
        change(
            "aws_ebs_volume.gone",
            &["delete"],
            old.clone(),
            none.clone(),
        ),
        change("aws_ebs_volume.left", &["forget"], old, none),
    ];
    project.write("plan.json", plan(&[], &changes));
    let outcome = project.run(&["plan", "--plan-json", "plan.json", "--detailed-exitcode"]);
    insta::assert_snapshot!(outcome, @"");
}

#[test]
fn unexpected_drift_is_shown_in_full() {
    let project = TestProject::new(FEDERATION);
    project.write(
        "plan.json",
        recording("association-forces-replacement/plan.json"),
    );
    let outcome = project.run(&["plan", "--plan-json", "plan.json"]);
    insta::assert_snapshot!(outcome, @"");
}

#[test]
fn a_playbook_that_never_ran_runs_on_every_host() {
    let project = TestProject::new(WITH_PLAYBOOK);
    project.write(
        "site.yml",
        "- hosts: all\n  gather_facts: false\n  tasks: []\n",
    );
    let resources = [
        instance("leaf1", "192.0.2.1"),
        instance("leaf2", "192.0.2.2"),
    ];
    project.write("plan.json", plan(&resources, &[]));
    let outcome = project.run(&[
        "plan",
        "-q",
        "--plan-json",
        "plan.json",
        "--detailed-exitcode",
    ]);
    insta::assert_snapshot!(outcome, @"");
}

#[test]
fn a_forced_playbook_says_so_and_an_unknown_one_is_an_error() {
    let project = TestProject::new(WITH_PLAYBOOK);
    project.write(
        "site.yml",
        "- hosts: all\n  gather_facts: false\n  tasks: []\n",
    );
    project.write("plan.json", plan(&[instance("leaf1", "192.0.2.1")], &[]));
    let outcome = project.run(&["plan", "-q", "--plan-json", "plan.json", "--force"]);
    assert!(
        outcome.stdout.contains("a run is asked for (--force)"),
        "{outcome}"
    );
    let outcome = project.run(&[
        "plan",
        "-q",
        "--plan-json",
        "plan.json",
        "--force=prometeus",
    ]);
    insta::assert_snapshot!(outcome, @"");
}

#[test]
fn a_stream_has_no_values_and_says_so_once() {
    let project = TestProject::new(FEDERATION);
    let stream = recording("restarted-instances/stream.jsonl");
    let outcome = project.run_with(&["plan", "--plan-json", "-"], &stream);
    insta::assert_snapshot!(outcome, @"");
}

#[test]
fn text_from_the_cloud_cannot_steer_the_terminal() {
    let project = TestProject::new("stack \"web\" {\n  terraform { dir = \"tf\" }\n}\n");
    let evil = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{202e}";
    let address = format!("aws_ebs_volume.x[\"{evil}\"]");
    let changes = [change(
        &address,
        &["create"],
        json!(null),
        json!({ "size": 1 }),
    )];
    project.write("plan.json", plan(&[], &changes));
    let outcome = project.run(&["plan", "--plan-json", "plan.json"]);
    assert!(
        !outcome.stdout.contains(['\u{1b}', '\u{7}', '\u{202e}']),
        "{outcome}"
    );
    assert!(outcome.stdout.contains("\\x1b[2J"), "{outcome}");
}
