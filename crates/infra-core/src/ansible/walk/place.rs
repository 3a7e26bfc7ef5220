//! Where tasks run: on managed hosts, or on this machine, which has the tree.
//!
//! A module is sent to the host that a task is for, unless a plugin for its action does something
//! here first. So no argument of it names a file of the tree where that host is another machine.

use camino::Utf8Path;

use super::Walker;
use super::context::{Context, Wanted};
use super::facts::Home;
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
    pub(super) fn connects_elsewhere(&self) -> bool {
        let known = |name| self.values.by_name.get(name).into_iter().flatten();
        let transport = self.settings.transport.as_deref();
        self.values.beyond != Beyond::Any
            && transport.is_none_or(is_remote)
            && !self.inventory_has_this_machine
            && known("ansible_connection").all(|value| text_of(value).is_some_and(is_remote))
            && (ADDRESSES.iter().copied().flat_map(known))
                .all(|value| !text_of(value).is_some_and(is_this_machine))
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
