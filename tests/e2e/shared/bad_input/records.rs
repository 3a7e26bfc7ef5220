//! Records that were torn, and records of a newer version: of the ledger, and of the spool.

use std::fs;

use super::super::stack::{Kind, Stack};
use super::refusal::refused;

const APPLY: [&str; 2] = ["apply", "--auto-approve"];

/// Puts a text into the spool, as the record that comes next.
fn spool(stack: &Stack, text: &[u8]) {
    let spool = stack.project.root().join(".infra/shared/spool");
    fs::create_dir_all(&spool).unwrap();
    fs::write(spool.join(format!("{:010}.json", next(stack))), text).unwrap();
}

/// The number of the record that comes next.
fn next(stack: &Stack) -> usize {
    let store = stack.aws.store();
    let records = store.objects.iter().filter(|object| is_record(&object.key));
    records.count() + 1
}

fn is_record(key: &str) -> bool {
    key.contains("/ledger/0")
}

#[test]
fn a_spool_that_is_torn_at_any_byte_stops_a_run_before_it_begins() {
    // About as many as fit a minute; the library's tests take every byte.
    const STEP: usize = 23;
    let stack = Stack::new(Kind::Object);
    stack.apply();
    let store = stack.aws.store();
    let mut records = store.objects.iter().filter(|object| is_record(&object.key));
    let whole = records.next_back().unwrap().newest().to_owned();
    for length in (0..whole.len()).step_by(STEP) {
        let torn = &whole.as_bytes()[..length];
        spool(&stack, torn);
        let output = refused(&stack, stack.infra(APPLY));
        output
            .complains("in the spool")
            .complains("is damaged")
            .complains("restore");
        let name = format!(".infra/shared/spool/{:010}.json", next(&stack));
        assert_eq!(fs::read(stack.project.path(&name)).unwrap(), torn);
    }
    // The way out that the message names.
    let spool = stack.project.path(".infra/shared/spool");
    fs::rename(&spool, stack.project.path("moved-away")).unwrap();
    stack.apply();
    stack.infra(["history", "--verify"]).succeeds();
}

#[test]
fn records_of_a_newer_version_stop_whoever_decides_by_them() {
    let newer = "{\"version\":9,\"sequence\":1,\"chain\":\"otherwise\"}";
    let stack = Stack::new(Kind::Object);
    stack.apply();
    spool(&stack, newer.as_bytes());
    refused(&stack, stack.infra(APPLY))
        .complains("has version 9; up to 1 is read")
        .complains("a newer infra wrote it: use that version here too");
    fs::remove_dir_all(stack.project.path(".infra/shared/spool")).unwrap();
    stack.apply();

    let key = format!(
        "shared/terraform.tfstate.infra/shared/ledger/{:010}.json",
        next(&stack)
    );
    stack.aws.put_object("states", &key, newer);
    for verb in [&APPLY[..], &["plan"], &["drift"]] {
        refused(&stack, stack.project.infra(verb.iter().copied()))
            .complains("has version 9; up to 1 is read")
            .complains("a newer infra wrote it: use that version here too");
    }
    // On a machine that has no index of its own yet, as well.
    fs::remove_dir_all(stack.project.path(".infra")).unwrap();
    refused(&stack, stack.infra(APPLY)).complains("has version 9; up to 1 is read");
}
