//! A stack whose state is in S3: two machines that Terraform only pretends to make, configured
//! by Ansible over its `local` connection.

use std::fs;

use camino::Utf8PathBuf;
use infra_testkit::{Project, Run, Simulator, copy_tree};

/// Which lock Terraform's backend block asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Object,
    Item,
    Both,
    None,
}

impl Kind {
    fn attributes(self) -> &'static str {
        match self {
            Self::Object => "use_lockfile = true",
            Self::Item => "dynamodb_table = \"locks\"",
            Self::Both => "use_lockfile = true\n    dynamodb_table = \"locks\"",
            Self::None => "",
        }
    }
}

/// A stack in a shared backend.
pub(super) struct Stack {
    pub(super) aws: Simulator,
    pub(super) project: Project,
}

const CONFIG: &str = r#"
stack "shared" {
  terraform { dir = "terraform" }
  backend "s3" {}
  inventory {
    vars = { ansible_python_interpreter = "/usr/bin/python3" }
    hosts "terraform_data" {
      name    = self.input.name
      address = self.input.address
      groups  = ["machines"]
      vars    = { ansible_connection = "local" }
    }
  }
  playbook "site" {
    path  = "ansible/site.yml"
    hosts = ["machines"]
  }
}
"#;

/// Writes down that it ran, and fails where two run at once.
const PLAYBOOK: &str = r#"
- hosts: machines
  gather_facts: false
  tasks:
    - name: be alone
      ansible.builtin.command: mkdir DISK/{{ inventory_hostname }}.busy
    - name: wait for a sign
      ansible.builtin.command: /bin/sh -c 'while test -e DISK/wait; do sleep 0.1; done'
    - name: work
      ansible.builtin.shell: echo '{{ lookup("file", "motto") }}' >> DISK/{{ inventory_hostname }}.runs
    - name: be done
      ansible.builtin.command: rmdir DISK/{{ inventory_hostname }}.busy
"#;

impl Stack {
    /// A stack with bucket, table and an initialised root module; nothing is applied.
    pub(super) fn new(kind: Kind) -> Self {
        let stack = Self::unmade(kind);
        stack.infra(["backend", "init"]).output();
        stack.terraform(["init", "-input=false"]).succeeds();
        stack
    }

    /// A stack whose bucket and table are yet to be made.
    pub(super) fn unmade(kind: Kind) -> Self {
        let aws = Simulator::start();
        let project = Project::new(&aws);
        let stack = Self { aws, project };
        fs::create_dir(stack.disk()).unwrap();
        let playbook = PLAYBOOK.replace("DISK", stack.disk().as_str());
        let main = format!(
            r#"
terraform {{
  backend "s3" {{
    bucket = "states"
    key    = "shared/terraform.tfstate"
    region = "eu-central-1"
    {}
    use_path_style              = true
    skip_credentials_validation = true
    skip_requesting_account_id  = true
  }}
}}
variable "size" {{ default = "small" }}
resource "terraform_data" "machine" {{
  for_each = {{ alpha = "127.0.0.1", beta = "127.0.0.2" }}
  input    = {{ name = each.key, address = each.value, size = var.size }}
}}
"#,
            kind.attributes()
        );
        for (path, text) in [
            ("terraform/main.tf", main.as_str()),
            ("infra.hcl", CONFIG),
            ("ansible/site.yml", &playbook),
            ("ansible/files/motto", "first\n"),
        ] {
            stack.project.write(path, text);
        }
        stack
    }

    /// Where the machines have their disks: beside the project, the same for all copies of it.
    pub(super) fn disk(&self) -> Utf8PathBuf {
        self.project.root().parent().unwrap().join("disks")
    }

    /// What a machine has done, one line for each run of the playbook.
    pub(super) fn runs(&self, machine: &str) -> Vec<String> {
        let path = self.disk().join(format!("{machine}.runs"));
        let text = fs::read_to_string(path).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// A copy of the project on what could be another machine: it has a ledger cache, ids and
    /// a Terraform directory of its own.
    pub(super) fn copy(&self, name: &str) -> Utf8PathBuf {
        let to = self.project.root().parent().unwrap().join(name);
        copy_tree(self.project.root(), &to);
        to
    }

    /// `infra` in the project.
    pub(super) fn infra<const N: usize>(&self, arguments: [&str; N]) -> Run {
        self.project.infra(arguments)
    }

    /// Terraform in the root module, as a colleague runs it.
    pub(super) fn terraform<const N: usize>(&self, arguments: [&str; N]) -> Run {
        self.project.terraform("terraform", arguments)
    }

    /// Applies, without asking.
    #[track_caller]
    pub(super) fn apply(&self) {
        self.infra(["apply", "--auto-approve"]).succeeds();
    }

    /// Makes playbooks wait until [`go_on`](Self::go_on).
    pub(super) fn hold(&self) {
        fs::write(self.disk().join("wait"), "").unwrap();
    }

    /// Lets playbooks that wait go on.
    pub(super) fn go_on(&self) {
        fs::remove_file(self.disk().join("wait")).unwrap();
    }

    /// Waits until a playbook is under way.
    pub(super) fn wait_until_busy(&self) {
        let busy = self.disk().join("alpha.busy");
        infra_testkit::wait_until(
            "the playbook to begin",
            std::time::Duration::from_mins(2),
            || busy.exists().then_some(()),
        );
    }
}
