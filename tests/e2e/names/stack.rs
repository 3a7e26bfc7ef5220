//! A stack with names whose hosts are this machine, so that an apply takes seconds.

use std::collections::BTreeMap;

use infra_testkit::{Project, Simulator};
use serde_json::Value;

/// Makes a record of somebody else's for the host that is called so.
const THEIRS: &str = r#"
boto3.client("route53").change_resource_record_sets(HostedZoneId=sys.argv[1], ChangeBatch={"Changes": [{"Action": "CREATE",
    "ResourceRecordSet": {"Name": "theirs.fed.example", "Type": "A", "TTL": 30,
    "ResourceRecords": [{"Value": "198.51.100.1"}]}}]})
"#;

const CONFIG: &str = r#"
stack "named" {
  terraform { dir = "terraform" }
  inventory {
    vars = { ansible_python_interpreter = "/usr/bin/python3" }
    hosts "terraform_data" {
      name    = self.input.name
      address = self.input.address
      groups  = ["machines"]
      vars    = { ansible_connection = "local" }
    }
  }
  dns {
    zone = "fed.example"
    ttl  = 30
  }
  playbook "site" {
    path  = "ansible/site.yml"
    hosts = ["machines"]
  }
}
"#;

/// The block `dns`, as it stands in the configuration.
pub(super) const BLOCK: &str = "  dns {\n    zone = \"fed.example\"\n    ttl  = 30\n  }\n";

const MAIN: &str = r#"
variable "machines" {
  type = map(string)
}
resource "terraform_data" "machine" {
  for_each = var.machines
  input    = { name = each.key, address = each.value }
}
"#;

const PLAYBOOK: &str = r#"
- hosts: machines
  gather_facts: false
  tasks:
    - name: leave a trace
      ansible.builtin.copy:
        content: "{{ ansible_host }}"
        dest: "{{ playbook_dir }}/../{{ inventory_hostname }}.configured"
"#;

/// A stack with names.
pub(super) struct Stack {
    pub(super) aws: Simulator,
    pub(super) project: Project,
}

impl Stack {
    /// A stack of these machines, and a zone that is empty but for somebody else's record.
    pub(super) fn new(machines: &[(&str, &str)]) -> Self {
        let aws = Simulator::start();
        let project = Project::new(&aws);
        for (path, text) in [
            ("terraform/main.tf", MAIN),
            ("infra.hcl", CONFIG),
            ("ansible/site.yml", PLAYBOOK),
        ] {
            project.write(path, text);
        }
        make_zone(&project);
        let stack = Self { aws, project };
        stack.are(machines);
        stack
            .project
            .terraform("terraform", ["init", "-input=false"])
            .succeeds();
        stack
    }

    /// Changes which machines there are, and where.
    pub(super) fn are(&self, machines: &[(&str, &str)]) {
        let entries: Vec<String> = machines
            .iter()
            .map(|(name, address)| format!("{name:?} = {address:?}"))
            .collect();
        let text = format!("machines = {{ {} }}\n", entries.join(", "));
        self.project.write("terraform/terraform.tfvars", &text);
    }

    pub(super) fn apply(&self) {
        self.project.infra(["apply", "--auto-approve"]).succeeds();
    }

    pub(super) fn records(&self) -> BTreeMap<String, Vec<String>> {
        self.project.records()
    }

    pub(super) fn batches(&self) -> usize {
        batches(&self.aws)
    }

    /// Whether the playbook has run on a machine.
    pub(super) fn is_configured(&self, machine: &str) -> bool {
        self.project.path(&format!("{machine}.configured")).exists()
    }
}

/// Makes a zone that is empty but for somebody else's record.
pub(super) fn make_zone(project: &Project) {
    let zone = project.make_zone("fed.example.");
    project.boto(THEIRS).args([zone]).succeeds();
}

/// What a plan does with each name.
pub(super) fn actions(plan: &Value) -> BTreeMap<&str, &str> {
    let changes = plan["dns"].as_array().unwrap();
    changes
        .iter()
        .map(|change| {
            (
                change["name"].as_str().unwrap(),
                change["action"].as_str().unwrap(),
            )
        })
        .collect()
}

/// How often the records were changed.
pub(super) fn batches(aws: &Simulator) -> usize {
    let changes = aws
        .log()
        .into_iter()
        .filter(|request| request.method == "POST" && request.path.contains("/rrset"));
    changes.count()
}
