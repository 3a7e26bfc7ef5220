//! The checker of the sweeps, proved on builds of infra that are broken on purpose.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use infra_testkit::invariant::{Invariant, Violation};
use infra_testkit::{Simulator, Workshop};

/// Applies with a broken infra, and returns what the checker finds.
fn found(workshop: &Workshop<'_>, damage: &str) -> Vec<Violation> {
    workshop.change();
    let apply = workshop.broken_infra(damage, &["apply", "--auto-approve"]);
    let output = apply.succeeds();
    workshop.heard(&output);
    workshop.violations_at_rest()
}

#[track_caller]
fn finds(workshop: &Workshop<'_>, damage: &str, expected: Invariant, word: &str) {
    let found = found(workshop, damage);
    assert!(!found.is_empty(), "nothing is found after {damage}");
    for violation in &found {
        assert_eq!(violation.invariant, expected, "{found:#?}");
    }
    assert!(
        found
            .iter()
            .any(|violation| violation.finding.contains(word)),
        "{found:#?}"
    );
}

#[test]
fn a_build_that_works_violates_nothing() {
    let workshop = Workshop::local();
    assert_eq!(found(&workshop, "true"), []);
}

#[test]
fn a_lock_that_is_left_behind_is_found() {
    let damage = r#"echo '{"ID":"r","Pid":4194305}' > .infra/workshop/lock.json"#;
    finds(&Workshop::local(), damage, Invariant::Lock, "still held");
}

#[test]
fn a_record_that_is_lost_is_found() {
    let damage = "rm .infra/workshop/ledger/0000000002.json";
    finds(
        &Workshop::local(),
        damage,
        Invariant::Ledger,
        "record 2 is missing",
    );
}

#[test]
fn a_state_that_goes_back_is_found() {
    let workshop = Workshop::local();
    assert_eq!(
        found(&workshop, "cp terraform/terraform.tfstate ../disks/first"),
        []
    );
    let damage = "cp ../disks/first terraform/terraform.tfstate";
    finds(&workshop, damage, Invariant::Lineage, "fell to");
}

#[test]
fn a_secret_is_found_wherever_it_is() {
    for (damage, place) in [
        ("echo \"$TF_VAR_token\"", "stdout"),
        ("echo \"$TF_VAR_token\" >&2", "stderr"),
        (
            "echo \"$TF_VAR_token\" >> .infra/workshop/log",
            ".infra/workshop/log",
        ),
        ("echo \"$TF_VAR_token\" > \"$HOME/.log\"", ".log"),
        ("sh -c 'sleep 1; true' \"$TF_VAR_token\"", "command line"),
        (
            "mkdir \"$TMPDIR/infra-x\"; echo plan > \"$TMPDIR/infra-x/plan\"",
            "outlived it",
        ),
    ] {
        finds(&Workshop::local(), damage, Invariant::Secret, place);
    }
}

#[test]
fn a_process_that_is_left_running_is_found() {
    let damage = "sleep 60 > /dev/null 2>&1 &";
    finds(&Workshop::local(), damage, Invariant::Process, "sleep 60");
}

#[test]
fn a_success_that_is_none_is_found() {
    let workshop = Workshop::local();
    // An Ansible that says of everything that it was done, and does nothing.
    let real = workshop
        .project
        .run("which")
        .args(["ansible-playbook"])
        .succeeds();
    let script = format!("#!/bin/sh\nexec {} --check \"$@\"\n", real.stdout.trim());
    let shim = workshop.project.path("bin/ansible-that-lies");
    workshop.project.write("bin/ansible-that-lies", &script);
    fs::set_permissions(&shim, fs::Permissions::from_mode(0o755)).unwrap();
    workshop.project.edit(
        "infra.hcl",
        "ansible { vault_password_file = \"vault-password\" }",
        "ansible {\n    vault_password_file = \"vault-password\"\n    binary = \"bin/ansible-that-lies\"\n  }",
    );
    finds(&workshop, "true", Invariant::Done, "base on alpha");
}

#[test]
fn a_state_that_does_not_match_its_digest_is_found() {
    let aws = Simulator::start();
    let workshop = Workshop::shared(&aws);
    assert_eq!(found(&workshop, "true"), []);
    let store = aws.store();
    let state = store.objects[0].newest();
    aws.put_object("states", "workshop/terraform.tfstate", &format!("{state} "));
    let found = workshop.violations_at_rest();
    assert!(
        found
            .iter()
            .any(|violation| violation.invariant == Invariant::Digest),
        "{found:#?}"
    );
}
