//! Locks and states of others: Terraform beside infra, and hands in the bucket.

use std::fs;

use infra_testkit::{Simulator, Workshop};
use serde_json::json;

/// Puts an item as Terraform elsewhere would, or as nobody should.
fn lock(workshop: &Workshop<'_>, info: &str) {
    let script = format!(
        "boto3.client('dynamodb').put_item(TableName='locks', Item={{'LockID': {{'S': 'states/workshop/terraform.tfstate'}}, 'Info': {{'S': {info:?}}}}})"
    );
    workshop.project.boto(&script).succeeds();
}

fn applied(aws: &Simulator) -> Workshop<'_> {
    let workshop = Workshop::shared(aws);
    let output = workshop.infra(&["apply", "--auto-approve"]).succeeds();
    workshop.heard(&output);
    assert_eq!(workshop.violations_at_rest(), []);
    workshop
}

#[test]
fn a_lock_of_terraform_elsewhere_keeps_infra_out_and_is_left_alone() {
    let aws = Simulator::start();
    let workshop = applied(&aws);
    let info = json!({
        "ID": "0f0f0f0f-1111-2222-3333-444444444444", "Operation": "OperationTypeApply", "Info": "",
        "Who": "ann@elsewhere", "Version": "1.11.4", "Created": "2020-01-01T00:00:00.1Z", "Path": "states/workshop/terraform.tfstate",
    });
    for info in [info.to_string(), "no json".to_owned()] {
        lock(&workshop, &info);
        workshop.change();
        let output = workshop.infra(&["apply", "--auto-approve"]).output();
        workshop.heard(&output);
        output.exits(1);
        if info.contains("ann") {
            // However old it is: a state's write can't be fenced.
            output.complains("ann@elsewhere").complains("0f0f0f0f");
        }
        assert_eq!(workshop.evidence(false).terraform_lock, Some(info));
        assert_eq!(workshop.runs(), 0, "nothing ran");
    }
}

#[test]
fn a_state_that_was_put_back_past_terraform_is_refused() {
    let aws = Simulator::start();
    let workshop = applied(&aws);
    let store = aws.store();
    let state = store.objects[0].newest();
    aws.put_object(
        "states",
        "workshop/terraform.tfstate",
        &state.replace("\"serial\"", " \"serial\""),
    );
    workshop.change();
    let output = workshop.infra(&["apply", "--auto-approve"]).output();
    workshop.heard(&output);
    output
        .exits(1)
        .complains("does not fit the digest that Terraform keeps of it in the table locks")
        .complains("infra doctor --repair");
    assert_eq!(workshop.runs(), 0, "nothing ran");
}

#[test]
fn a_state_that_could_not_be_saved_is_waited_for() {
    let aws = Simulator::start();
    let workshop = applied(&aws);
    workshop.change();
    aws.faults(
        &json!([{"method": "PUT", "path": "^/states/workshop/terraform.tfstate", "status": 503}]),
    );
    let output = workshop.infra(&["apply", "--auto-approve"]).output();
    workshop.heard(&output);
    output.exits(1);
    aws.faults(&json!([]));
    let unsaved = workshop.project.path("terraform/errored.tfstate");
    assert!(unsaved.exists());
    assert_eq!(mode(&unsaved), 0o600, "it holds secrets");

    let output = workshop.infra(&["apply", "--auto-approve"]).output();
    workshop.heard(&output);
    output.exits(1).complains("state push errored.tfstate");

    let push = ["state", "push", "errored.tfstate"];
    workshop.project.terraform("terraform", push).succeeds();
    fs::remove_file(&unsaved).unwrap();
    let output = workshop.infra(&["apply", "--auto-approve"]).succeeds();
    workshop.heard(&output);
    assert_eq!(workshop.violations_at_rest(), []);
}

fn mode(path: &camino::Utf8Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}
