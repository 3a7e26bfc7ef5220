//! A runner inside Terraform that calls ansible-playbook, and how one gets rid of it.

use infra_testkit::{Project, Simulator};
use serde_json::json;

use crate::plan_document::Plan;

/// What people write before they know better: a resource that runs the playbook whenever an
/// address changes. `terraform_data` is the `null_resource` that needs no provider.
const RUNNER: &str = r#"
resource "terraform_data" "run_ansible_playbook" {
  triggers_replace = aws_instance.leaf[*].public_ip

  provisioner "local-exec" {
    command = "ansible-playbook -i ../hosts.ini ../ansible/site.yml"
  }
}
"#;

/// The inventory beside it, of a host that isn't up.
const NOT_UP: &str = "[leaf]\nleaf-1 ansible_host=127.0.0.1 ansible_port=1\n";

const EXAMPLE: &str = include_str!("../../examples/federation/infra.hcl");

#[test]
fn a_runner_that_follows_a_new_address_is_a_consequence_and_nothing_to_apply() {
    let aws = Simulator::start();
    let project = Project::federation(&aws);
    project
        .write("terraform/runner.tf", RUNNER)
        .write("hosts.ini", "[leaf]\n");
    project.infra(["apply", "--auto-approve"]).succeeds();

    aws.restart_all();

    let plan = Plan::of(&project);
    let drift = &plan.document()["drift"];
    let consequences = drift["consequences"].as_array().unwrap();
    let runner = consequences
        .iter()
        .find(|entry| entry["address"] == "terraform_data.run_ansible_playbook")
        .unwrap_or_else(|| panic!("the runner is no consequence: {drift:#}"));
    let because = runner["because"].as_array().unwrap();
    assert!(
        because.contains(&json!("aws_instance.leaf[0]")),
        "{because:?}"
    );
    assert!(!runner["chain"].as_array().unwrap().is_empty());
    for change in plan.document()["terraform"]["changes"].as_array().unwrap() {
        assert_eq!(change["class"], "consequence", "{change:#}");
    }
    project.infra(["drift", "--detailed-exitcode"]).succeeds();
}

#[test]
fn a_tainted_runner_is_replaced_by_a_playbook_block() {
    let aws = Simulator::start();
    let project = Project::federation(&aws);
    project
        .write("terraform/runner.tf", RUNNER)
        .write("hosts.ini", NOT_UP);
    std::fs::remove_file(project.path("infra.hcl")).unwrap();
    // The first run fails, because the host isn't up yet, and taints the runner.
    let apply = project.terraform("terraform", ["apply", "-auto-approve"]);
    apply.output().exits(1).complains("ansible-playbook");
    let plan = project
        .terraform("terraform", ["plan", "-no-color"])
        .succeeds();
    assert!(
        plan.stdout.contains("is tainted, so must be replaced"),
        "{plan}"
    );

    let init = project.infra(["init"]).succeeds();
    let advice = format!("{}{}", init.stdout, init.stderr);
    assert!(advice.contains("removed {"), "{advice}");
    assert!(
        advice.contains("terraform_data.run_ansible_playbook"),
        "{advice}"
    );
    assert!(project.read("infra.hcl").contains("playbook \""));

    // The advice, followed.
    project.write(
        "terraform/runner.tf",
        "removed {\n  from = terraform_data.run_ansible_playbook\n\n  lifecycle {\n    destroy = false\n  }\n}\n",
    );
    project.write("infra.hcl", EXAMPLE);
    project.infra(["apply", "--auto-approve"]).succeeds();

    let plan = project
        .terraform("terraform", ["plan", "-no-color"])
        .succeeds();
    assert!(!plan.stdout.contains("tainted"), "{plan}");
    assert!(
        aws.machine("leaf-1")
            .read("prometheus/prometheus.yml")
            .contains("leaf-1")
    );
    Plan::of(&project).says_nothing_to_do();
}
