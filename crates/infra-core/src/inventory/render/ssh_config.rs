//! A client configuration for OpenSSH.

use std::fmt::Write as _;

use crate::inventory::connect::{is_connectable, is_user};
use crate::inventory::model::{Host, Inventory};
use crate::inventory::names::is_host_name;
use crate::inventory::variable::port;

impl Inventory {
    /// The hosts for [`ssh_config(5)`][doc]: `ssh -F FILE web-1` connects as Ansible does.
    ///
    /// Host keys are kept by the identity of the machine, so that an address that another
    /// machine gets later is neither a false alarm nor a way around the check. A host
    /// without an address, or with a part that could be more than what it is, is left out
    /// with a comment.
    ///
    /// [doc]: https://man.openbsd.org/ssh_config
    pub fn ssh_config(&self) -> String {
        let mut out = String::new();
        for (name, host) in &self.hosts {
            if !is_host_name(name) {
                continue;
            }
            if !out.is_empty() {
                out.push('\n');
            }
            match address(name, host) {
                Some(address) => entry(&mut out, name, host, address),
                None => {
                    let _ = writeln!(out, "# {name}: it has no address to connect to");
                }
            }
        }
        out
    }
}

fn entry(out: &mut String, name: &str, host: &Host, address: &str) {
    let _ = writeln!(out, "Host {name}\n  HostName {address}");
    let text = |names: [&str; 2]| names.iter().find_map(|name| host.vars.get(*name));
    if let Some(user) = text(["ansible_user", "ansible_ssh_user"])
        .and_then(|value| value.as_str())
        .filter(|user| is_user(user))
    {
        let _ = writeln!(out, "  User {user}");
    }
    if let Some(port) = text(["ansible_port", "ansible_ssh_port"]).and_then(port) {
        let _ = writeln!(out, "  Port {port}");
    }
    if let Some(identity) = host.identity.as_deref().filter(|text| is_key_alias(text)) {
        let _ = writeln!(out, "  HostKeyAlias {identity}");
    }
}

fn address<'h>(name: &'h str, host: &'h Host) -> Option<&'h str> {
    let given = ["ansible_host", "ansible_ssh_host"]
        .iter()
        .find_map(|name| host.vars.get(*name));
    match given {
        Some(value) => value.as_str().filter(|text| is_connectable(text)),
        // Ansible connects to the name of a host that has no address of its own. A host of
        // the table of providers has one, or is not there yet.
        None => Some(name).filter(|name| is_connectable(name) && host.identity.is_some()),
    }
}

/// An alias stands in `known_hosts`, where `*`, `?`, `!`, `,` and spaces have a meaning.
fn is_key_alias(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 512
        && !text.starts_with(['-', '#', '@', '|'])
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._:/-".contains(&byte))
}
