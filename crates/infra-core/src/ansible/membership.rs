//! Which groups a host is in, in which order they give it variables, and what comes of it.
//!
//! `inventory/helpers.py` sorts by depth, priority and name; `vars/manager.py` merges
//! `all` first, then the groups in that order, then the host.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::inventory::Inventory;
use crate::json::Value;

/// The groups of all hosts of an inventory.
pub(crate) struct Membership<'i> {
    inventory: &'i Inventory,
    groups_of: BTreeMap<&'i str, Vec<&'i str>>,
    merge: bool,
}

impl<'i> Membership<'i> {
    /// `merge` is the setting `hash_behaviour = merge`.
    pub(crate) fn new(inventory: &'i Inventory, merge: bool) -> Self {
        let depths = depths(inventory);
        let mut parents: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut direct: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (name, group) in &inventory.groups {
            for child in &group.children {
                parents.entry(child).or_default().push(name);
            }
            for host in &group.hosts {
                direct.entry(host).or_default().insert(name);
            }
        }
        let mut sorted: BTreeMap<BTreeSet<&str>, Vec<&str>> = BTreeMap::new();
        let groups_of = inventory
            .hosts
            .keys()
            .map(|host| {
                let own = direct.remove(host.as_str()).unwrap_or_default();
                let groups = sorted.entry(own).or_insert_with_key(|own| {
                    let mut all: BTreeSet<&str> = own.clone();
                    let mut waiting: Vec<&str> = all.iter().copied().collect();
                    while let Some(group) = waiting.pop() {
                        for parent in parents.get(group).into_iter().flatten() {
                            if all.insert(parent) {
                                waiting.push(parent);
                            }
                        }
                    }
                    all.remove("all");
                    let mut groups: Vec<&str> = all.into_iter().collect();
                    groups.sort_by_key(|name| {
                        (
                            depths.get(name).copied().unwrap_or(1),
                            priority(inventory, name),
                            *name,
                        )
                    });
                    if groups.is_empty() {
                        groups.push("ungrouped");
                    }
                    groups
                });
                (host.as_str(), groups.clone())
            })
            .collect();
        Self {
            inventory,
            groups_of,
            merge,
        }
    }

    /// The groups of a host without `all`, in the order in which they are merged.
    pub(crate) fn groups_of(&self, host: &str) -> &[&'i str] {
        self.groups_of
            .get(host)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// The members of each group, `all` included.
    pub(crate) fn members(&self) -> BTreeMap<&'i str, BTreeSet<&'i str>> {
        let mut members: BTreeMap<&str, BTreeSet<&str>> = self
            .inventory
            .groups
            .keys()
            .map(|name| (name.as_str(), BTreeSet::new()))
            .collect();
        for (host, groups) in &self.groups_of {
            members.entry("all").or_default().insert(host);
            for group in groups {
                members.entry(group).or_default().insert(host);
            }
        }
        members
    }

    /// The variables that the inventory gives a host, merged.
    pub(crate) fn variables(&self, host: &str) -> BTreeMap<&'i str, Cow<'i, Value<'static>>> {
        let mut merged = BTreeMap::new();
        self.add(&mut merged, &self.inventory.vars);
        if let Some(all) = self.inventory.groups.get("all") {
            self.add(&mut merged, &all.vars);
        }
        for group in self.groups_of(host) {
            if let Some(group) = self.inventory.groups.get(*group) {
                self.add(&mut merged, &group.vars);
            }
        }
        if let Some(host) = self.inventory.hosts.get(host) {
            self.add(&mut merged, &host.vars);
        }
        merged
    }

    /// What the inventory says of a host's variable for all hosts, for the host's groups, and for
    /// the host itself.
    pub(crate) fn levels(&self, host: &str, name: &str) -> [Option<Cow<'i, Value<'static>>>; 3] {
        let groups = &self.inventory.groups;
        let all = groups.get("all").and_then(|all| all.vars.get(name));
        let own =
            (self.groups_of(host).iter()).filter_map(|group| groups.get(*group)?.vars.get(name));
        let host = self.inventory.hosts.get(host);
        [
            self.merged([self.inventory.vars.get(name), all].into_iter().flatten()),
            self.merged(own),
            self.merged(host.and_then(|host| host.vars.get(name)).into_iter()),
        ]
    }

    fn merged(
        &self,
        values: impl Iterator<Item = &'i Value<'static>>,
    ) -> Option<Cow<'i, Value<'static>>> {
        values.fold(None, |before, value| match before {
            Some(before) if self.merge => Some(Cow::Owned(merge_hashes(&before, value))),
            _ => Some(Cow::Borrowed(value)),
        })
    }

    fn add(
        &self,
        merged: &mut BTreeMap<&'i str, Cow<'i, Value<'static>>>,
        more: &'i BTreeMap<String, Value<'static>>,
    ) {
        for (name, value) in more {
            let value = match merged.get(name.as_str()) {
                Some(before) if self.merge => Cow::Owned(merge_hashes(before, value)),
                _ => Cow::Borrowed(value),
            };
            merged.insert(name, value);
        }
    }
}

/// `merge_hash` of `utils/vars.py`.
fn merge_hashes(before: &Value<'static>, after: &Value<'static>) -> Value<'static> {
    let (Value::Object(before), Value::Object(after)) = (before, after) else {
        return after.clone();
    };
    let mut merged = before.clone();
    for (key, value) in after {
        let value = match merged.get(key) {
            Some(old) => merge_hashes(old, value),
            None => value.clone(),
        };
        merged.insert(key.clone(), value);
    }
    Value::Object(merged)
}

fn priority(inventory: &Inventory, group: &str) -> i64 {
    inventory
        .groups
        .get(group)
        .and_then(|group| group.vars.get("ansible_group_priority"))
        .and_then(|value| match value {
            Value::Number(text) | Value::String(text) => text.trim().parse().ok(),
            _ => None,
        })
        .unwrap_or(1)
}

/// The longest way from `all` to each group. A cycle, which Ansible refuses, ends at
/// the number of groups.
fn depths(inventory: &Inventory) -> BTreeMap<&str, usize> {
    let mut depths: BTreeMap<&str, usize> = inventory
        .groups
        .keys()
        .map(|name| (name.as_str(), 1))
        .collect();
    for _ in 0..inventory.groups.len() {
        let mut settled = true;
        for (name, group) in &inventory.groups {
            let below = if name == "all" {
                1
            } else {
                depths.get(name.as_str()).copied().unwrap_or(1) + 1
            };
            for child in &group.children {
                if let Some(depth) = depths.get_mut(child.as_str())
                    && *depth < below
                    && below <= inventory.groups.len() + 1
                {
                    *depth = below;
                    settled = false;
                }
            }
        }
        if settled {
            break;
        }
    }
    depths
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::{Group, Host};

    fn group(hosts: &[&str], children: &[&str], vars: &[(&str, &str)]) -> Group {
        Group {
            hosts: hosts.iter().map(ToString::to_string).collect(),
            children: children.iter().map(ToString::to_string).collect(),
            vars: vars
                .iter()
                .map(|(k, v)| ((*k).to_owned(), Value::from((*v).to_owned())))
                .collect(),
            ..Group::default()
        }
    }

    #[test]
    fn a_child_group_wins_over_its_parent_and_the_host_over_both() {
        let inventory = Inventory {
            hosts: [(
                "a".to_owned(),
                Host {
                    vars: [("z".to_owned(), "host".into())].into(),
                    ..Host::default()
                },
            )]
            .into(),
            groups: [
                (
                    "parent".to_owned(),
                    group(
                        &[],
                        &["child"],
                        &[("x", "parent"), ("y", "parent"), ("z", "parent")],
                    ),
                ),
                ("child".to_owned(), group(&["a"], &[], &[("x", "child")])),
                (
                    "b_first".to_owned(),
                    group(&["a"], &[], &[("p", "b"), ("ansible_group_priority", "9")]),
                ),
                ("c_second".to_owned(), group(&["a"], &[], &[("p", "c")])),
            ]
            .into(),
            vars: [
                ("y".to_owned(), "all".into()),
                ("w".to_owned(), "all".into()),
            ]
            .into(),
            ..Inventory::default()
        };
        let membership = Membership::new(&inventory, false);
        let vars = membership.variables("a");
        let text = |name: &str| {
            vars.get(name)
                .and_then(|value| value.as_str())
                .unwrap_or_default()
                .to_owned()
        };
        assert_eq!(
            [text("x"), text("y"), text("z"), text("w")],
            ["child", "parent", "host", "all"]
        );
        assert_eq!(text("p"), "b");
        assert_eq!(
            membership.groups_of("a"),
            ["c_second", "parent", "b_first", "child"]
        );
    }

    #[test]
    fn a_cycle_of_groups_ends() {
        let inventory = Inventory {
            hosts: [("a".to_owned(), Host::default())].into(),
            groups: [
                ("x".to_owned(), group(&["a"], &["y"], &[])),
                ("y".to_owned(), group(&[], &["x"], &[])),
            ]
            .into(),
            ..Inventory::default()
        };
        assert_eq!(Membership::new(&inventory, false).groups_of("a").len(), 2);
    }
}
