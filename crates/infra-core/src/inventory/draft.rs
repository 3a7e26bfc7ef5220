//! A host before it has a name, and what is said of a state beside the inventory.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::rc::Rc;

use super::address::Addresses;
use super::pick::Picked;
use super::provider::Row;
use crate::json::Value;
use crate::terraform::{Object, State};

/// A host before it has a name.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// The address of its resource
    pub(super) resource: String,
    /// The name that a person chose: it is taken or refused
    pub(super) chosen: Option<String>,
    /// The name that the cloud has: it is taken if it can be
    pub(super) tagged: Option<String>,
    /// The name that is always possible
    pub(super) fallback: String,
    /// What tells the machine from another
    pub(super) identity: Option<String>,
    /// The groups it is in; many hosts are in the same ones
    pub(super) groups: Rc<BTreeSet<String>>,
    /// Its variables
    pub(super) vars: BTreeMap<String, Value<'static>>,
    /// Those of them that are secret
    pub(super) secret: BTreeSet<String>,
}

/// A resource that could have been a host and is not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skipped {
    /// The address of the resource
    pub address: String,
    /// Why
    pub reason: SkipReason,
}

/// Why a resource is not a host.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum SkipReason {
    /// It has no address, as when it is stopped
    NoAddress,
    /// Terraform marks its address as sensitive
    SensitiveAddress,
    /// It makes machines that Terraform keeps no record of
    MakesMachines,
    /// An `ansible_host` resource, named here, declares the same machine
    Declared(String),
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAddress => f.write_str("it has no address: it may be stopped"),
            Self::SensitiveAddress => f.write_str("Terraform marks its address as sensitive"),
            Self::MakesMachines => f.write_str("the state does not say which machines it makes"),
            Self::Declared(by) => write!(f, "{by} declares the same machine"),
        }
    }
}

/// Something about a host that a person may want to know.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// The address of the resource
    pub address: String,
    /// What it is about
    pub about: NoteKind,
}

/// What a [`Note`] is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum NoteKind {
    /// The tag or label cannot be the name of a host, so the address of the resource is
    NameNotAllowed(String),
    /// Several resources have this name, so each is called by its address
    NameShared(String),
    /// A group has this name, so the host is called by its address
    NameOfGroup(String),
    /// A declared variable that is left out
    VariableLeftOut(String, &'static str),
}

impl fmt::Display for NoteKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NameNotAllowed(name) => write!(
                f,
                "its name {name:?} cannot be that of a host; it is called by its address"
            ),
            Self::NameShared(name) => write!(
                f,
                "its name {name:?} is that of others too; it is called by its address"
            ),
            Self::NameOfGroup(name) => write!(
                f,
                "its name {name:?} is that of a group; it is called by its address"
            ),
            Self::VariableLeftOut(name, why) => {
                write!(f, "the variable {name:?} is left out: {why}")
            }
        }
    }
}

/// The variable `infra`: what says which resource the host is. None of it changes while
/// the machine stays the same one but for its tags, and tags are data: a list, so that
/// the key of a tag never is the key of an object.
pub(super) fn facts(
    object: &Object<'_>,
    address: &str,
    row: &Row,
    picked: &Picked<'_>,
) -> Value<'static> {
    let text = |text: &str| Value::string(text.to_owned());
    let members = [
        ("address", text(address)),
        (
            "id",
            picked
                .first_text(&["id"])
                .map_or(Value::Null, |id| text(&id)),
        ),
        ("provider", text(provider_source(&object.provider))),
        ("tags", tags(row, picked)),
        ("type", text(&object.resource_type)),
    ];
    object_of(members)
}

/// The variable `infra_addresses`: what changes with each start of a machine, apart from
/// `infra` so that reading a tag doesn't mean depending on an address.
pub(super) fn address_facts(addresses: &Addresses) -> Option<Value<'static>> {
    let known: Vec<(&str, Value<'static>)> = addresses
        .named()
        .into_iter()
        .filter_map(|(name, text)| Some((name, Value::string(text?))))
        .collect();
    (!known.is_empty()).then(|| object_of(known))
}

fn object_of(members: impl IntoIterator<Item = (&'static str, Value<'static>)>) -> Value<'static> {
    Value::Object(
        members
            .into_iter()
            .map(|(key, value)| (key.into(), value))
            .collect(),
    )
}

/// Tags as a list of `{key, value}` in the order of the keys. A tag that is one word is a
/// key without a value.
fn tags(row: &Row, picked: &Picked<'_>) -> Value<'static> {
    let mut pairs: BTreeSet<(String, String)> = BTreeSet::new();
    let value = row
        .tags
        .iter()
        .filter_map(|name| picked.get(name))
        .find(|value| !value.is_empty());
    let plain = |value: &Value<'_>| match value {
        Value::String(text) => text.clone().into_owned(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    match value {
        Some(Value::Object(members)) => {
            pairs.extend(
                members
                    .iter()
                    .map(|(key, value)| (key.clone().into_owned(), plain(value))),
            );
        }
        Some(Value::Array(items)) => pairs.extend(items.iter().map(|item| {
            // Nutanix and Docker write pairs.
            let key = item
                .get("key")
                .or_else(|| item.get("name"))
                .or_else(|| item.get("label"));
            match key {
                Some(key) => (plain(key), item.get("value").map(plain).unwrap_or_default()),
                None => (plain(item), String::new()),
            }
        })),
        // Proxmox keeps its tags in one string.
        Some(Value::String(text)) => pairs.extend(
            text.split([',', ';'])
                .map(str::trim)
                .filter(|word| !word.is_empty())
                .map(|word| (word.to_owned(), String::new())),
        ),
        _ => {}
    }
    pairs
        .into_iter()
        .map(|(key, value)| {
            object_of([("key", Value::string(key)), ("value", Value::string(value))])
        })
        .collect()
}

/// The source address of a provider: raw states write `provider["registry.terraform.io/…"]`
/// with an alias and a module around it, and `provider.aws` before Terraform 0.13.
pub(super) fn provider_source(written: &str) -> &str {
    if let Some((_, rest)) = written.split_once("[\"") {
        return rest.split_once("\"]").map_or(rest, |(source, _)| source);
    }
    match written.rsplit_once("provider.") {
        Some((_, rest)) => rest.split_once('.').map_or(rest, |(name, _)| name),
        None => written,
    }
}

/// The objects that can be hosts, with their addresses.
pub(super) fn candidates<'s, 'a>(state: &'s State<'a>) -> impl Iterator<Item = &'s Object<'a>> {
    state
        .objects
        .iter()
        .filter(|object| object.is_current_managed())
}
