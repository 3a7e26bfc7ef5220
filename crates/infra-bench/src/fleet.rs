//! The inventory of the benchmark's fleet, without a state that it would have to be read from.

use infra::core::inventory::{Group, Host, Inventory};
use infra::core::json::Value;

/// A fleet of `hosts` hosts in groups by role and environment.
pub(crate) fn inventory(hosts: usize) -> Inventory {
    let mut inventory = Inventory::default();
    for number in 0..hosts {
        let name = format!("web-{number:06}");
        let [.., b, c, d] = (number as u64).to_be_bytes();
        let host = Host {
            resource: Some(format!("aws_instance.web[\"{name}\"]")),
            identity: Some(format!("i-{number:017x}")),
            vars: [
                ("ansible_host", format!("3.{b}.{c}.{d}")),
                ("private_ip", format!("10.{b}.{c}.{d}")),
            ]
            .map(|(name, value)| (name.to_owned(), Value::from(value)))
            .into(),
            ..Host::default()
        };
        let role = ["web", "worker", "database", "monitor"][number % 4];
        let environment = if number.is_multiple_of(3) {
            "staging"
        } else {
            "production"
        };
        for group in [role, environment] {
            let group: &mut Group = inventory.groups.entry(group.to_owned()).or_default();
            group.hosts.insert(name.clone());
        }
        inventory.hosts.insert(name, host);
    }
    inventory
}
