//! The instances were restarted, and every public address is another.

use serde_json::{Value, json};

use crate::plan_document::{Plan, applied_federation, hosts};

#[test]
fn a_restart_is_benign_and_reruns_only_what_reads_addresses() {
    let (aws, project) = applied_federation();
    Plan::of(&project).says_nothing_to_do();
    project.infra(["plan", "--detailed-exitcode"]).succeeds();

    aws.restart_all();

    // Terraform has nothing to do, and the drift section has nothing to read.
    let drift = project.infra_json(["drift"]);
    assert_eq!(drift["summary"]["material"], 0, "{drift:#}");
    assert_eq!(drift["summary"]["benign"], 5, "{drift:#}");
    for entry in drift["drift"].as_array().unwrap() {
        let is_instance = entry["address"]
            .as_str()
            .unwrap()
            .starts_with("aws_instance.");
        assert_eq!(
            entry["class"],
            if is_instance { "benign" } else { "equal" },
            "{entry:#}"
        );
        assert_eq!(
            entry["rule"],
            if is_instance {
                json!("ephemeral-address")
            } else {
                Value::Null
            }
        );
    }
    assert_eq!(drift["unused_rules"], json!([]));
    project.infra(["drift", "--detailed-exitcode"]).succeeds();

    // The addresses are inputs where they are read, and nowhere else.
    let plan = Plan::of(&project);
    assert_eq!(plan.document()["verdict"], "changes");
    for action in ["create", "update", "replace", "delete"] {
        assert_eq!(plan.document()["terraform"][action], 0);
    }
    let changed = plan.document()["inventory"]["changed"].as_array().unwrap();
    assert_eq!(changed.len(), 5, "{changed:#?}");
    assert!(changed.iter().all(|host| {
        host["vars"]
            .as_array()
            .unwrap()
            .contains(&json!("ansible_host"))
    }));
    assert_eq!(plan.runs("baseline"), hosts([]));
    assert_eq!(plan.runs("site"), hosts(["primary", "secondary"]));
    let reasons = plan.reasons("site", "primary");
    assert!(
        reasons.contains(&"hostvars[leaf-1].ansible_host"),
        "{reasons:?}"
    );
    project
        .infra(["plan", "--detailed-exitcode"])
        .output()
        .exits(2);

    // What is written comes from the same refresh as the decision, not from the old state.
    project.infra(["apply", "--auto-approve"]).succeeds();
    let configuration = aws.machine("secondary").read("prometheus/prometheus.yml");
    for leaf in ["leaf-1", "leaf-2", "leaf-3"] {
        let address = aws.machine(leaf).public_ip.unwrap();
        assert!(
            configuration.contains(&format!("\"{address}:9090\"")),
            "{configuration}"
        );
    }
    Plan::of(&project).says_nothing_to_do();
    project.infra(["plan", "--detailed-exitcode"]).succeeds();
}

#[test]
fn the_inventory_is_the_same_from_every_kind_of_state() {
    let (aws, project) = applied_federation();
    let state = project.terraform("terraform", ["show", "-json"]).succeeds();
    project.write("shown.json", &state.stdout);

    let from_raw = project
        .infra([
            "inventory",
            "--list",
            "--state",
            "terraform/terraform.tfstate",
        ])
        .succeeds();
    let from_shown = project
        .infra(["inventory", "--list", "--state", "shown.json"])
        .succeeds();

    assert_eq!(from_raw.stdout, from_shown.stdout);
    let inventory = from_raw.json();
    for machine in aws.machines() {
        let address = &inventory["_meta"]["hostvars"][&machine.name]["ansible_host"];
        assert_eq!(*address, machine.public_ip.unwrap());
    }
    assert_eq!(
        inventory["leaf"]["hosts"],
        json!(["leaf-1", "leaf-2", "leaf-3"])
    );
}
