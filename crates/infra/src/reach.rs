//! Hosts as ssh reaches them: addresses, logins and keys, as Ansible would use them.

use std::collections::BTreeMap;
use std::path::Path;

use infra_core::inventory::{Inventory, is_connection_variable};
use infra_core::json::Value;
use infra_exec::ssh::Target;

use crate::Project;

/// The variables of hosts, with what Ansible would find in those of groups.
pub(crate) type Variables = BTreeMap<String, BTreeMap<String, Value<'static>>>;

/// Hosts to log in to.
#[derive(Default)]
pub(crate) struct Targets {
    /// Each with the arguments that ssh needs for it
    pub(crate) waits: BTreeMap<Vec<String>, Vec<Target>>,
    /// Hosts that ssh can't be given, each with the reason
    pub(crate) misaddressed: BTreeMap<String, String>,
}

/// Those of the `hosts` that can be tried here. One that Ansible doesn't reach by ssh, or by a
/// template, isn't: Ansible knows how to, and says so if it can't.
pub(crate) fn targets<'h>(
    project: &Project,
    inventory: &Inventory,
    variables: &Variables,
    hosts: impl IntoIterator<Item = &'h String>,
) -> Targets {
    let mut found = Targets::default();
    for host in hosts {
        let Some(known) = variables.get(host) else {
            continue;
        };
        if !is_ssh(known) || has_template(known) {
            continue;
        }
        let Some(mut args) =
            shlex::split(text(known, "ansible_ssh_common_args").unwrap_or_default())
        else {
            continue;
        };
        args.extend(project.stack.ansible.ssh_args.iter().cloned());
        let identity = inventory
            .hosts
            .get(host)
            .and_then(|host| host.identity.as_deref());
        match target(project, host, known, identity) {
            Ok(target) => found.waits.entry(args).or_default().push(target),
            Err(error) => {
                found.misaddressed.insert(host.clone(), error);
            }
        }
    }
    found
}

fn target(
    project: &Project,
    host: &str,
    variables: &BTreeMap<String, Value<'static>>,
    identity: Option<&str>,
) -> Result<Target, String> {
    let settings = &project.stack.ansible;
    let address = text(variables, "ansible_host").unwrap_or(host);
    let user = text(variables, "ansible_user")
        .or(text(variables, "ansible_ssh_user"))
        .or(settings.user.as_deref());
    let key = text(variables, "ansible_ssh_private_key_file")
        .or(text(variables, "ansible_private_key_file"));
    let key = key.map(|key| expand_home(Path::new(key)));
    let configured = settings
        .private_key
        .as_ref()
        .map(|key| project.root.join(key).into());
    Target::new(host, address)
        .and_then(|target| target.user(user))
        .map(|target| {
            target
                .port(port(variables))
                .identity(identity)
                .private_key(key.or(configured))
        })
        .map_err(|error| error.to_string())
}

/// Whether Ansible connects with the ssh program: the default, unless a variable says other.
fn is_ssh(variables: &BTreeMap<String, Value<'static>>) -> bool {
    text(variables, "ansible_connection")
        .is_none_or(|name| matches!(name, "ssh" | "smart" | "ansible.builtin.ssh"))
}

/// Whether a variable that says how to connect is an expression, which only Ansible can
/// evaluate.
fn has_template(variables: &BTreeMap<String, Value<'static>>) -> bool {
    variables
        .iter()
        .filter(|(name, _)| is_connection_variable(name))
        .any(|(_, value)| {
            value
                .as_str()
                .is_some_and(|text| text.contains("{{") || text.contains("{%"))
        })
}

fn text<'v>(variables: &'v BTreeMap<String, Value<'static>>, name: &str) -> Option<&'v str> {
    variables
        .get(name)
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty())
}

fn port(variables: &BTreeMap<String, Value<'static>>) -> Option<u16> {
    let value = variables
        .get("ansible_port")
        .or_else(|| variables.get("ansible_ssh_port"))?;
    match value {
        Value::Number(text) | Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn expand_home(path: &Path) -> std::path::PathBuf {
    match (path.strip_prefix("~"), std::env::home_dir()) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}
