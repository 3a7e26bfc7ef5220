//! Ansible's [script protocol][doc]: `--list` and `--host`.
//!
//! [doc]: https://docs.ansible.com/ansible/latest/dev_guide/developing_inventory.html#developing-inventory-scripts

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::template::{could_be_template, is_live_key};
use crate::inventory::Roster;
use crate::inventory::facts::{Part, Tag, Variable, Variables};
use crate::inventory::model::{Group, Inventory};
use crate::json::Value;

/// The answer to `--list`. Its `Display` is JSON, with `{:#}` on many lines; large ones are
/// better serialised into a writer, which gives the same bytes.
#[derive(Debug, Clone, Copy)]
pub struct List<'i>(Hosts<'i>);

/// The answer to `--host NAME`. Its `Display` is JSON, with `{:#}` on many lines.
#[derive(Debug, Clone)]
pub struct HostVars<'i>(Own<'i>);

/// Where the hosts come from.
#[derive(Debug, Clone, Copy)]
enum Hosts<'i> {
    Kept(&'i Inventory),
    Made(&'i Roster<'i>),
}

#[derive(Debug, Clone)]
enum Own<'i> {
    Kept(&'i BTreeMap<String, Value<'static>>),
    Made(Variables<'i>),
}

impl Inventory {
    /// All hosts, groups and variables, as `--list` prints them.
    pub fn list(&self) -> List<'_> {
        List(Hosts::Kept(self))
    }

    /// The variables of one host, as `--host` prints them: none for a host that there isn't.
    pub fn host_vars(&self, name: &str) -> HostVars<'_> {
        HostVars(match self.hosts.get(name) {
            Some(host) => Own::Kept(&host.vars),
            None => Own::Made(Vec::new()),
        })
    }

    /// The groups that are in no other group; `all` has them as children.
    pub(super) fn top_groups(&self) -> impl Iterator<Item = &String> {
        let inner: BTreeSet<&String> = self
            .groups
            .values()
            .flat_map(|group| &group.children)
            .collect();
        self.groups.keys().filter(move |name| !inner.contains(name))
    }

    /// Those of the hosts, which come in order, that are in no group.
    fn ungrouped<'n>(&self, hosts: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
        let mut grouped: Vec<&str> = self
            .groups
            .values()
            .flat_map(|group| group.hosts.iter().map(String::as_str))
            .collect();
        // The groups are runs in order, which this sort merges; both lists then go side by
        // side.
        #[expect(clippy::stable_sort_primitive, reason = "it merges runs")]
        grouped.sort();
        let mut grouped = grouped.into_iter().peekable();
        hosts
            .filter(|name| {
                while grouped.next_if(|grouped| grouped < name).is_some() {}
                grouped.peek() != Some(name)
            })
            .collect()
    }
}

impl Roster<'_> {
    /// All hosts, groups and variables, as `--list` prints them.
    pub fn list(&self) -> List<'_> {
        List(Hosts::Made(self))
    }

    /// The variables of one host, as `--host` prints them: none for a host that there isn't.
    pub fn host_vars(&self, name: &str) -> HostVars<'_> {
        HostVars(Own::Made(self.vars_of(name).unwrap_or_default()))
    }
}

impl<'i> Hosts<'i> {
    /// An inventory with the groups.
    fn frame(self) -> &'i Inventory {
        match self {
            Self::Kept(inventory) => inventory,
            Self::Made(roster) => roster.frame(),
        }
    }

    fn ungrouped(self) -> Vec<&'i str> {
        match self {
            Self::Kept(inventory) => {
                inventory.ungrouped(inventory.hosts.keys().map(String::as_str))
            }
            Self::Made(roster) => roster.ungrouped().collect(),
        }
    }

    /// The hosts of a group.
    fn members(self, name: &str, group: &'i Group) -> Vec<&'i str> {
        match self {
            Self::Kept(_) => group.hosts.iter().map(String::as_str).collect(),
            Self::Made(roster) => roster.members(name).collect(),
        }
    }
}

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        json(self, f)
    }
}

impl fmt::Display for HostVars<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        json(self, f)
    }
}

fn json(document: &impl Serialize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let text = if f.alternate() {
        serde_json::to_string_pretty(document)
    } else {
        serde_json::to_string(document)
    };
    f.write_str(&text.map_err(|_| fmt::Error)?)
}

impl Serialize for List<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let inventory = self.0.frame();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("_meta", &Meta(self.0))?;
        map.serialize_entry("all", &All(inventory))?;
        // A group may sort before or after `ungrouped`; neither `_meta` nor `all` is one.
        for (name, group) in &inventory.groups {
            map.serialize_entry(name, &Members(group, self.0.members(name, group)))?;
        }
        let ungrouped = self.0.ungrouped();
        if !ungrouped.is_empty() {
            map.serialize_entry("ungrouped", &BTreeMap::from([("hosts", ungrouped)]))?;
        }
        map.end()
    }
}

impl Serialize for HostVars<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Own::Kept(vars) => {
                serializer.collect_map(vars.iter().map(|(name, value)| (name, Untrusted(value))))
            }
            Own::Made(vars) => {
                serializer.collect_map(vars.iter().map(|(name, variable)| (name, Made(*variable))))
            }
        }
    }
}

struct Meta<'i>(Hosts<'i>);

impl Serialize for Meta<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("hostvars", &AllVars(self.0))?;
        map.end()
    }
}

struct AllVars<'i>(Hosts<'i>);

impl Serialize for AllVars<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Hosts::Kept(inventory) => serializer.collect_map(
                inventory
                    .hosts
                    .iter()
                    .map(|(name, host)| (name, HostVars(Own::Kept(&host.vars)))),
            ),
            Hosts::Made(roster) => serializer.collect_map(
                roster
                    .hosts()
                    .map(|(name, vars)| (name, HostVars(Own::Made(vars)))),
            ),
        }
    }
}

struct All<'i>(&'i Inventory);

impl Serialize for All<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut children: Vec<&str> = self.0.top_groups().map(String::as_str).collect();
        children.push("ungrouped");
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("children", &children)?;
        if !self.0.vars.is_empty() {
            map.serialize_entry("vars", &Vars(&self.0.vars, &self.0.untrusted))?;
        }
        map.end()
    }
}

/// A group, and the names of its hosts.
struct Members<'i>(&'i Group, Vec<&'i str>);

impl Serialize for Members<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(group, hosts) = self;
        let mut map = serializer.serialize_map(None)?;
        if !group.children.is_empty() {
            map.serialize_entry("children", &group.children)?;
        }
        // A group without any of the three keys Ansible reads as the variables of a host
        // (`lib/ansible/plugins/inventory/script.py`, `_parse_group`).
        let empty = group.children.is_empty() && group.vars.is_empty();
        if !hosts.is_empty() || empty {
            map.serialize_entry("hosts", hosts)?;
        }
        if !group.vars.is_empty() {
            map.serialize_entry("vars", &Vars(&group.vars, &group.untrusted))?;
        }
        map.end()
    }
}

/// Variables of a group: as written, but for those that come from a state.
struct Vars<'i>(&'i BTreeMap<String, Value<'static>>, &'i BTreeSet<String>);

impl Serialize for Vars<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in self.0 {
            if self.1.contains(name) {
                map.serialize_entry(name, &Untrusted(value))?;
            } else {
                map.serialize_entry(name, value)?;
            }
        }
        map.end()
    }
}

/// A variable of a host in which what could be a template is marked as data.
struct Made<'v>(Variable<'v>);

impl Serialize for Made<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Variable::Given(value) => Untrusted(value).serialize(serializer),
            Variable::Text(text) => Data(text).serialize(serializer),
            Variable::Resource(facts, resource) => {
                let parts = facts.parts(resource);
                serializer.collect_map(parts.iter().map(|(name, part)| (name, MadePart(part))))
            }
            Variable::Addresses(addresses) => {
                let known = addresses.named().into_iter();
                serializer.collect_map(known.filter_map(|(name, text)| Some((name, Data(text?)))))
            }
        }
    }
}

struct MadePart<'v>(&'v Part<'v>);

impl Serialize for MadePart<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Part::Text(text) => text.map(Data).serialize(serializer),
            Part::Tags(tags) => serializer.collect_seq(tags.iter().map(MadeTag)),
        }
    }
}

struct MadeTag<'v>(&'v Tag<'v>);

impl Serialize for MadeTag<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (key, value) = self.0;
        serializer.collect_map([("key", Data(key)), ("value", Data(value))])
    }
}

/// A string that is marked as data if it could be a template.
struct Data<'v>(&'v str);

impl Serialize for Data<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if could_be_template(self.0) {
            serializer.collect_map([("__ansible_unsafe", self.0)])
        } else {
            serializer.serialize_str(self.0)
        }
    }
}

/// A value in which what could be a template is marked as data.
struct Untrusted<'v>(&'v Value<'v>);

impl Serialize for Untrusted<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::String(text) => Data(text).serialize(serializer),
            Value::Array(items) => serializer.collect_seq(items.iter().map(Untrusted)),
            Value::Object(members) => serializer.collect_map(
                members
                    .iter()
                    .filter(|(key, _)| !is_live_key(key))
                    .map(|(key, value)| (key, Untrusted(value))),
            ),
            other => other.serialize(serializer),
        }
    }
}
