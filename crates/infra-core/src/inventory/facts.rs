//! The variables that every machine has: what says which resource it is, and its addresses.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::address::Addresses;
use super::connect::is_user;
use super::pick::Picked;
use super::provider::Row;
use crate::json::{Members, Value};
use crate::terraform::Object;

/// The variables of a host in the order of their names.
pub(super) type Variables<'v> = Vec<(&'v str, Variable<'v>)>;

/// The value of a variable, in parts that are borrowed: a value of its own is made of it where
/// one is needed, and not to print it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Variable<'v> {
    /// A value
    Given(&'v Value<'static>),
    /// A string
    Text(&'v str),
    /// Which resource the host is
    Resource(&'v Facts<'v>, &'v str),
    /// All addresses of the machine
    Addresses(&'v Addresses<'v>),
}

/// A member of the variable that says which resource a host is.
#[derive(Debug, Clone)]
pub(super) enum Part<'v> {
    Text(Option<&'v str>),
    Tags(Vec<Tag<'v>>),
}

/// A tag, and its value.
pub(super) type Tag<'v> = (Cow<'v, str>, Cow<'v, str>);

/// What the table of providers tells of a machine, borrowed from the state: of a large fleet
/// the variables of all hosts at once would take more memory than the state has.
#[derive(Debug, Default)]
pub(super) struct Facts<'s> {
    provider: &'s str,
    kind: &'s str,
    id: Option<Cow<'s, str>>,
    /// As the provider keeps them
    tags: Value<'s>,
    addresses: Addresses<'s>,
    /// The login that the image was made with
    user: Option<Cow<'s, str>>,
}

impl<'s> Facts<'s> {
    /// Keeps of `picked` what the variables need.
    pub(super) fn of(
        object: &'s Object<'_>,
        row: &Row,
        picked: Picked<'s>,
        addresses: Addresses<'s>,
    ) -> Self {
        Self {
            provider: provider_source(&object.provider),
            kind: &object.resource_type,
            id: picked.first_text(&["id"]),
            user: picked.first_text(row.user).filter(|user| is_user(user)),
            tags: picked.into_first(row.tags),
            addresses,
        }
    }

    /// All variables of a host, in the order of their names: its `own` count before those
    /// that the table gives.
    ///
    /// The variable `infra` says which resource the host is. None of it changes while the
    /// machine stays the same one but for its tags. `infra_addresses` changes with each start
    /// of a machine, and stands apart so that reading a tag doesn't mean depending on an
    /// address.
    pub(super) fn with<'v>(
        &'v self,
        resource: &'v str,
        own: &'v BTreeMap<String, Value<'static>>,
    ) -> Variables<'v> {
        let of_table = [
            ("ansible_host", self.addresses.best().map(Variable::Text)),
            ("ansible_user", self.user.as_deref().map(Variable::Text)),
            ("infra", Some(Variable::Resource(self, resource))),
            (
                "infra_addresses",
                Some(Variable::Addresses(&self.addresses))
                    .filter(|_| self.addresses.is_reachable()),
            ),
        ];
        let mut vars = Variables::with_capacity(own.len() + of_table.len());
        vars.extend(
            own.iter()
                .map(|(name, value)| (name.as_str(), Variable::Given(value))),
        );
        let given = of_table
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        vars.extend(given.filter(|(name, _)| !own.contains_key(*name)));
        if !own.is_empty() {
            vars.sort_by_key(|(name, _)| *name);
        }
        vars
    }

    /// The members of the variable `infra`.
    pub(super) fn parts<'v>(&'v self, resource: &'v str) -> [(&'static str, Part<'v>); 5] {
        [
            ("address", Part::Text(Some(resource))),
            ("id", Part::Text(self.id.as_deref())),
            ("provider", Part::Text(Some(self.provider))),
            ("tags", Part::Tags(tags(&self.tags))),
            ("type", Part::Text(Some(self.kind))),
        ]
    }
}

impl Variable<'_> {
    /// The value.
    pub(super) fn to_value(self) -> Value<'static> {
        match self {
            Self::Given(value) => value.clone(),
            Self::Text(text) => text.to_owned().into(),
            Self::Resource(facts, resource) => {
                let parts = facts.parts(resource).into_iter();
                object_of(parts.map(|(name, part)| (name, part.into_value())))
            }
            Self::Addresses(addresses) => {
                let known = addresses.named().into_iter();
                object_of(known.filter_map(|(name, text)| Some((name, text?.to_owned().into()))))
            }
        }
    }
}

impl Part<'_> {
    fn into_value(self) -> Value<'static> {
        match self {
            Self::Text(text) => text.map_or(Value::Null, |text| text.to_owned().into()),
            Self::Tags(tags) => {
                let text = |text: Cow<'_, str>| Value::from(text.into_owned());
                let pairs = tags
                    .into_iter()
                    .map(|(key, value)| object_of([("key", text(key)), ("value", text(value))]));
                pairs.collect()
            }
        }
    }
}

fn object_of(members: impl IntoIterator<Item = (&'static str, Value<'static>)>) -> Value<'static> {
    let members = members.into_iter();
    let entries = members.map(|(key, value)| (Cow::Borrowed(key), value));
    Value::Object(Members::of_entries(entries.collect()))
}

/// Tags as a list of `{key, value}` in the order of the keys: tags are data, so the key of one
/// never is the key of an object. A tag that is one word is a key without a value.
fn tags<'v>(value: &'v Value<'_>) -> Vec<Tag<'v>> {
    let mut pairs: Vec<Tag<'v>> = Vec::new();
    match value {
        Value::Object(members) => {
            let members = members.iter();
            pairs.extend(members.map(|(key, value)| (Cow::Borrowed(key.as_ref()), plain(value))));
        }
        Value::Array(items) => pairs.extend(items.iter().map(|item| {
            // Nutanix and Docker write pairs.
            let key = item
                .get("key")
                .or_else(|| item.get("name"))
                .or_else(|| item.get("label"));
            match key {
                Some(key) => (plain(key), item.get("value").map(plain).unwrap_or_default()),
                None => (plain(item), Cow::default()),
            }
        })),
        // Proxmox keeps its tags in one string.
        Value::String(text) => pairs.extend(
            text.split([',', ';'])
                .map(str::trim)
                .filter(|word| !word.is_empty())
                .map(|word| (word.into(), Cow::default())),
        ),
        _ => {}
    }
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

fn plain<'v>(value: &'v Value<'_>) -> Cow<'v, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        Value::Null => Cow::default(),
        other => other.to_string().into(),
    }
}

/// The source address of a provider: raw states write `provider["registry.terraform.io/…"]`
/// with an alias and a module around it, and `provider.aws` before Terraform 0.13.
fn provider_source(written: &str) -> &str {
    // For each host: to search for two characters would take several times as long.
    if let Some(quoted) = written.split('"').nth(1) {
        return quoted;
    }
    match written.rsplit_once("provider.") {
        Some((_, rest)) => rest.split_once('.').map_or(rest, |(name, _)| name),
        None => written,
    }
}
