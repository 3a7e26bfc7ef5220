//! What is wrong with a shared backend: one clear error each, and nothing lost.

use std::fs;

use serde_json::json;

use super::stack::{Kind, Stack};

#[test]
fn a_bucket_that_is_not_there_and_credentials_that_are_no_good() {
    let stack = Stack::unmade(Kind::Object);
    stack
        .infra(["apply", "--auto-approve"])
        .output()
        .exits(1)
        .complains("there is no such bucket")
        .complains("infra backend init");
    stack.infra(["backend", "init"]).succeeds();
    stack.terraform(["init", "-input=false"]).succeeds();
    stack
        .infra(["apply", "--auto-approve"])
        .env("AWS_ACCESS_KEY_ID", "")
        .env("AWS_SECRET_ACCESS_KEY", "")
        .output()
        .exits(1)
        .complains("no AWS credentials were found")
        .complains("AWS_PROFILE");
    for (status, code, expected, hint) in [
        (
            400,
            "ExpiredToken",
            "credentials have expired",
            "sign in again",
        ),
        (301, "PermanentRedirect", "in another region", "region"),
        (
            403,
            "RequestTimeTooSkewed",
            "too far apart",
            "set the clock",
        ),
    ] {
        stack
            .aws
            .faults(&json!([{"path": "^/states", "status": status, "code": code}]));
        stack
            .infra(["apply", "--auto-approve"])
            .output()
            .exits(1)
            .complains(expected)
            .complains(hint);
    }
    stack.aws.faults(&json!([]));
    stack.apply();
}

#[test]
fn a_spool_that_is_torn_and_a_record_of_a_later_version_stop_a_run_before_it_begins() {
    let stack = Stack::new(Kind::Object);
    stack.apply();
    let spool = stack.project.root().join(".infra/shared/spool");
    fs::create_dir_all(&spool).unwrap();
    let record = spool.join("0000000099.json");
    for (text, expected) in [
        ("{\"version\":1,\"sequ", "is damaged"),
        ("{\"version\":9,\"sequence\":99}", "has version 9"),
    ] {
        fs::write(&record, text).unwrap();
        stack
            .infra(["apply", "--auto-approve"])
            .output()
            .exits(1)
            .complains(expected);
        assert_eq!(
            fs::read_to_string(&record).unwrap(),
            text,
            "nothing is lost"
        );
    }
    fs::remove_file(&record).unwrap();
    stack.apply();
}
