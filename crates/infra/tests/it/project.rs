//! A small project in a directory of its own: two machines that Terraform only pretends to
//! make, configured by Ansible over its `local` connection.

use std::sync::Mutex;

use camino::{Utf8Path, Utf8PathBuf};
use infra::apply::{ApplyOptions, ApplyReport};
use infra::event::{Event, Observer};
use infra::exec::process::{Interrupt, Interrupter};
use infra::plan::{PlanOptions, Planned};
use infra::{Context, Open, Project};
use tempfile::TempDir;

/// A project on disk.
pub(crate) struct Sample {
    root: Utf8PathBuf,
    _dir: TempDir,
}

/// Keeps what it is told.
#[derive(Default)]
pub(crate) struct Recorder(pub(crate) Mutex<Vec<Event>>);

impl Observer for Recorder {
    fn event(&self, event: &Event) {
        self.0.lock().unwrap().push(event.clone());
    }
}

const MAIN: &str = r#"
variable "addresses" { default = { alpha = "127.0.0.1", beta = "127.0.0.2" } }
resource "terraform_data" "machine" {
  for_each = var.addresses
  input    = { name = each.key, address = each.value, size = "small" }
}
"#;

const CONFIG: &str = r#"
stack "sample" {
  terraform { dir = "terraform" }
  inventory {
    # Not what discovery finds first on the machine that runs the tests.
    vars = { ansible_python_interpreter = "/usr/bin/python3" }
    hosts "terraform_data" {
      name    = self.input.name
      address = self.input.address
      groups  = ["machines"]
      vars = {
        ansible_connection = "local"
        size               = self.input.size
      }
    }
  }
  playbook "base" {
    path  = "ansible/base.yml"
    hosts = ["machines"]
  }
  playbook "peers" {
    path  = "ansible/peers.yml"
    hosts = ["machines"]
  }
}
"#;

const BASE: &str = r"
- hosts: machines
  gather_facts: false
  roles: [base]
";

const TASKS: &str = r#"
- name: see whether the disk works
  ansible.builtin.command: "test ! -e {{ playbook_dir }}/../../disks/{{ inventory_hostname }}-broken"
  changed_when: false
- name: write the motto
  ansible.builtin.template:
    src: motto.j2
    dest: "{{ playbook_dir }}/../../disks/{{ inventory_hostname }}-motto"
    mode: "0600"
"#;

const PEERS: &str = r#"
- hosts: machines
  gather_facts: false
  tasks:
    - name: write the peers
      ansible.builtin.copy:
        content: "{% for host in groups['machines'] %}{{ hostvars[host].ansible_host }} {% endfor %}"
        dest: "{{ playbook_dir }}/../../disks/{{ inventory_hostname }}-peers"
        mode: "0600"
"#;

impl Sample {
    /// A project whose Terraform is initialized and has nothing applied.
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(dir.path()).unwrap().join("project");
        std::fs::create_dir(&root).unwrap();
        let sample = Self { root, _dir: dir };
        for (path, text) in [
            ("terraform/main.tf", MAIN),
            ("infra.hcl", CONFIG),
            ("ansible/base.yml", BASE),
            ("ansible/roles/base/tasks/main.yml", TASKS),
            ("ansible/roles/base/defaults/main.yml", "motto: steady\n"),
            (
                "ansible/roles/base/templates/motto.j2",
                "{{ motto }} {{ size }}\n",
            ),
            ("ansible/peers.yml", PEERS),
            ("../disks/.keep", ""),
        ] {
            sample.write(path, text);
        }
        sample.terraform(&["init", "-input=false"]);
        sample
    }

    pub(crate) fn root(&self) -> &Utf8Path {
        &self.root
    }

    /// A file on the disk of a machine, outside of the project.
    pub(crate) fn disk(&self, file: &str) -> Utf8PathBuf {
        self.path("../disks").join(file)
    }

    pub(crate) fn path(&self, path: &str) -> Utf8PathBuf {
        self.root().join(path)
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn replace(&self, path: &str, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.path(path)).unwrap();
        assert!(text.contains(from), "{path} has no {from}");
        std::fs::write(self.path(path), text.replace(from, to)).unwrap();
    }

    pub(crate) fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.disk(file)).unwrap()
    }

    pub(crate) fn terraform(&self, args: &[&str]) {
        let output = std::process::Command::new("terraform")
            .args(args)
            .current_dir(self.path("terraform"))
            .env("CHECKPOINT_DISABLE", "1")
            // A setting of the machine that runs the tests must not decide them.
            .env_remove("TF_CLI_CONFIG_FILE")
            .output()
            .expect("terraform must be on PATH: see CONTRIBUTING.md");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    pub(crate) fn open(&self) -> Project {
        Project::open(&Open {
            dir: self.root().to_owned(),
            ..Open::default()
        })
        .unwrap()
    }

    pub(crate) async fn plan(&self) -> Planned {
        self.plan_with(&PlanOptions::default()).await.unwrap()
    }

    pub(crate) async fn plan_with(
        &self,
        options: &PlanOptions,
    ) -> Result<Planned, infra::plan::PlanError> {
        let context = Context::new(&infra::event::Silent, Interrupt::never());
        infra::plan(&context, &self.open(), options).await
    }

    pub(crate) async fn apply(&self) -> ApplyReport {
        self.apply_with(&Recorder::default(), |_| {}).await.unwrap()
    }

    pub(crate) async fn apply_with(
        &self,
        recorder: &Recorder,
        change: impl FnOnce(&mut ApplyOptions<'_>),
    ) -> Result<ApplyReport, infra::apply::ApplyError> {
        let interrupter = Interrupter::new();
        let context = Context::new(recorder, interrupter.interrupt());
        let mut options = ApplyOptions {
            plan: PlanOptions::default(),
            saved: None,
            lock_timeout: std::time::Duration::ZERO,
            approve: &|_| Box::pin(async { true }),
            interrupter,
            info: String::new(),
        };
        change(&mut options);
        infra::apply(&context, &self.open(), options).await
    }
}

/// The hosts that a playbook runs on, by the plan.
pub(crate) fn runs(planned: &Planned, playbook: &str) -> Vec<String> {
    let playbook = planned
        .decision
        .playbooks
        .iter()
        .find(|decision| decision.name == playbook)
        .unwrap();
    playbook
        .running()
        .map(|host| host.host.to_string())
        .collect()
}

/// Why a playbook runs on, or is skipped on, a host.
pub(crate) fn why(planned: &Planned, playbook: &str, host: &str) -> Vec<String> {
    let playbook = planned
        .decision
        .playbooks
        .iter()
        .find(|decision| decision.name == playbook)
        .unwrap();
    let host = playbook
        .hosts
        .iter()
        .find(|decision| *decision.host == *host)
        .unwrap();
    host.reasons
        .iter()
        .map(|reason| format!("{}: {}", reason.input, reason.change))
        .collect()
}
