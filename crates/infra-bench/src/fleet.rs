//! The inventory of the benchmark's fleet, without a state that it would have to be read from.

use infra::core::inventory::{Group, Host, Inventory};
use infra::core::json::Value;

/// The fleet, left to the end of the process: to take it apart is no part of what is measured.
pub(crate) fn kept_inventory(hosts: usize) -> &'static Inventory {
    Box::leak(Box::new(inventory(hosts)))
}

/// A fleet of `hosts` hosts in groups by role and environment. All maps and sets are made of what
/// is in order already: what the fleet costs is no part of what is measured.
fn inventory(hosts: usize) -> Inventory {
    const ROLES: [&str; 4] = ["web", "worker", "database", "monitor"];
    let name = |number: usize| format!("web-{number:06}");
    let host = |number: usize| {
        let name = name(number);
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
        (name, host)
    };
    let group = |is_member: &dyn Fn(usize) -> bool| Group {
        hosts: (0..hosts)
            .filter(|number| is_member(*number))
            .map(name)
            .collect(),
        ..Group::default()
    };
    let roles = ROLES.iter().enumerate().map(|(nth, role)| {
        let of_role = move |number: usize| number % ROLES.len() == nth;
        ((*role).to_owned(), group(&of_role))
    });
    let staging = group(&|number| number.is_multiple_of(3));
    let production = group(&|number| !number.is_multiple_of(3));
    let environments = [("staging", staging), ("production", production)];
    let environments = environments.map(|(name, group)| (name.to_owned(), group));
    Inventory {
        hosts: (0..hosts).map(host).collect(),
        groups: roles.chain(environments).collect(),
        ..Inventory::default()
    }
}
