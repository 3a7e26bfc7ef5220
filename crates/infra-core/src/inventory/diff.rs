//! What differs between two inventories.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::model::{Host, Inventory};
use crate::json::Value;

/// What differs between two inventories, in the order of the names.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct InventoryDiff {
    /// Hosts that only the new one has
    pub added: Vec<String>,
    /// Hosts that only the old one has
    pub removed: Vec<String>,
    /// Hosts of both that differ
    pub changed: Vec<HostChange>,
    /// Groups that differ
    pub groups: Vec<GroupChange>,
    /// Variables of the group `all` that differ
    pub vars: Vec<VariableChange>,
}

/// A host that both inventories have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HostChange {
    /// Its name
    pub host: String,
    /// The names of its own variables that differ
    pub vars: Vec<String>,
    /// Those variables before and after
    pub details: Vec<VariableChange>,
    /// Its identity before and after, where that differs: another machine under this name
    #[serde(skip_serializing_if = "Option::is_none")]
    pub machine: Option<(Option<String>, Option<String>)>,
    /// The address of its resource before and after, where that differs
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<(Option<String>, Option<String>)>,
}

/// A variable that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VariableChange {
    /// Its name
    pub name: String,
    /// The old value; absent where there is none, null where it is secret
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value<'static>>,
    /// The new value; absent where there is none, null where it is secret
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value<'static>>,
    /// Whether the values are kept back because they are secret
    pub secret: bool,
}

/// A group that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupChange {
    /// Its name
    pub group: String,
    /// Hosts that are new in it
    pub added: Vec<String>,
    /// Hosts that are no longer in it
    pub removed: Vec<String>,
    /// Child groups that are new in it
    pub children_added: Vec<String>,
    /// Child groups that are no longer in it
    pub children_removed: Vec<String>,
    /// Variables that differ
    pub vars: Vec<VariableChange>,
}

impl InventoryDiff {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Computes what differs between two inventories.
///
/// Of a secret variable it can be told only that it appeared or disappeared: an inventory
/// that was stored does not hold its value.
pub fn diff(old: &Inventory, new: &Inventory) -> InventoryDiff {
    let names: BTreeSet<&String> = old.groups.keys().chain(new.groups.keys()).collect();
    InventoryDiff {
        added: only_in(new.hosts.keys(), |name| old.hosts.contains_key(name)),
        removed: only_in(old.hosts.keys(), |name| new.hosts.contains_key(name)),
        changed: new
            .hosts
            .iter()
            .filter_map(|(name, host)| host_change(name, old.hosts.get(name)?, host))
            .collect(),
        groups: names
            .into_iter()
            .filter_map(|name| group_change(name, old, new))
            .collect(),
        vars: variables(&old.vars, &new.vars, &BTreeSet::new()),
    }
}

fn only_in<'n>(
    names: impl Iterator<Item = &'n String>,
    elsewhere: impl Fn(&String) -> bool,
) -> Vec<String> {
    names.filter(|name| !elsewhere(name)).cloned().collect()
}

fn host_change(name: &str, old: &Host, new: &Host) -> Option<HostChange> {
    if old == new {
        return None;
    }
    let secret = &old.secret | &new.secret;
    let details = variables(&old.vars, &new.vars, &secret);
    let change = HostChange {
        host: name.to_owned(),
        vars: details.iter().map(|change| change.name.clone()).collect(),
        details,
        machine: (old.identity != new.identity)
            .then(|| (old.identity.clone(), new.identity.clone())),
        resource: (old.resource != new.resource)
            .then(|| (old.resource.clone(), new.resource.clone())),
    };
    let same = change.vars.is_empty() && change.machine.is_none() && change.resource.is_none();
    (!same).then_some(change)
}

fn group_change(name: &str, old: &Inventory, new: &Inventory) -> Option<GroupChange> {
    let (old, new) = (old.groups.get(name), new.groups.get(name));
    if old == new {
        return None;
    }
    let old = old.cloned().unwrap_or_default();
    let new = new.cloned().unwrap_or_default();
    Some(GroupChange {
        group: name.to_owned(),
        added: new.hosts.difference(&old.hosts).cloned().collect(),
        removed: old.hosts.difference(&new.hosts).cloned().collect(),
        children_added: new.children.difference(&old.children).cloned().collect(),
        children_removed: old.children.difference(&new.children).cloned().collect(),
        vars: variables(&old.vars, &new.vars, &BTreeSet::new()),
    })
}

fn variables(
    old: &BTreeMap<String, Value<'static>>,
    new: &BTreeMap<String, Value<'static>>,
    secret: &BTreeSet<String>,
) -> Vec<VariableChange> {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    names
        .into_iter()
        .filter_map(|name| {
            let (before, after) = (old.get(name), new.get(name));
            let secret = secret.contains(name);
            let same = if secret {
                before.is_some() == after.is_some()
            } else {
                before == after
            };
            let shown = |value: &Value<'static>| if secret { Value::Null } else { value.clone() };
            (!same).then(|| VariableChange {
                name: name.clone(),
                before: before.map(shown),
                after: after.map(shown),
                secret,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inventory(hosts: &[(&str, &str, &str)]) -> Inventory {
        Inventory {
            hosts: hosts
                .iter()
                .map(|(name, id, address)| {
                    let host = Host {
                        identity: Some((*id).to_owned()),
                        vars: [
                            (
                                "ansible_host".to_owned(),
                                Value::string((*address).to_owned()),
                            ),
                            ("token".to_owned(), Value::string(format!("secret of {id}"))),
                        ]
                        .into(),
                        secret: ["token".to_owned()].into(),
                        ..Host::default()
                    };
                    ((*name).to_owned(), host)
                })
                .collect(),
            ..Inventory::default()
        }
    }

    #[test]
    fn hosts_that_come_go_and_change_are_told_apart() {
        let old = inventory(&[
            ("a", "1", "10.0.0.1"),
            ("b", "2", "10.0.0.2"),
            ("c", "3", "10.0.0.3"),
        ]);
        let new = inventory(&[
            ("b", "2", "10.0.0.9"),
            ("c", "3", "10.0.0.3"),
            ("d", "4", "10.0.0.4"),
        ]);
        let diff = diff(&old, &new);
        assert_eq!(
            serde_json::to_string(&diff).unwrap(),
            r#"{"added":["d"],"removed":["a"],"changed":[{"host":"b","vars":["ansible_host"],"details":[{"name":"ansible_host","before":"10.0.0.2","after":"10.0.0.9","secret":false}]}],"groups":[],"vars":[]}"#
        );
        assert!(super::diff(&new, &new).is_empty());
    }

    #[test]
    fn another_machine_under_the_same_name_is_a_change_and_a_secret_is_not_shown() {
        let change = diff(
            &inventory(&[("a", "1", "10.0.0.1")]),
            &inventory(&[("a", "2", "10.0.0.1")]),
        );
        assert_eq!(
            change.changed[0].machine,
            Some((Some("1".to_owned()), Some("2".to_owned())))
        );
        assert!(
            !serde_json::to_string(&change)
                .unwrap()
                .contains("secret of")
        );
    }
}
