//! The inventory as the ledger keeps it: without secrets, and back.

use std::collections::BTreeMap;

use super::{OwnedValue, RecordedHost};
use crate::ansible::SecretKey;
use crate::digest::Digest;
use crate::inventory::{Host, Inventory};
use crate::json::Value;

/// The hosts of an inventory as a record holds them.
pub fn record(inventory: &Inventory, key: &SecretKey) -> BTreeMap<String, RecordedHost> {
    let mut hosts: BTreeMap<String, RecordedHost> = inventory
        .hosts
        .iter()
        .map(|(name, host)| (name.clone(), record_host(host, key)))
        .collect();
    for (name, group) in &inventory.groups {
        for member in &group.hosts {
            if let Some(host) = hosts.get_mut(member) {
                host.groups.push(name.clone());
            }
        }
    }
    hosts
}

fn record_host(host: &Host, key: &SecretKey) -> RecordedHost {
    let value = |name: &String, value: &Value<'static>| {
        if host.secret.contains(name) {
            Value::from(Digest::keyed(&key.0, value.to_string().as_bytes()).to_string())
        } else {
            value.clone()
        }
    };
    RecordedHost {
        identity: host.identity.clone(),
        groups: Vec::new(),
        vars: host
            .vars
            .iter()
            .map(|(name, old)| (name.clone(), OwnedValue(value(name, old))))
            .collect(),
        secret: host.secret.clone(),
    }
}

/// The inventory that a record holds. Variables of groups, and groups of groups, are not
/// in it.
pub fn restore(hosts: &BTreeMap<String, RecordedHost>) -> Inventory {
    let mut inventory = Inventory::default();
    for (name, recorded) in hosts {
        for group in &recorded.groups {
            inventory
                .groups
                .entry(group.clone())
                .or_default()
                .hosts
                .insert(name.clone());
        }
        let host = Host {
            resource: None,
            identity: recorded.identity.clone(),
            vars: recorded
                .vars
                .iter()
                .map(|(name, value)| (name.clone(), value.0.clone()))
                .collect(),
            secret: recorded.secret.clone(),
        };
        inventory.hosts.insert(name.clone(), host);
    }
    inventory
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::Group;

    #[test]
    fn a_recorded_secret_is_a_digest_that_changes_with_the_value() {
        let inventory = |password: &str| Inventory {
            hosts: [(
                "db".to_owned(),
                Host {
                    vars: [
                        ("password".to_owned(), Value::from(password.to_owned())),
                        ("port".to_owned(), Value::from(5432)),
                    ]
                    .into(),
                    secret: ["password".to_owned()].into(),
                    ..Host::default()
                },
            )]
            .into(),
            groups: [(
                "dbs".to_owned(),
                Group {
                    hosts: ["db".to_owned()].into(),
                    ..Group::default()
                },
            )]
            .into(),
            ..Inventory::default()
        };
        let key = SecretKey([7; 32]);
        let recorded = record(&inventory("hunter2"), &key);
        assert!(
            !serde_json::to_string(&recorded)
                .unwrap()
                .contains("hunter2")
        );
        assert_eq!(recorded, record(&inventory("hunter2"), &key));
        assert_ne!(recorded, record(&inventory("hunter3"), &key));
        let restored = restore(&recorded);
        assert_eq!(restored.groups["dbs"].hosts.len(), 1);
        assert_eq!(restored.hosts["db"].vars["port"], Value::from(5432));
    }
}
