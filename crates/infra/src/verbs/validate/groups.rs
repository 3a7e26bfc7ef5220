//! The groups that hosts can be in, and the names that mean them.

use std::collections::BTreeSet;

use infra_core::config::Playbook;
use infra_core::hint::did_you_mean;

use super::checker::Checker;

impl Checker<'_> {
    /// Whether the children of each group can be groups.
    pub(super) fn groups(&mut self) {
        let Some(known) = self.known_groups() else {
            return;
        };
        for (name, group) in &self.project.stack.inventory.groups {
            for (position, child) in group.children.iter().enumerate() {
                if !known.contains(child) {
                    let blocks = [("inventory", None), ("group", Some(name.as_str()))];
                    let place = self.place(&blocks, ("children", Some(position)));
                    let hint = suggestion(child, &known);
                    let message = format!("no hosts block puts a host into the group {child:?}");
                    self.warning(place, message, &[&hint]);
                }
            }
        }
    }

    /// Whether the hosts that a playbook is for can exist.
    pub(super) fn hosts_of(&mut self, playbook: &Playbook) {
        let Some(known) = self.known_groups() else {
            return;
        };
        for (position, name) in playbook.hosts.iter().enumerate() {
            if name != "all" && !known.contains(name) {
                let blocks = [("playbook", Some(playbook.name.as_str()))];
                let place = self.place(&blocks, ("hosts", Some(position)));
                let hint = suggestion(name, &known);
                let message =
                    format!("no hosts block makes a group {name:?}, so it can only be one host");
                self.warning(place, message, &[&hint]);
            }
        }
    }

    /// Whether the hosts that get names can exist.
    pub(super) fn hosts_of_names(&mut self) {
        let Some(known) = self.known_groups() else {
            return;
        };
        for rule in &self.project.stack.dns {
            for (position, name) in rule.hosts.iter().enumerate() {
                if name != "all" && !known.contains(name) {
                    let place = self.place(&[("dns", None)], ("hosts", Some(position)));
                    let hint = suggestion(name, &known);
                    let message = format!(
                        "no hosts block makes a group {name:?}, so it can only be one host"
                    );
                    self.warning(place, message, &[&hint]);
                }
            }
        }
    }

    /// The groups that the configuration names. None: without `hosts` blocks the table of
    /// providers makes groups of what is in the state.
    fn known_groups(&self) -> Option<BTreeSet<String>> {
        let rules = &self.project.stack.inventory;
        if rules.hosts.is_empty() {
            return None;
        }
        let of_hosts = rules.hosts.iter().flat_map(|rule| &rule.groups);
        Some(of_hosts.chain(rules.groups.keys()).cloned().collect())
    }
}

fn suggestion(name: &str, known: &BTreeSet<String>) -> String {
    if let Some(meant) = did_you_mean(name, known.iter().map(String::as_str)) {
        return format!("did you mean {meant:?}?");
    }
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    format!("the groups are: {}", known.join(", "))
}
