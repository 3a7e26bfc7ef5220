//! Hosts, groups and variables: what an inventory is, whatever it was made from.

use std::collections::{BTreeMap, BTreeSet};

use crate::json::Value;

/// Hosts, groups and variables. Ordered by name throughout, so that the same content
/// always has the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inventory {
    /// Every host, by the name that Ansible knows it by
    pub hosts: BTreeMap<String, Host>,
    /// Every group but the implied `all` and `ungrouped`
    pub groups: BTreeMap<String, Group>,
    /// Variables of the group `all`
    pub vars: BTreeMap<String, Value<'static>>,
    /// Those of `vars` that come from a state rather than from the configuration
    pub untrusted: BTreeSet<String>,
}

/// One host of an [`Inventory`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Host {
    /// The address of the Terraform resource that is this host, if Terraform made it
    pub resource: Option<String>,
    /// What tells this machine from another of the same name, such as an instance id
    pub identity: Option<String>,
    /// The host's own variables. Those that say how to connect (see
    /// [`is_connection_variable`]) come from validated values only.
    pub vars: BTreeMap<String, Value<'static>>,
    /// Names of variables whose values must not be stored or shown
    pub secret: BTreeSet<String>,
}

/// One group of an [`Inventory`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Group {
    /// The hosts that are members directly
    pub hosts: BTreeSet<String>,
    /// The groups whose hosts are members too
    pub children: BTreeSet<String>,
    /// Variables of the group
    pub vars: BTreeMap<String, Value<'static>>,
    /// Those of `vars` that come from a state rather than from the configuration
    pub untrusted: BTreeSet<String>,
}

impl Inventory {
    /// The names of all groups that `host` is in, directly or through children,
    /// without the implied `all`. Cycles, which Ansible refuses, end the search.
    pub fn groups_of(&self, host: &str) -> BTreeSet<&str> {
        let mut found: BTreeSet<&str> = self
            .groups
            .iter()
            .filter(|(_, group)| group.hosts.contains(host))
            .map(|(name, _)| name.as_str())
            .collect();
        loop {
            let parents: Vec<&str> = self
                .groups
                .iter()
                .filter(|(name, group)| {
                    !found.contains(name.as_str())
                        && group
                            .children
                            .iter()
                            .any(|child| found.contains(child.as_str()))
                })
                .map(|(name, _)| name.as_str())
                .collect();
            if parents.is_empty() {
                return found;
            }
            found.extend(parents);
        }
    }

    /// The hosts in a group or in any group below it. Groups that contain each other are gone
    /// through once.
    pub fn members_of(&self, group: &str) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        let mut seen = BTreeSet::from([group]);
        let mut waiting = vec![group];
        while let Some(group) = waiting.pop().and_then(|name| self.groups.get(name)) {
            let hosts = group.hosts.iter().map(String::as_str);
            found.extend(hosts.filter(|host| self.hosts.contains_key(*host)));
            for child in &group.children {
                if seen.insert(child) {
                    waiting.push(child);
                }
            }
        }
        found
    }
}

/// Whether a variable only says how Ansible reaches the host.
///
/// The names are those of the "Connection variables" section of Ansible's inventory
/// guide and of the ssh, paramiko, local and winrm connection plugins.
pub fn is_connection_variable(name: &str) -> bool {
    const PREFIXES: [&str; 6] = [
        "ansible_ssh_",
        "ansible_scp_",
        "ansible_sftp_",
        "ansible_paramiko_",
        "ansible_winrm_",
        "ansible_psrp_",
    ];
    const NAMES: [&str; 11] = [
        "ansible_host",
        "ansible_port",
        "ansible_user",
        "ansible_password",
        "ansible_private_key_file",
        "ansible_connection",
        "ansible_control_path",
        "ansible_pipelining",
        "ansible_timeout",
        "ansible_host_key_checking",
        "ansible_use_tty",
    ];
    NAMES.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(hosts: &[&str], children: &[&str]) -> Group {
        Group {
            hosts: hosts.iter().map(ToString::to_string).collect(),
            children: children.iter().map(ToString::to_string).collect(),
            ..Group::default()
        }
    }

    #[test]
    fn groups_of_a_host_follow_children_upwards_and_survive_a_cycle() {
        let inventory = Inventory {
            groups: [
                ("leaf".to_owned(), group(&["a"], &[])),
                ("federation".to_owned(), group(&[], &["leaf", "world"])),
                ("world".to_owned(), group(&[], &["federation"])),
                ("other".to_owned(), group(&["b"], &[])),
            ]
            .into(),
            ..Inventory::default()
        };
        assert_eq!(
            inventory.groups_of("a"),
            BTreeSet::from(["leaf", "federation", "world"])
        );
    }

    #[test]
    fn members_of_a_group_are_those_of_groups_below_it_too_and_survive_a_cycle() {
        let host = |name: &str| (name.to_owned(), Host::default());
        let inventory = Inventory {
            hosts: [host("a"), host("b"), host("c")].into(),
            groups: [
                ("leaf".to_owned(), group(&["a"], &[])),
                ("federation".to_owned(), group(&["b"], &["leaf", "world"])),
                ("world".to_owned(), group(&[], &["federation"])),
                ("other".to_owned(), group(&["c"], &[])),
            ]
            .into(),
            ..Inventory::default()
        };
        for name in inventory.groups.keys() {
            let upwards = inventory.hosts.keys().map(String::as_str);
            let upwards = upwards.filter(|host| inventory.groups_of(host).contains(name.as_str()));
            assert_eq!(inventory.members_of(name), upwards.collect(), "{name}");
        }
        assert_eq!(inventory.members_of("world"), BTreeSet::from(["a", "b"]));
        assert_eq!(inventory.members_of("none"), BTreeSet::new());
    }
}
