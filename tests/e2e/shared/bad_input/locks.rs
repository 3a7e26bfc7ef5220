//! A lock that makes no sense, and one of a newer version.

use super::super::stack::{Kind, Stack};
use super::refusal::refused;

const APPLY: [&str; 2] = ["apply", "--auto-approve"];
const ID: &str = "states/shared/terraform.tfstate";
const OBJECT: &str = "shared/terraform.tfstate.tflock";

/// Puts an item into the table, with attributes in the notation of DynamoDB.
fn put_item(stack: &Stack, attributes: &str) {
    let script = format!(
        "boto3.client('dynamodb').put_item(TableName='locks', \
         Item={{'LockID': {{'S': '{ID}'}}, {attributes}}})"
    );
    stack.project.boto(&script).succeeds();
}

/// Runs the command of a hint, which is one of the AWS CLI, by what the CLI is made of.
fn remove_item(stack: &Stack) {
    let script = format!(
        "boto3.client('dynamodb').delete_item(TableName='locks', \
         Key={{'LockID': {{'S': '{ID}'}}}})"
    );
    stack.project.boto(&script).succeeds();
}

#[test]
fn an_item_that_makes_no_sense_is_left_alone() {
    let stack = Stack::new(Kind::Item);
    stack.apply();
    for attributes in [
        "",
        "'Info': {'N': '1'}",
        "'Info': {'S': ''}",
        "'Info': {'S': '{\"ID\":'}",
        "'Info': {'S': '[]'}",
        "'Info': {'S': '{\"ID\":7}'}",
        "'Info': {'S': '{\"Who\":\"somebody\"}'}",
        "'Info': {'BOOL': True}",
    ] {
        put_item(&stack, attributes);
        for verb in [&APPLY[..], &["force-unlock", "--yes", "x"]] {
            refused(&stack, stack.project.infra(verb.iter().copied()))
                .complains("can't be understood")
                .complains("aws dynamodb delete-item --table-name locks")
                .complains("if no run is under way");
        }
    }
    remove_item(&stack);
    stack.apply();
}

#[test]
fn an_object_that_makes_no_sense_is_left_alone() {
    let stack = Stack::new(Kind::Object);
    stack.apply();
    let deep = "[".repeat(100_000);
    for text in ["", "null", "{", "{}", "\u{1b}[2J", &deep] {
        stack.aws.put_object("states", OBJECT, text);
        for verb in [&APPLY[..], &["force-unlock", "--yes", "x"]] {
            let output = refused(&stack, stack.project.infra(verb.iter().copied()));
            output
                .complains("can't be understood")
                .complains("aws s3 rm s3://states/shared/terraform.tfstate.tflock");
            assert!(!output.stderr.contains('\u{1b}'), "{output}");
        }
    }
}

#[test]
fn a_lock_of_a_newer_version_is_left_to_it_whatever_its_fields_mean_by_then() {
    let stack = Stack::new(Kind::Both);
    stack.apply();
    let newer = r#"{"ID":"r-9","Operation":"apply","Who":"ann@elsewhere","Version":"infra 9.0.0","Created":"2026-01-01T00:00:00Z","InfraLock":9,"Pid":{"namespace":1},"Beat":"often"}"#;
    stack.aws.put_object("states", OBJECT, newer);
    refused(&stack, stack.infra(APPLY))
        .complains("the stack is locked by ann@elsewhere")
        .complains("a newer infra made the lock (format 9, this one knows 1)");
    refused(&stack, stack.infra(["force-unlock", "--yes", "r-9"]))
        .complains("was made by a newer infra")
        .complains("use that version to break it");
    let left = stack.aws.store();
    let lock = left.objects.iter().find(|object| object.key == OBJECT);
    assert_eq!(lock.unwrap().newest(), newer);
}
