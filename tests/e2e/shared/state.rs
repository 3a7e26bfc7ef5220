//! The life of a state in S3.

use std::fs;

use serde_json::json;

use super::stack::{Kind, Stack};

/// Checks a document against the schema of its name, as far as that names what must be there.
fn has_what_its_schema_requires(stack: &Stack, name: &str, document: &serde_json::Value) {
    let schema = stack.infra(["schema", name]).succeeds().json();
    for field in schema["required"].as_array().unwrap() {
        let field = field.as_str().unwrap();
        assert!(
            document.get(field).is_some(),
            "{name} has no {field}: {document:#}"
        );
    }
}

#[test]
fn a_backend_is_made_once_and_then_found_as_it_should_be() {
    let stack = Stack::unmade(Kind::Both);
    let made = stack.project.infra_json(["backend", "init"]);
    let parts = made["parts"].as_array().unwrap();
    assert!(parts.len() >= 8, "{made:#}");
    for part in parts {
        let expected = if part["name"] == "lock" {
            "good"
        } else {
            "made"
        };
        assert_eq!(part["condition"], expected, "{part:#}");
    }
    has_what_its_schema_requires(&stack, "backend-init", &made);
    let again = stack.project.infra_json(["backend", "init"]);
    for part in again["parts"].as_array().unwrap() {
        assert_eq!(part["condition"], "good", "{part:#}");
    }
    // What Terraform says of it is a page, and what to do is one line.
    let early = stack.infra(["doctor"]).output();
    assert!(
        early.stdout.contains("the root module is not initialised"),
        "{early}"
    );
    assert!(!early.stdout.contains("\\n"), "{early}");
    early.exits(1);
    stack.terraform(["init", "-input=false"]).succeeds();
    stack.apply();
    stack.infra(["doctor"]).succeeds();
}

#[test]
fn an_older_state_is_restored_as_a_newer_one_and_nothing_is_at_odds_with_it() {
    let stack = Stack::new(Kind::Both);
    stack.apply();
    let copy = stack.disk().join("copy.tfstate");
    stack.infra(["state", "backup", copy.as_str()]).succeeds();
    stack
        .infra(["state", "backup", copy.as_str()])
        .output()
        .exits(1)
        .complains("is there already")
        .complains("choose another name");
    stack
        .infra(["state", "backup", "nowhere/copy.tfstate"])
        .output()
        .exits(1)
        .complains("nowhere is no directory");
    stack
        .infra(["state", "restore", "--yes", "./copy.tfstate"])
        .output()
        .exits(1)
        .complains("can't read ./copy.tfstate");
    stack
        .project
        .write("terraform/terraform.tfvars", "size = \"large\"\n");
    stack.apply();

    let listed = stack.project.infra_json(["state", "list"]);
    has_what_its_schema_requires(&stack, "state-list", &listed);
    let versions = listed["versions"].as_array().unwrap();
    assert_eq!(versions[0]["present"], true);
    let present = versions[0]["state"]["serial"].as_u64().unwrap();
    let first = versions
        .iter()
        .find(|version| version["state"]["serial"].as_u64() < Some(present))
        .unwrap();
    let version = first["version"].as_str().unwrap();
    let restored = stack
        .project
        .infra_json(["state", "restore", "--yes", version]);
    has_what_its_schema_requires(&stack, "state-restore", &restored);
    assert!(
        restored["after"]["serial"].as_u64() > Some(present),
        "{restored:#}"
    );
    assert!(
        restored["difference"]["resources"]
            .to_string()
            .contains("alpha"),
        "{restored:#}"
    );
    // Terraform itself finds digest, lineage and serial in order.
    stack.terraform(["plan", "-input=false"]).succeeds();
    stack
        .infra(["state", "restore", "--yes", copy.as_str()])
        .succeeds();
    stack.infra(["doctor"]).succeeds();

    let other = fs::read_to_string(&copy).unwrap();
    let (_, lineage) = other.split_once("\"lineage\": \"").unwrap();
    let other = other.replace(&lineage[..8], "00000000");
    fs::write(&copy, other).unwrap();
    stack
        .infra(["state", "restore", "--yes", copy.as_str()])
        .output()
        .exits(1)
        .complains("is a copy of another state");
}

/// Runs Python with boto3 against the bucket of the state.
fn with_bucket(stack: &Stack, call: &str, arguments: &[&str]) {
    let script = format!(
        "object = dict(Bucket='states', Key='shared/terraform.tfstate')\n\
         boto3.client('s3').{call}"
    );
    let boto = stack.project.boto(&script);
    boto.args(arguments.iter().copied()).succeeds();
}

#[test]
fn a_state_that_is_gone_is_restored_from_a_version_or_a_copy_of_it_and_of_no_other() {
    // Where a digest of it is kept, Terraform refuses whatever else is there, and nothing, too.
    for kind in [Kind::Object, Kind::Item, Kind::Both] {
        let stack = Stack::new(kind);
        stack.apply();
        let copy = stack.disk().join("copy.tfstate");
        stack.infra(["state", "backup", copy.as_str()]).succeeds();
        let listed = stack.project.infra_json(["state", "list"]);
        let newest = &listed["versions"][0];
        let serial = newest["state"]["serial"].as_u64();
        for source in [newest["version"].as_str().unwrap(), copy.as_str()] {
            with_bucket(&stack, "delete_object(**object)", &[]);
            stack
                .infra(["apply", "--auto-approve"])
                .output()
                .exits(1)
                .complains("infra state restore");

            let another = stack.disk().join("another.tfstate");
            let text = fs::read_to_string(&copy).unwrap();
            let (_, lineage) = text.split_once("\"lineage\": \"").unwrap();
            fs::write(&another, text.replace(&lineage[..8], "00000000")).unwrap();
            stack
                .infra(["state", "restore", "--yes", another.as_str()])
                .output()
                .exits(1)
                .complains("is a copy of another state");
            let restored = stack
                .project
                .infra_json(["state", "restore", "--yes", source]);
            assert_eq!(restored["difference"]["present_serial"], 0, "{restored:#}");
            assert_eq!(restored["after"]["lineage"], newest["state"]["lineage"]);
            assert!(restored["after"]["serial"].as_u64() > serial);
            let plan = stack.project.infra_json(["plan"]);
            assert_eq!(plan["verdict"], "nothing", "{plan:#}");
        }
        stack.infra(["doctor"]).succeeds();
    }
}

/// Deletes the table, where there is one.
const DELETE_TABLES: &str = r#"
client = boto3.client("dynamodb")
for table in client.list_tables()["TableNames"]:
    client.update_table(TableName=table, DeletionProtectionEnabled=False)
    client.delete_table(TableName=table)
"#;

#[test]
fn a_bucket_that_is_lost_is_made_anew_and_gets_the_state_from_a_copy() {
    for kind in [Kind::Object, Kind::Both] {
        let stack = Stack::new(kind);
        stack.apply();
        let copy = stack.disk().join("copy.tfstate");
        stack.infra(["state", "backup", copy.as_str()]).succeeds();
        stack.project.delete_bucket("states");
        stack.project.boto(DELETE_TABLES).succeeds();
        stack
            .infra(["apply", "--auto-approve"])
            .output()
            .exits(1)
            .complains("infra backend init");

        // As the runbook says.
        stack.infra(["backend", "init"]).output();
        stack
            .terraform(["init", "-reconfigure", "-input=false"])
            .succeeds();
        let restore = ["state", "restore", "--yes", copy.as_str()];
        // This machine knows of records that nobody has any more, and doesn't pass over it.
        let known = stack.project.path(".infra/shared/index");
        stack
            .infra(restore)
            .output()
            .exits(1)
            .complains("the ledger ends with record 0")
            .complains(&format!("remove {known}"));
        fs::remove_file(&known).unwrap();
        stack.infra(restore).succeeds();
        let plan = stack.project.infra_json(["plan"]);
        assert_eq!(plan["terraform"]["create"], 0, "{plan:#}");
        // Nobody knows any more what was done: all of it is done once more, and recorded.
        stack.apply();
        for machine in ["alpha", "beta"] {
            assert_eq!(stack.runs(machine).len(), 2, "{machine}");
        }
        let plan = stack.project.infra_json(["plan"]);
        assert_eq!(plan["verdict"], "nothing", "{plan:#}");
        stack.infra(["history", "--verify"]).succeeds();
        stack.infra(["doctor"]).succeeds();
    }
}

#[test]
fn what_is_not_the_state_that_terraform_keeps_a_digest_of_is_replaced() {
    let stack = Stack::new(Kind::Item);
    stack.apply();
    stack
        .project
        .write("terraform/terraform.tfvars", "size = \"large\"\n");
    let older = stack.disk().join("older.tfstate");
    stack.infra(["state", "backup", older.as_str()]).succeeds();
    stack.apply();
    let text = fs::read_to_string(&older).unwrap();
    for there in ["", "{\"version\": 4, \"ser", text.as_str()] {
        let there = there.replace('\n', " ");
        if there.is_empty() {
            with_bucket(&stack, "delete_object(**object)", &[]);
            let diagnosis = stack.infra(["doctor"]).output();
            diagnosis.exits(1);
            assert!(diagnosis.stdout.contains("is gone, and"), "{diagnosis}");
        } else {
            stack
                .aws
                .put_object("states", "shared/terraform.tfstate", &there);
        }
        stack
            .infra(["apply", "--auto-approve"])
            .output()
            .exits(1)
            .complains("infra state restore");
        stack
            .infra(["state", "restore", "--yes", older.as_str()])
            .succeeds();
        let plan = stack.terraform(["plan", "-input=false", "-detailed-exitcode"]);
        plan.output().exits(2);
        stack.infra(["doctor"]).succeeds();
    }
    stack.apply();
}

#[test]
fn a_stale_digest_is_refused_and_set_right_where_the_ledger_proves_the_state() {
    let stack = Stack::new(Kind::Item);
    stack.apply();
    stack
        .project
        .write("terraform/terraform.tfvars", "size = \"large\"\n");
    // The write of the digest fails for ever; Terraform says that all is well.
    stack.aws.faults(&json!([
        {"target": "PutItem", "body": "-md5", "status": 400, "code": "AccessDeniedException"},
    ]));
    stack
        .infra(["apply", "--auto-approve"])
        .output()
        .exits(1)
        .complains("does not fit the digest");
    stack.aws.faults(&json!([]));
    stack
        .infra(["apply", "--auto-approve"])
        .output()
        .exits(1)
        .complains("infra doctor --repair");
    stack.infra(["doctor"]).output().exits(1);
    stack.infra(["doctor", "--repair"]).succeeds();
    stack.apply();
    stack.terraform(["plan", "-input=false"]).succeeds();
}

#[test]
fn a_stale_digest_is_set_right_also_where_the_records_are_on_this_machine() {
    let stack = Stack::new(Kind::Item);
    stack.project.edit("infra.hcl", "  backend \"s3\" {}\n", "");
    stack.apply();
    stack
        .project
        .write("terraform/terraform.tfvars", "size = \"large\"\n");
    // Terraform is killed between the write of the state and that of its digest.
    stack.aws.faults(&json!([
        {"target": "PutItem", "body": "-md5", "drop": "before", "kill": "client"},
    ]));
    let killed = stack.infra(["apply", "--auto-approve"]).output();
    killed.exits(1);
    stack.aws.faults(&json!([]));
    // The bucket alone proves it, too: as where infra was killed as well.
    fs::remove_dir_all(stack.project.path(".infra/shared")).unwrap();
    let refused = stack.infra(["apply", "--auto-approve"]).output();
    refused
        .exits(1)
        .complains("does not fit the digest")
        .complains("infra doctor --repair");
    let diagnosis = stack.infra(["doctor", "--repair"]).output();
    assert!(
        diagnosis
            .stdout
            .contains("the write of its digest is what is missing"),
        "{diagnosis}"
    );
    let locked = stack.infra(["apply", "--auto-approve"]).output();
    locked.exits(1);
    let words: Vec<&str> = locked.stderr.split_whitespace().collect();
    let id = words
        .windows(2)
        .find(|two| two[0] == "force-unlock")
        .unwrap()[1];
    let id = id.trim_matches('`');
    stack.terraform(["force-unlock", "-force", id]).succeeds();
    stack.apply();
    stack.terraform(["plan", "-input=false"]).succeeds();
}

#[test]
fn a_refused_state_comes_with_the_versions_that_put_it_right() {
    let stack = Stack::new(Kind::Object);
    stack.apply();
    stack
        .project
        .write("terraform/terraform.tfvars", "size = \"large\"\n");
    stack.apply();
    let listed = stack.project.infra_json(["state", "list"]);
    let newest = listed["versions"][0]["version"]
        .as_str()
        .unwrap()
        .to_owned();
    let store = stack.aws.store();
    let object = store
        .objects
        .iter()
        .find(|object| object.key == "shared/terraform.tfstate")
        .unwrap();
    let oldest = object.versions[0].text.clone().unwrap();
    stack
        .aws
        .put_object("states", "shared/terraform.tfstate", &oldest);
    stack
        .infra(["apply", "--auto-approve"])
        .output()
        .exits(1)
        .complains("is older than it was")
        .complains(&format!("infra state restore {newest}"));
    stack
        .infra(["state", "restore", "--yes", &newest])
        .succeeds();
    stack.apply();
}

#[test]
fn what_terraform_could_not_write_stops_the_next_apply_also_where_it_is_torn() {
    let stack = Stack::new(Kind::Object);
    stack.apply();
    let left = stack.project.path("terraform/errored.tfstate");
    fs::write(&left, "{\"version\": 4, \"ser").unwrap();
    stack
        .infra(["apply", "--auto-approve"])
        .output()
        .exits(1)
        .complains("is what Terraform could not write, and it can't be read")
        .complains("terraform import");
    assert!(left.exists(), "nothing is lost");
    fs::remove_file(&left).unwrap();
    stack.apply();
}

#[test]
fn a_state_that_could_not_be_written_is_kept_and_blocks_the_next_apply() {
    let stack = Stack::new(Kind::Item);
    stack.apply();
    stack
        .project
        .write("terraform/terraform.tfvars", "size = \"large\"\n");
    stack.aws.faults(&json!([
        {"method": "PUT", "path": "/states/shared/terraform.tfstate($|\\?)", "status": 503},
    ]));
    stack
        .infra(["apply", "--auto-approve"])
        .output()
        .exits(1)
        .complains("Terraform could not write its state");
    stack.aws.faults(&json!([]));
    stack
        .infra(["apply", "--auto-approve"])
        .output()
        .exits(1)
        .complains("state push errored.tfstate");
    stack
        .terraform(["state", "push", "errored.tfstate"])
        .succeeds();
    stack.apply();
}

#[test]
fn a_second_writer_during_a_run_is_an_incident() {
    let stack = Stack::new(Kind::Item);
    stack.hold();
    let run = stack.infra(["apply", "--auto-approve"]).start();
    stack.wait_until_busy();
    stack
        .terraform([
            "apply",
            "-auto-approve",
            "-input=false",
            "-lock=false",
            "-var=size=huge",
        ])
        .succeeds();
    stack.go_on();
    run.wait()
        .exits(1)
        .complains("somebody else wrote the state");
}

#[test]
fn records_that_s3_was_away_for_are_sent_by_the_next_run() {
    let stack = Stack::new(Kind::Item);
    stack.hold();
    let run = stack.infra(["apply", "--auto-approve"]).start();
    stack.wait_until_busy();
    stack
        .aws
        .faults(&json!([{"method": "PUT", "path": "/states/", "status": 503}]));
    stack.go_on();
    run.wait()
        .exits(1)
        .complains("records of this run are only on this machine");
    // Nobody goes on without them.
    let copy = stack.copy("other");
    fs::remove_dir_all(copy.join(".infra")).unwrap();
    stack.aws.faults(&json!([]));
    stack
        .infra(["plan"])
        .output()
        .complains("only on this machine");
    let runs = stack.runs("alpha");
    stack.apply();
    assert_eq!(stack.runs("alpha"), runs, "what was done is not done again");
    stack.infra(["history", "--verify"]).succeeds();
    stack
        .infra(["apply", "--auto-approve"])
        .dir(&copy)
        .succeeds();
    assert_eq!(stack.runs("alpha"), runs, "the other machine knows of it");
}
