//! First contact: waiting until new hosts can be configured.

use std::collections::{BTreeMap, BTreeSet};

use infra_core::hint::Hint as _;
use infra_core::inventory::{Host, Inventory};
use infra_core::ledger::Index;
use infra_exec::ssh::{Contact, ContactEvent, HostKeys, Phase};

use super::error::ApplyError;
use super::run::Run;
use crate::event::{Event, Observer};
use crate::reach::{self, Targets, Variables};
use crate::tools;

impl Run<'_> {
    /// Waits for the hosts that were never reached, or not at this address. Returns those
    /// that can't be configured, each with the reason.
    pub(super) async fn contact(
        &mut self,
        inventory: &Inventory,
        variables: &Variables,
        hosts: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, String>, ApplyError> {
        let ssh = tools::ssh(self.project)?;
        let Targets {
            waits,
            misaddressed: mut failed,
        } = reach::targets(self.project, inventory, variables, hosts);
        let keys = HostKeys::new(self.known_hosts());
        let settings = &self.project.stack.ansible;
        for (args, targets) in waits {
            let contact = Contact::new(&ssh, keys.clone())
                .ssh_args(args)
                .deadline(settings.first_contact)
                .cloud_init(settings.cloud_init);
            let observer = self.context.observer;
            let results = contact
                .wait(&self.context.runner, &targets, &|event| {
                    tell(observer, event);
                })
                .await;
            for (target, result) in targets.iter().zip(results) {
                if let Err(error) = result {
                    self.context.warn(error.to_string(), error.hints());
                    failed.insert(target.name().to_owned(), error.to_string());
                }
            }
        }
        Ok(failed)
    }

    /// The file that keeps the keys of hosts.
    pub(super) fn known_hosts(&self) -> std::path::PathBuf {
        self.project.state_dir().join("known_hosts").into()
    }
}

/// The hosts that were configured before, and are still the same machine at the same place.
pub(super) fn met(inventory: &Inventory, index: &Index) -> BTreeSet<String> {
    let playbooks = index.successes.playbooks();
    let same = |(name, now): &(&String, &Host)| {
        let configured = playbooks
            .iter()
            .any(|playbook| index.success(playbook, name).is_some());
        let before = index.inventory.get(*name).filter(|_| configured);
        before.is_some_and(|before| {
            let unmoved = |variable: &str| {
                before.vars.get(variable).map(|value| &value.0) == now.vars.get(variable)
            };
            before.identity == now.identity && unmoved("ansible_host") && unmoved("ansible_port")
        })
    };
    inventory
        .hosts
        .iter()
        .filter(same)
        .map(|(name, _)| name.clone())
        .collect()
}

fn tell(observer: &dyn Observer, event: ContactEvent<'_>) {
    let (host, step, message) = match event {
        ContactEvent::Waiting { host, phase } => (host, phase_name(phase), None),
        ContactEvent::Retry {
            host, phase, error, ..
        } => (host, phase_name(phase), Some(error.to_owned())),
        ContactEvent::Ready { host, ready } => (host, "ready", Some(ready.cloud_init.to_string())),
        ContactEvent::Failed { host, error } => (host, "failed", Some(error.to_string())),
    };
    observer.event(&Event::Contact {
        host: host.to_owned(),
        step: step.to_owned(),
        message,
    });
}

fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::Tcp => "tcp",
        Phase::Banner => "banner",
        Phase::Login => "login",
        Phase::CloudInit => "cloud-init",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use infra_core::json::Value;
    use infra_core::ledger::{Entry, OwnedValue, RecordedHost};

    fn host(identity: &str, address: &'static str) -> Host {
        Host {
            identity: Some(identity.to_owned()),
            vars: [("ansible_host".to_owned(), Value::from(address))].into(),
            ..Host::default()
        }
    }

    #[test]
    fn a_host_is_met_again_when_the_machine_or_its_address_is_another() {
        let recorded = RecordedHost {
            identity: Some("i-1".to_owned()),
            vars: [(
                "ansible_host".to_owned(),
                OwnedValue(Value::from("192.0.2.1")),
            )]
            .into(),
            ..RecordedHost::default()
        };
        let success = Entry {
            fingerprint: infra_core::digest::Digest::of(b""),
            sequence: 1,
            sections: Vec::new(),
            at: String::new(),
        };
        let names = ["same", "moved", "replaced", "never"];
        let mut index = Index {
            inventory: names
                .iter()
                .map(|name| ((*name).to_owned(), recorded.clone()))
                .collect(),
            ..Index::default()
        };
        for name in names.iter().filter(|name| **name != "never") {
            let (playbook, host) = ("site".to_owned(), (*name).to_owned());
            index.successes.insert(playbook, host, success.clone());
        }
        let inventory = Inventory {
            hosts: [
                ("same".to_owned(), host("i-1", "192.0.2.1")),
                ("moved".to_owned(), host("i-1", "192.0.2.9")),
                ("replaced".to_owned(), host("i-2", "192.0.2.1")),
                ("never".to_owned(), host("i-1", "192.0.2.1")),
                ("new".to_owned(), host("i-3", "192.0.2.3")),
            ]
            .into(),
            ..Inventory::default()
        };
        assert_eq!(met(&inventory, &index), BTreeSet::from(["same".to_owned()]));
    }
}
