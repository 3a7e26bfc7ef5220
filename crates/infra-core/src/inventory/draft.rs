//! A host before it has a name, and what is said of a state beside the inventory.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::rc::Rc;

use super::facts::{Facts, Variables};
use super::model::Host;
use super::names::from_address;
use crate::json::Value;
use crate::terraform::{Object, State};

/// A host before it is made.
#[derive(Debug, Default)]
pub(super) struct Draft<'s> {
    /// The address of its resource
    pub(super) resource: String,
    /// The name that a person chose: it is taken or refused
    pub(super) chosen: Option<String>,
    /// The name that the cloud has: it is taken if it can be
    pub(super) tagged: Option<Cow<'s, str>>,
    /// The name by the address of the resource, where none of the others is taken
    pub(super) fallback: Option<String>,
    /// What the resource is in the state
    pub(super) object: Option<&'s Object<'s>>,
    /// What tells the machine from another
    pub(super) identity: Option<Cow<'s, str>>,
    /// The groups it is in; many hosts are in the same ones
    pub(super) groups: Rc<BTreeSet<String>>,
    /// What the table of providers says of it
    pub(super) facts: Facts<'s>,
    /// The variables that it is given besides, or instead
    pub(super) own: BTreeMap<String, Value<'static>>,
    /// The names of variables that are secret
    pub(super) secret: BTreeSet<String>,
}

impl Draft<'_> {
    /// Its name, once that is settled.
    pub(super) fn name(&self) -> &str {
        let found = self.fallback.as_deref().or(self.tagged.as_deref());
        self.chosen.as_deref().or(found).unwrap_or_default()
    }

    /// The name that is always possible. It takes time to make, and few hosts need it.
    pub(super) fn name_by_address(&self) -> String {
        let object = self.object;
        object.map_or_else(String::new, |object| from_address(object, &self.resource))
    }

    /// Its variables.
    pub(super) fn vars(&self) -> Variables<'_> {
        self.facts.with(&self.resource, &self.own)
    }

    /// The host.
    pub(super) fn into_host(self) -> Host {
        let vars = self.vars().into_iter();
        Host {
            vars: vars
                .map(|(name, value)| (name.to_owned(), value.to_value()))
                .collect(),
            resource: Some(self.resource),
            identity: self.identity.map(Cow::into_owned),
            secret: self.secret,
        }
    }
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

/// A list with room for as many hosts as there can be. Room that nothing is written to is none,
/// whereas one that doubles again and again leaves its copies behind.
pub(super) fn room_for_all<'s>(state: &'s State<'_>) -> Vec<Draft<'s>> {
    Vec::with_capacity(state.objects.len())
}

/// The objects that can be hosts, with their addresses.
pub(super) fn candidates<'s, 'a>(state: &'s State<'a>) -> impl Iterator<Item = &'s Object<'a>> {
    state
        .objects
        .iter()
        .filter(|object| object.is_current_managed())
}
