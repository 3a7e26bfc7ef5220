//! One row of the table of providers, and the search for it.

use super::{hypervisor, large, regional};

/// Where resources of some types keep what makes them hosts. The paths are those of
/// [`Picked::texts`](super::super::pick::Picked::texts); of several, in order.
#[derive(Debug, Clone, Copy)]
pub(in crate::inventory) struct Row {
    /// The resource types
    pub(in crate::inventory) types: &'static [&'static str],
    /// Addresses that are reachable from outside
    pub(in crate::inventory) public: &'static [&'static str],
    /// Addresses that are either
    pub(in crate::inventory) mixed: &'static [&'static str],
    /// Addresses of the inner network
    pub(in crate::inventory) private: &'static [&'static str],
    /// Host names of the public address
    pub(in crate::inventory) dns: &'static [&'static str],
    /// The name that people know the machine by
    pub(in crate::inventory) name: &'static [&'static str],
    /// Tags or labels: a map, a list of words, or a list of pairs
    pub(in crate::inventory) tags: &'static [&'static str],
    /// The login that the image was made with
    pub(in crate::inventory) user: &'static [&'static str],
    /// What a machine made anew under the same name does not share with this one
    pub(in crate::inventory) identity: &'static [&'static str],
    /// What else these paths look at
    pub(in crate::inventory) beside: &'static [&'static str],
}

/// What most rows share.
pub(super) const ROW: Row = Row {
    types: &[],
    public: &[],
    mixed: &[],
    private: &[],
    dns: &[],
    name: &["name"],
    tags: &["tags"],
    user: &[],
    identity: &["id"],
    beside: &[],
};

impl Row {
    /// Every path of the row.
    pub(in crate::inventory) fn paths(&self) -> impl Iterator<Item = &'static str> {
        [
            self.public,
            self.mixed,
            self.private,
            self.dns,
            self.name,
            self.tags,
            self.user,
            self.identity,
            self.beside,
        ]
        .into_iter()
        .flatten()
        .copied()
    }
}

fn rows() -> impl Iterator<Item = &'static Row> {
    large::ROWS
        .iter()
        .chain(regional::ROWS)
        .chain(hypervisor::ROWS)
}

/// The row of a resource type, if the table has one.
pub(in crate::inventory) fn row_of(resource_type: &str) -> Option<&'static Row> {
    rows().find(|row| row.types.contains(&resource_type))
}

/// Every resource type of the table.
pub(in crate::inventory) fn known_types() -> impl Iterator<Item = &'static str> {
    rows().flat_map(|row| row.types).copied()
}

/// Whether resources of the type make machines that Terraform keeps no record of.
pub(in crate::inventory) fn make_no_hosts(resource_type: &str) -> bool {
    const TYPES: [&str; 8] = [
        "aws_autoscaling_group",
        "aws_spot_fleet_request",
        "azurerm_linux_virtual_machine_scale_set",
        "azurerm_orchestrated_virtual_machine_scale_set",
        "azurerm_virtual_machine_scale_set",
        "azurerm_windows_virtual_machine_scale_set",
        "google_compute_instance_group_manager",
        "google_compute_region_instance_group_manager",
    ];
    TYPES.contains(&resource_type)
}

/// Whether the name of a type that the table lacks sounds like a machine.
pub(in crate::inventory) fn looks_like_a_machine(resource_type: &str) -> bool {
    const WORDS: [&str; 9] = [
        "vm", "instance", "server", "machine", "host", "droplet", "device", "domain", "node",
    ];
    row_of(resource_type).is_none()
        && resource_type
            .split('_')
            .skip(1)
            .any(|word| WORDS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_type_stands_in_one_row() {
        let mut seen = BTreeSet::new();
        for name in known_types() {
            assert!(seen.insert(name), "{name} stands in two rows");
            assert!(!make_no_hosts(name), "{name}");
        }
    }
}
