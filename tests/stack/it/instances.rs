//! Hosts that only their names tell apart, and playbooks on hosts, past `infra`.

use std::time::Duration;

use infra_testkit::{CommandOutput, Project, Simulator};
use serde_json::json;

const CONFIGURATION: &str = include_str!("hosts.tf");

/// A simulated cloud that boots hosts, and a project that makes some in it.
pub(super) fn project() -> (Simulator, Project) {
    let aws = Simulator::start_hosts();
    let project = Project::new(&aws);
    project.make_key("id_ed25519");
    project.write("tf/main.tf", CONFIGURATION);
    project.terraform("tf", ["init", "-input=false"]).succeeds();
    (aws, project)
}

/// Has Terraform make an instance of each name, and no other.
pub(super) fn apply(aws: &Simulator, project: &Project, names: &[&str]) {
    project
        .terraform("tf", ["apply", "-auto-approve", "-input=false"])
        .env("TF_VAR_vpc", &aws.network().vpc)
        .env("TF_VAR_names", &json!(names).to_string())
        .succeeds();
}

/// Runs a playbook on the hosts of `inventory.yml`, as a person would.
pub(super) fn play(
    project: &Project,
    playbook: &str,
    arguments: &[&str],
    deadline: Duration,
) -> CommandOutput {
    project
        .run("ansible-playbook")
        .env("ANSIBLE_CONFIG", "ansible/ansible.cfg")
        .env("ANSIBLE_HOST_KEY_CHECKING", "False")
        .args(["-i", "inventory.yml", "--private-key", "id_ed25519"])
        .args([&format!("ansible/{playbook}")])
        .args(arguments)
        .deadline(deadline)
        .output()
}
