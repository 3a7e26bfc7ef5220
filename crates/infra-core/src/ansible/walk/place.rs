//! Where tasks run: on managed hosts, or on this machine, which has the tree.
//!
//! A module is sent to the host that a task is for, unless a plugin for its action does something
//! here first. So no argument of it names a file of the tree where that host is another machine.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;

use super::Walker;
use super::context::{Context, Wanted};
use super::facts::Home;
use crate::ansible::membership::Membership;
use crate::ansible::request::Request;
use crate::ansible::values::{Beyond, Definition};
use crate::ansible::yaml::Node;
use crate::inventory::{Host, Inventory};
use crate::json::Value;

/// Connections that lead to another machine. `plugins/connection/`.
const REMOTE: [&str; 8] = [
    "ssh",
    "paramiko",
    "paramiko_ssh",
    "smart",
    "winrm",
    "psrp",
    "ansible.builtin.ssh",
    "ansible.builtin.winrm",
];

/// Variables that say which machine a host is.
const ADDRESSES: [&str; 2] = ["ansible_host", "ansible_ssh_host"];

/// Variables that say whether it is this one: how it is connected to, and where.
const SAYING: [&str; 3] = ["ansible_connection", ADDRESSES[0], ADDRESSES[1]];

impl Walker<'_> {
    /// Whether a name is the argument of a module that surely runs on other machines.
    pub(super) fn reads_nothing_here(&mut self, wanted: &Wanted) -> bool {
        let context = &wanted.context;
        wanted.argument_of.as_ref().is_some_and(|action| {
            !context.keywords.here
                && self.is_only_module(context, action)
                && self.connects_elsewhere()
        })
    }

    /// Whether a play may have this machine among its hosts.
    pub(super) fn plays_here(&self, play: usize) -> bool {
        self.plays.get(play).is_none_or(|play| {
            let named = play.patterns.iter().any(|pattern| is_this_machine(pattern));
            named
                || play.inputs.widened
                || (play.inputs.hosts.iter()).any(|host| is_this_machine(host))
        })
    }

    /// Whether no variable and no setting says that a host is this machine.
    fn connects_elsewhere(&self) -> bool {
        let known = |name| self.values.by_name.get(name).into_iter().flatten();
        let transport = self.settings.transport.as_deref();
        self.values.beyond != Beyond::Any
            && transport.is_none_or(is_remote)
            && !self.inventory_has_this_machine
            && known("ansible_connection").all(|value| text_of(value).is_some_and(is_remote))
            && (ADDRESSES.iter().copied().flat_map(known))
                .all(|value| !text_of(value).is_some_and(is_this_machine))
    }

    /// Whether something says of a task that it may run on this machine. What can't be read is not
    /// taken to say so: every command of every host would have to be one of this machine.
    pub(super) fn may_be_here(&self, context: &Context) -> bool {
        let play = self.plays.get(context.play);
        context.keywords.here
            || play.is_some_and(|play| {
                let mut local = self.local_hosts.iter();
                local.any(|host| play.inputs.hosts.contains(host))
            })
            || self.files_say_here()
    }

    /// Whether a file of variables says of some host that it is this machine.
    fn files_say_here(&self) -> bool {
        let known = |name| self.values.by_name.get(name).into_iter().flatten();
        let counts = SAYING.map(|name| self.values.by_name.get(name).map_or(0, Vec::len));
        match self.here_by_files.get() {
            Some((before, answer)) if before == counts => answer,
            _ => {
                let answer = SAYING.into_iter().any(|name| {
                    let of_files =
                        known(name).filter(|value| !matches!(value, Definition::Json(_)));
                    of_files
                        .filter_map(text_of)
                        .any(|text| says_here(name, text))
                });
                self.here_by_files.set(Some((counts, answer)));
                answer
            }
        }
    }

    /// Whether an action is a module, and no plugin for the controller has its name.
    pub(super) fn is_only_module(&mut self, context: &Context, action: &str) -> bool {
        if self.has_plugin("library", action) {
            return !self.has_plugin("action_plugins", action);
        }
        let homes = self.homes(context.play, action);
        let mut of = homes.iter();
        !homes.is_empty() && of.all(|home| self.is_only_module_of(context.play, home))
    }

    /// Whether a plugin for the controller is known to have the name of an action.
    pub(super) fn has_plugin_here(&mut self, context: &Context, action: &str) -> bool {
        let play = context.play;
        self.has_plugin("action_plugins", action)
            || (self.homes(play, action).iter())
                .any(|home| self.collection_has(play, &home.collection, "action", &home.name))
    }

    /// The same of a collection. A plugin for a module can have another name: that of the platform,
    /// with which the names of a network's modules begin (`network_group_modules` of
    /// `executor/task_executor.py`), or one that `meta/runtime.yml` says.
    fn is_only_module_of(&self, play: usize, Home { collection, name }: &Home) -> bool {
        let platform = name.split('_').next().unwrap_or(name);
        let routes = |dir: &Utf8Path| match self.sources.read(&dir.join("meta/runtime.yml")) {
            Ok(routing) => routing.is_some_and(|routing| routing.text().contains(name.as_str())),
            Err(_) => true,
        };
        self.collection_has(play, collection, "modules", name)
            && ![name.as_str(), platform]
                .iter()
                .any(|plugin| self.collection_has(play, collection, "action", plugin))
            && (self.find_collection(play, collection)).is_some_and(|dir| !routes(&dir))
    }
}

/// Whether a play, a block, a task or the entry of a role may run what it has on this machine.
pub(super) fn may_run_here(node: &Node) -> bool {
    let connection = node.get("connection");
    node.get("delegate_to").is_some()
        || node.get("local_action").is_some()
        || connection.is_some_and(|connection| !connection.text().is_some_and(is_remote))
}

/// The hosts of the inventory that it, or an extra variable, says to be this machine.
pub(super) fn local_hosts(request: &Request<'_>, membership: &Membership<'_>) -> BTreeSet<String> {
    let says = |vars: &BTreeMap<String, Value<'static>>| {
        SAYING.iter().any(|name| match vars.get(*name) {
            Some(Value::String(text)) => says_here(name, text),
            _ => false,
        })
    };
    let inventory = request.inventory;
    let all = says(&inventory.vars) || says(&request.extra_vars);
    let groups: Vec<&str> = (inventory.groups.iter())
        .filter(|(_, group)| says(&group.vars))
        .map(|(name, _)| name.as_str())
        .collect();
    let hosts = inventory.hosts.iter().filter(|(name, host)| {
        let of = membership.groups_of(name);
        all || is_this_machine(name)
            || says(&host.vars)
            || groups.iter().any(|group| of.contains(group))
    });
    hosts.map(|(name, _)| name.clone()).collect()
}

/// Whether a value of one of [`SAYING`] says that a host is this machine.
fn says_here(name: &str, text: &str) -> bool {
    if name == SAYING[0] {
        return !is_remote(text);
    }
    let computed = text.contains("{{");
    computed && names_this_machine(text) || !computed && is_this_machine(text)
}

/// Whether the inventory says of a host that it is this machine.
pub(super) fn has_this_machine(inventory: &Inventory) -> bool {
    let says = |host: &Host| {
        let text = |name: &str| match host.vars.get(name) {
            Some(Value::String(text)) => Some(&**text),
            _ => None,
        };
        (ADDRESSES.iter()).any(|name| text(name).is_some_and(is_this_machine))
    };
    (inventory.hosts.iter()).any(|(name, host)| is_this_machine(name) || says(host))
}

/// Whether a text has a name of this machine somewhere in it.
pub(super) fn names_this_machine(text: &str) -> bool {
    ["localhost", "127.0.0.1"]
        .iter()
        .any(|name| text.contains(name))
}

/// `LOCALHOST` of `constants.py`, and the other names of the same network.
fn is_this_machine(name: &str) -> bool {
    matches!(name, "localhost" | "::1") || name.starts_with("127.") || name.contains("{{")
}

fn is_remote(connection: &str) -> bool {
    REMOTE.contains(&connection)
}

/// A value that is a text.
fn text_of(value: &Definition) -> Option<&str> {
    match value {
        Definition::Yaml(node) => node.text(),
        Definition::Json(Value::String(text)) => Some(text),
        Definition::Fixed(_, value) => text_of(value),
        _ => None,
    }
}
