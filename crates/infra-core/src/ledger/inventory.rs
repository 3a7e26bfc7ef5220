//! The inventory as the ledger keeps it: without secrets, and back.

use std::collections::BTreeMap;

use super::{OwnedValue, RecordedHost};
use crate::ansible::SecretKey;
use crate::digest::Digest;
use crate::inventory::{Group, Host, Inventory, InventoryDiff, diff};
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
    RecordedHost {
        identity: host.identity.clone(),
        groups: Vec::new(),
        vars: host
            .vars
            .iter()
            .map(|(name, old)| (name.clone(), OwnedValue(record_value(host, name, old, key))))
            .collect(),
        secret: host.secret.clone(),
    }
}

/// A value as it is recorded: of a secret one, a digest.
fn record_value(
    host: &Host,
    name: &String,
    value: &Value<'static>,
    key: &SecretKey,
) -> Value<'static> {
    if host.secret.contains(name) {
        Value::from(Digest::keyed(&key.0, value.to_string().as_bytes()).to_string())
    } else {
        value.clone()
    }
}

/// How an inventory differs from the recorded one. What [`record`] leaves out is no difference.
pub fn changes(
    recorded: &BTreeMap<String, RecordedHost>,
    inventory: &Inventory,
    key: &SecretKey,
) -> InventoryDiff {
    let (mut before, mut after) = (Inventory::default(), Inventory::default());
    for (name, old) in recorded {
        join_groups(&mut before, name, &old.groups);
        match inventory.hosts.get(name) {
            // The values of hosts that stay the same, nearly all, needn't be copied.
            Some(new) if is_as_recorded(new, old, key) => {}
            Some(new) => {
                before.hosts.insert(name.clone(), restore_host(old));
                let new = restore_host(&record_host(new, key));
                after.hosts.insert(name.clone(), new);
            }
            None => {
                before.hosts.insert(name.clone(), Host::default());
            }
        }
    }
    let is_new = |name: &&String| !recorded.contains_key(*name);
    let new = inventory.hosts.keys().filter(is_new);
    after
        .hosts
        .extend(new.map(|name| (name.clone(), Host::default())));
    for (name, group) in &inventory.groups {
        let members = group.hosts.iter();
        let members = members.filter(|host| inventory.hosts.contains_key(*host));
        let group = Group {
            hosts: members.cloned().collect(),
            ..Group::default()
        };
        if !group.hosts.is_empty() {
            after.groups.insert(name.clone(), group);
        }
    }
    diff(&before, &after)
}

/// Whether a record of the host would hold the same, but for its groups.
fn is_as_recorded(host: &Host, recorded: &RecordedHost, key: &SecretKey) -> bool {
    host.identity == recorded.identity
        && host.secret == recorded.secret
        && host.vars.len() == recorded.vars.len()
        && host.vars.iter().zip(&recorded.vars).all(
            |((name, value), (recorded_name, OwnedValue(recorded)))| {
                name == recorded_name
                    && if host.secret.contains(name) {
                        record_value(host, name, value, key) == *recorded
                    } else {
                        value == recorded
                    }
            },
        )
}

/// The inventory that a record holds. Variables of groups, and groups of groups, are not
/// in it.
pub fn restore(hosts: &BTreeMap<String, RecordedHost>) -> Inventory {
    let mut inventory = Inventory::default();
    for (name, recorded) in hosts {
        join_groups(&mut inventory, name, &recorded.groups);
        inventory.hosts.insert(name.clone(), restore_host(recorded));
    }
    inventory
}

fn join_groups(inventory: &mut Inventory, host: &str, groups: &[String]) {
    for group in groups {
        let group = inventory.groups.entry(group.clone()).or_default();
        group.hosts.insert(host.to_owned());
    }
}

fn restore_host(recorded: &RecordedHost) -> Host {
    Host {
        resource: None,
        identity: recorded.identity.clone(),
        vars: recorded
            .vars
            .iter()
            .map(|(name, value)| (name.clone(), value.0.clone()))
            .collect(),
        secret: recorded.secret.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn a_difference_is_that_of_what_would_be_restored() {
        let key = SecretKey([7; 32]);
        let inventory = |hosts: &[(&str, &str, &str, &str)]| {
            let mut inventory = Inventory::default();
            for (name, identity, token, group) in hosts {
                let host = Host {
                    identity: Some((*identity).to_owned()),
                    resource: Some(format!("x.{identity}")),
                    vars: [
                        ("a".to_owned(), Value::from((*identity).to_owned())),
                        ("token".to_owned(), Value::from((*token).to_owned())),
                    ]
                    .into(),
                    secret: ["token".to_owned()].into(),
                };
                inventory.hosts.insert((*name).to_owned(), host);
                let group = inventory.groups.entry((*group).to_owned()).or_default();
                group.hosts.insert((*name).to_owned());
            }
            inventory.groups.entry("empty".to_owned()).or_default();
            inventory
        };
        let all = [
            inventory(&[]),
            inventory(&[("a", "1", "x", "g"), ("b", "2", "x", "g")]),
            inventory(&[("a", "1", "y", "g"), ("b", "2", "x", "h")]),
            inventory(&[("a", "3", "x", "g"), ("c", "2", "x", "g")]),
        ];
        for old in &all {
            for new in &all {
                let recorded = record(old, &key);
                let expected = diff(&restore(&recorded), &restore(&record(new, &key)));
                assert_eq!(changes(&recorded, new, &key), expected);
            }
        }
    }
}
