//! A small project on disk, for the tests of the verbs.

use camino::{Utf8Path, Utf8PathBuf};
use infra_core::ansible::{Fingerprint, Fingerprinter, closure};
use infra_core::inventory::Inventory;
use infra_core::ledger::{RecordEvent, Success, record};
use infra_exec::process::Interrupter;

use crate::context::Context;
use crate::event::Silent;
use crate::files::{FsTree, Texts};
use crate::ledger::Writer;
use crate::place::open_ledger;
use crate::plan::gate::request;
use crate::{Open, Project, secret_key, tools};

/// What `infra.hcl` says unless a test says otherwise.
pub(crate) const CONFIG: &str = r#"stack "demo" {
  terraform {
    dir = "terraform"
  }
  drift {
    benign "ephemeral-public-ip" {
      resources  = ["aws_instance.*"]
      attributes = ["public_ip"]
      reason     = "a new one at every start"
    }
  }
  inventory {
    hosts "aws_instance" {
      name    = self.tags.Name
      address = self.public_ip
      groups  = ["web"]
      vars    = { zone = self.availability_zone }
    }
  }
  playbook "site" {
    path  = "ansible/site.yml"
    hosts = ["web"]
  }
}
"#;

const PLAYBOOK: &str = "- hosts: web\n  tasks:\n    - template: {src: app.j2, dest: /etc/app}\n";

/// A project in a directory that is gone at the end.
pub(crate) struct Scene {
    _kept: tempfile::TempDir,
    pub(crate) root: Utf8PathBuf,
    pub(crate) interrupter: Interrupter,
    context: Context<'static>,
}

impl Scene {
    /// A stack of one instance and one playbook with one template.
    pub(crate) fn new() -> Self {
        let kept = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(kept.path())
            .unwrap()
            .canonicalize_utf8()
            .unwrap();
        let interrupter = Interrupter::new();
        let context = Context::new(&Silent, interrupter.interrupt());
        let scene = Self {
            _kept: kept,
            root,
            interrupter,
            context,
        };
        scene.write("infra.hcl", CONFIG);
        scene.write(
            "terraform/main.tf",
            "resource \"terraform_data\" \"x\" {}\n",
        );
        scene.write("ansible/site.yml", PLAYBOOK);
        scene.write("ansible/templates/app.j2", "one\nzone {{ zone }}\nthree\n");
        scene.write("plan.json", &plan("192.0.2.1", "192.0.2.1"));
        scene
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn open(&self) -> Open {
        Open {
            dir: self.root.clone(),
            ..Open::default()
        }
    }

    pub(crate) fn project(&self) -> Project {
        Project::open(&self.open()).unwrap()
    }

    pub(crate) fn context(&self) -> &Context<'static> {
        &self.context
    }

    /// Records that the playbook has succeeded on every host of this inventory, in a run
    /// that has ended.
    pub(crate) async fn succeeded(&self, inventory: &Inventory) {
        let project = self.project();
        let mut ledger = open_ledger(&project).await.unwrap();
        let key = secret_key::read_or_create(&project.state_dir()).unwrap();
        let writer = Writer {
            run: "run-1".to_owned(),
            who: "ann@desk".to_owned(),
        };
        let ansible = tools::ansible(&project).ok();
        let tree = FsTree::new(&project.root);
        let playbook = &project.stack.playbooks[0];
        let request = request(&project, playbook, inventory, &tree, ansible.as_ref());
        let closure = closure(&request).unwrap();
        let fingerprinter = Fingerprinter::new(&closure, &request, key.clone()).unwrap();
        let mut events = vec![
            RecordEvent::RunStarted {
                infra: "0.1.0".to_owned(),
                command: "apply".to_owned(),
                terraform: Some("1.11.4".to_owned()),
                ansible: Some("2.19.14".to_owned()),
            },
            RecordEvent::Inventory {
                state: None,
                digest: infra_core::digest::Digest::of(b""),
                hosts: record(inventory, &key),
            },
        ];
        for host in inventory.hosts.keys() {
            let fingerprint: Fingerprint = fingerprinter.host(host).unwrap();
            Texts::of(&project).keep(&tree, [&fingerprint]).unwrap();
            let sections = fingerprint.sections();
            ledger
                .append_sections(&writer, sections.iter().map(|section| &**section))
                .await
                .unwrap();
            events.push(RecordEvent::HostSucceeded(Success {
                playbook: playbook.name.clone(),
                host: host.clone(),
                fingerprint: (*fingerprint.digest()).into(),
                sections: sections.iter().map(|s| (*s.digest()).into()).collect(),
                changed: true,
            }));
        }
        events.push(RecordEvent::RunFinished {
            outcome: "done".to_owned(),
        });
        for event in events {
            ledger.append(&writer, event).await.unwrap();
        }
    }
}

/// A plan with nothing to do, of one instance whose address has changed from `old` to `new`.
pub(crate) fn plan(old: &str, new: &str) -> String {
    let values = |address: &str| {
        format!(
            r#"{{"id":"i-1","availability_zone":"eu-1a","public_ip":"{address}","tags":{{"Name":"web1"}}}}"#
        )
    };
    let instance = |more: &str| {
        format!(
            r#"{{"address":"aws_instance.web","mode":"managed","type":"aws_instance","name":"web","provider_name":"registry.terraform.io/hashicorp/aws",{more}}}"#
        )
    };
    let drift = if old == new {
        String::new()
    } else {
        let (before, after) = (values(old), values(new));
        instance(&format!(
            r#""change":{{"actions":["update"],"before":{before},"after":{after},"after_unknown":{{}},"before_sensitive":{{}},"after_sensitive":{{}}}}"#
        ))
    };
    let state = instance(&format!(r#""values":{}"#, values(new)));
    format!(
        r#"{{"format_version":"1.2","terraform_version":"1.11.4","resource_drift":[{drift}],"resource_changes":[],
            "prior_state":{{"format_version":"1.0","values":{{"root_module":{{"resources":[{state}]}}}}}}}}"#
    )
}
