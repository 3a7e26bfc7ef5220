//! A bucket, a table, a region or credentials that are no good.

use serde_json::json;

use super::super::stack::{Kind, Stack};
use super::refusal::refused;

const APPLY: [&str; 2] = ["apply", "--auto-approve"];

#[test]
fn a_bucket_that_is_not_there_and_a_region_that_is_not_its_own() {
    let stack = Stack::unmade(Kind::Object);
    refused(&stack, stack.infra(APPLY))
        .complains("there is no such bucket")
        .complains("infra backend init");
    stack.infra(["backend", "init"]).succeeds();
    stack.terraform(["init", "-input=false"]).succeeds();
    stack.apply();
    for (setting, expected, hint) in [
        (
            "bucket = \"anothers\"",
            "there is no such bucket",
            "check its name",
        ),
        (
            "region = \"us-east-1\"",
            "the bucket is in another region, eu-central-1",
            "set `region = \"eu-central-1\"`",
        ),
    ] {
        let block = format!("backend \"s3\" {{ {setting} }}");
        stack.project.edit("infra.hcl", "backend \"s3\" {}", &block);
        for verb in [&APPLY[..], &["plan"], &["history"]] {
            refused(&stack, stack.project.infra(verb.iter().copied()))
                .complains(expected)
                .complains(hint);
        }
        stack.project.edit("infra.hcl", &block, "backend \"s3\" {}");
    }
    stack.apply();
}

#[test]
fn a_table_that_is_not_there() {
    const REMOVE: &str = "boto3.client('dynamodb').delete_table(TableName='locks')";
    // What protects it from going by mistake is no protection from a person.
    const UNPROTECT: &str = "boto3.client('dynamodb').update_table(\
                             TableName='locks', DeletionProtectionEnabled=False)";
    let stack = Stack::new(Kind::Both);
    stack.apply();
    for script in [UNPROTECT, REMOVE] {
        stack.project.boto(script).succeeds();
    }
    refused(&stack, stack.infra(APPLY))
        .complains("there is no such table in this region")
        .complains("infra backend init");
    // The lock object, which comes first, was given back.
    stack.infra(["backend", "init"]).output();
    stack.infra(["doctor", "--repair"]).output();
    stack.apply();
}

#[test]
fn credentials_that_are_no_good() {
    let stack = Stack::new(Kind::Both);
    stack.apply();
    let nobody = |run: infra_testkit::Run| run.env("AWS_ACCESS_KEY_ID", "");
    for verb in [&APPLY[..], &["plan"], &["history"], &["state", "list"]] {
        refused(&stack, nobody(stack.project.infra(verb.iter().copied())))
            .complains("no AWS credentials were found")
            .complains("set AWS_PROFILE");
    }
    refused(
        &stack,
        nobody(stack.infra(APPLY)).env("AWS_PROFILE", "nobody"),
    )
    .complains("`aws configure list-profiles`");

    let [s3, dynamodb] = [json!({"path": "^/states"}), json!({"target": "DynamoDB"})];
    for (place, status, code, expected, hint) in [
        (
            &s3,
            400,
            "ExpiredToken",
            "credentials have expired",
            "sign in again",
        ),
        (
            &dynamodb,
            400,
            "ExpiredTokenException",
            "credentials have expired",
            "sign in again",
        ),
        (
            &s3,
            403,
            "RequestTimeTooSkewed",
            "too far apart",
            "set the clock",
        ),
        (
            &s3,
            403,
            "InvalidAccessKeyId",
            "does not know these",
            "get-caller-identity",
        ),
        (
            &s3,
            403,
            "SignatureDoesNotMatch",
            "does not know these",
            "get-caller-identity",
        ),
        (
            &dynamodb,
            400,
            "UnrecognizedClientException",
            "does not know these",
            "get-caller-identity",
        ),
        (
            &s3,
            403,
            "AccessDenied",
            "do not allow it",
            "docs/backend.md",
        ),
        (
            &dynamodb,
            400,
            "AccessDeniedException",
            "do not allow it",
            "docs/backend.md",
        ),
        (
            &s3,
            503,
            "SlowDown",
            "asks for fewer requests",
            "try again later",
        ),
        (
            &dynamodb,
            400,
            "ProvisionedThroughputExceededException",
            "asks for fewer",
            "try again later",
        ),
        (
            &dynamodb,
            500,
            "InternalServerError",
            "the service answers",
            "try again later",
        ),
    ] {
        let mut rule = place.clone();
        rule["status"] = status.into();
        rule["code"] = code.into();
        stack.aws.faults(&json!([rule]));
        refused(&stack, stack.infra(APPLY))
            .complains(expected)
            .complains(hint);
        stack.aws.faults(&json!([]));
    }
    stack.infra(["plan"]).succeeds();
}

#[test]
fn an_endpoint_that_takes_requests_and_never_answers() {
    let stack = Stack::new(Kind::Object);
    stack.apply();
    stack.aws.faults(&json!([{"path": "^/", "drop": "silent"}]));
    refused(&stack, stack.infra(APPLY))
        .complains("no answer")
        .complains("check the network");
    stack.aws.faults(&json!([]));
    stack.infra(["plan"]).succeeds();
}
