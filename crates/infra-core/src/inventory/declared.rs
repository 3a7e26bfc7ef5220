//! Hosts and groups that a state declares: the resources of the providers
//! [ansible/ansible][1] and [nbering/ansible][2].
//!
//! [1]: https://registry.terraform.io/providers/ansible/ansible/latest/docs
//! [2]: https://registry.terraform.io/providers/nbering/ansible/latest/docs

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;

use super::InventoryError;
use super::address::Addresses;
use super::draft::{Draft, NoteKind, candidates};
use super::facts::Facts;
use super::findings::Findings;
use super::machine::Machine;
use super::model::Group;
use super::names::{is_group_name, is_host_name};
use super::pick::{Picked, Picker};
use super::survey::{Survey, row_or_plain};
use super::variable::{refusal, without_live_keys};
use crate::json::Value;
use crate::terraform::{Object, State};

/// The attributes of all six types.
const WANTED: [&str; 12] = [
    "children",
    "groups",
    "id",
    "inventory_group_name",
    "inventory_hostname",
    "key",
    "name",
    "value",
    "variable_priority",
    "variables",
    "vars",
    "yaml",
];

/// The types that declare something.
const TYPES: [&str; 4] = [
    "ansible_host",
    "ansible_group",
    "ansible_host_var",
    "ansible_group_var",
];

/// What a state declares.
#[derive(Debug, Default)]
pub(super) struct Declared<'s> {
    hosts: Vec<Draft<'s>>,
    groups: BTreeMap<String, Group>,
    /// The hosts by what they connect to, and by name
    reached_as: HashMap<String, usize>,
}

/// Variables by name, each with its priority and the address that gave it. The highest
/// priority counts; of equals the last address, so that the order of the document doesn't.
type Prioritised = BTreeMap<String, (u64, String, Value<'static>)>;

impl<'s> Declared<'s> {
    /// Reads what `state` declares.
    pub(super) fn read(
        state: &'s State<'_>,
        survey: &Survey<'_>,
        findings: &mut Findings,
    ) -> Result<Self, InventoryError> {
        if !TYPES.iter().any(|kind| survey.counts.contains_key(kind)) {
            return Ok(Self::default());
        }
        let mut hosts: Vec<(Draft<'s>, Prioritised)> = Vec::new();
        let mut groups: BTreeMap<String, (Group, Prioritised)> = BTreeMap::new();
        let mut host_vars: Vec<(String, Prioritised)> = Vec::new();
        let mut wanted = Picker::new(WANTED.to_vec());
        for object in candidates(state) {
            let kind = object.resource_type.as_str();
            if !TYPES.contains(&kind) {
                continue;
            }
            let address = object.address();
            let picked = wanted.read(object);
            for name in &picked.sensitive {
                let why = "Terraform marks it as sensitive";
                findings.note(&address, NoteKind::VariableLeftOut((*name).to_owned(), why));
            }
            let vars = variables(&picked, &address, findings);
            match kind {
                "ansible_host" => hosts.push((host(object, address, picked)?, vars)),
                "ansible_host_var" => host_vars.push((
                    picked
                        .first_text(&["inventory_hostname"])
                        .unwrap_or_default()
                        .into_owned(),
                    vars,
                )),
                _ => {
                    let name = picked
                        .first_text(&["name", "inventory_group_name"])
                        .unwrap_or_default();
                    // Variables of `all` are those of every host.
                    if name != "all" {
                        check_group(&name, &address)?;
                    }
                    let (group, known) = groups.entry(name.into_owned()).or_default();
                    for child in picked.texts("children") {
                        check_group(&child, &address)?;
                        group.children.insert(child.into_owned());
                    }
                    prefer(known, vars);
                }
            }
        }
        let mut declared = Self::default();
        let by_name: HashMap<String, usize> = hosts
            .iter()
            .enumerate()
            .filter_map(|(at, (draft, _))| Some((draft.chosen.clone()?, at)))
            .collect();
        for (name, vars) in host_vars {
            if let Some((_, known)) = by_name.get(&name).and_then(|at| hosts.get_mut(*at)) {
                prefer(known, vars);
            }
        }
        for (mut draft, vars) in hosts {
            draft.own.extend(values(vars));
            declared.add(draft);
        }
        for (name, (mut group, vars)) in groups {
            group.vars.extend(values(vars));
            group.untrusted = group.vars.keys().cloned().collect();
            declared.groups.insert(name, group);
        }
        Ok(declared)
    }

    fn add(&mut self, draft: Draft<'s>) {
        let at = self.hosts.len();
        let reached = ["ansible_host", "ansible_ssh_host"]
            .iter()
            .find_map(|name| draft.own.get(*name)?.as_str())
            .map(normal);
        if let Some(address) = reached {
            self.reached_as.insert(address, at);
        } else if let Some(name) = &draft.chosen {
            self.reached_as.insert(normal(name), at);
        }
        self.hosts.push(draft);
    }

    /// Whether a declared host is this machine; then it is known by its identity.
    pub(super) fn claim(&mut self, machine: &Machine<'s>) -> Option<String> {
        if self.hosts.is_empty() {
            return None;
        }
        let at = machine
            .addresses
            .named()
            .into_iter()
            .filter_map(|(_, text)| text)
            .chain(machine.tagged().as_deref())
            .find_map(|name| self.reached_as.get(&normal(name)).copied())?;
        let host = self.hosts.get_mut(at)?;
        host.identity = machine.identity().or(host.identity.take());
        Some(host.resource.clone())
    }

    /// The hosts and the groups.
    pub(super) fn into_parts(self) -> (Vec<Draft<'s>>, BTreeMap<String, Group>) {
        (self.hosts, self.groups)
    }
}

fn host<'s>(
    object: &'s Object<'s>,
    address: String,
    picked: Picked<'s>,
) -> Result<Draft<'s>, InventoryError> {
    let name = picked
        .first_text(&["name", "inventory_hostname"])
        .unwrap_or_default()
        .into_owned();
    if !is_host_name(&name) {
        return Err(InventoryError::HostName {
            resource: address,
            name,
        });
    }
    let mut groups = BTreeSet::new();
    for group in picked.texts("groups") {
        check_group(&group, &address)?;
        groups.insert(group.into_owned());
    }
    let row = row_or_plain("ansible_host");
    Ok(Draft {
        chosen: Some(name),
        object: Some(object),
        identity: picked.first_text(&["id"]),
        groups: groups.into(),
        facts: Facts::of(object, row, picked, Addresses::default()),
        resource: address,
        ..Draft::default()
    })
}

/// The variables that one resource gives, without those that are not taken.
fn variables(picked: &Picked<'_>, address: &str, findings: &mut Findings) -> Prioritised {
    let mut found: Vec<(String, Value<'static>)> = ["variables", "vars"]
        .iter()
        .filter_map(|name| picked.get(name)?.as_object())
        .flatten()
        .map(|(name, value)| (name.clone().into_owned(), value.clone().into_owned()))
        .collect();
    if let (Some(key), Some(value)) = (picked.first_text(&["key"]), picked.get("value")) {
        found.push((key.into_owned(), value.clone().into_owned()));
    }
    let single = picked.get("key").is_some();
    let priority = picked
        .first_text(&["variable_priority"])
        .and_then(|text| text.parse().ok())
        .unwrap_or(if single { 60 } else { 50 });
    let mut taken = Prioritised::new();
    for (name, mut value) in found {
        if let Some(why) = refusal(&name, &value) {
            findings.note(address, NoteKind::VariableLeftOut(name, why));
            continue;
        }
        if without_live_keys(&mut value) {
            let why = "a part of it has a name that Ansible would not take for data";
            findings.note(address, NoteKind::VariableLeftOut(name.clone(), why));
        }
        taken.insert(name, (priority, address.to_owned(), value));
    }
    taken
}

fn prefer(known: &mut Prioritised, vars: Prioritised) {
    for (name, new) in vars {
        match known.get(&name) {
            Some(old) if (old.0, &old.1) > (new.0, &new.1) => {}
            _ => {
                known.insert(name, new);
            }
        }
    }
}

fn values(vars: Prioritised) -> impl Iterator<Item = (String, Value<'static>)> {
    vars.into_iter().map(|(name, (_, _, value))| (name, value))
}

fn check_group(name: &str, place: &str) -> Result<(), InventoryError> {
    if is_group_name(name) {
        return Ok(());
    }
    Err(InventoryError::GroupName {
        place: place.to_owned(),
        name: name.to_owned(),
    })
}

/// One form for an address or name: IPv6 has many.
fn normal(text: &str) -> String {
    text.parse::<IpAddr>()
        .map_or_else(|_| text.to_owned(), |ip| ip.to_string())
}
