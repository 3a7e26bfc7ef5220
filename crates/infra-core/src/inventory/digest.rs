//! One number for a whole inventory.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::model::{Group, Host, Inventory};
use crate::json::Value;

impl Inventory {
    /// The BLAKE3 digest of the inventory: equal inventories have equal digests, however
    /// the objects in their variables are ordered.
    ///
    /// The values of secret variables are left out, so that the digest can be shown and
    /// stored: a short secret could be found by trying. A change of one is seen by whoever
    /// keeps a keyed digest of it.
    pub fn digest(&self) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        // Writing to a hasher cannot fail, and every part is made of strings and values.
        drop(serde_json::to_writer(&mut hasher, &Canonical::of(self)));
        hasher.finalize()
    }
}

/// The inventory as it is digested.
#[derive(Serialize)]
struct Canonical<'i> {
    hosts: BTreeMap<&'i str, CanonicalHost<'i>>,
    groups: BTreeMap<&'i str, CanonicalGroup<'i>>,
    vars: Sorted<'i>,
    untrusted: &'i BTreeSet<String>,
}

#[derive(Serialize)]
struct CanonicalHost<'i> {
    resource: Option<&'i str>,
    identity: Option<&'i str>,
    vars: Sorted<'i>,
    secret: &'i BTreeSet<String>,
}

#[derive(Serialize)]
struct CanonicalGroup<'i> {
    hosts: &'i BTreeSet<String>,
    children: &'i BTreeSet<String>,
    vars: Sorted<'i>,
    untrusted: &'i BTreeSet<String>,
}

impl<'i> Canonical<'i> {
    fn of(inventory: &'i Inventory) -> Self {
        let host = |host: &'i Host| CanonicalHost {
            resource: host.resource.as_deref(),
            identity: host.identity.as_deref(),
            vars: Sorted {
                vars: &host.vars,
                hidden: Some(&host.secret),
            },
            secret: &host.secret,
        };
        let group = |group: &'i Group| CanonicalGroup {
            hosts: &group.hosts,
            children: &group.children,
            vars: Sorted {
                vars: &group.vars,
                hidden: None,
            },
            untrusted: &group.untrusted,
        };
        Self {
            hosts: inventory
                .hosts
                .iter()
                .map(|(name, it)| (name.as_str(), host(it)))
                .collect(),
            groups: inventory
                .groups
                .iter()
                .map(|(name, it)| (name.as_str(), group(it)))
                .collect(),
            vars: Sorted {
                vars: &inventory.vars,
                hidden: None,
            },
            untrusted: &inventory.untrusted,
        }
    }
}

/// Variables with the members of all objects in order, and null for those that are hidden.
struct Sorted<'i> {
    vars: &'i BTreeMap<String, Value<'static>>,
    hidden: Option<&'i BTreeSet<String>>,
}

impl Serialize for Sorted<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.vars.iter().map(|(name, value)| {
            let hidden = self.hidden.is_some_and(|hidden| hidden.contains(name));
            (name, Ordered(if hidden { &Value::Null } else { value }))
        }))
    }
}

struct Ordered<'v>(&'v Value<'static>);

impl Serialize for Ordered<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Array(items) => serializer.collect_seq(items.iter().map(Ordered)),
            Value::Object(members) => {
                let members: BTreeMap<&str, Ordered<'_>> = members
                    .iter()
                    .map(|(key, value)| (key.as_ref(), Ordered(value)))
                    .collect();
                serializer.collect_map(members)
            }
            other => other.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(vars: &str, secret: &[&str]) -> Inventory {
        let Value::Object(members) = Value::parse(vars).unwrap().into_owned() else {
            panic!("an object")
        };
        let host = Host {
            vars: members
                .into_iter()
                .map(|(key, value)| (key.into_owned(), value))
                .collect(),
            secret: secret.iter().map(ToString::to_string).collect(),
            ..Host::default()
        };
        Inventory {
            hosts: [("a".to_owned(), host)].into(),
            ..Inventory::default()
        }
    }

    #[test]
    fn the_order_of_members_is_no_difference_and_a_value_is_one() {
        let digest = with(r#"{"x":{"a":1,"b":[{"c":2,"d":3}]}}"#, &[]).digest();
        assert_eq!(
            digest,
            with(r#"{"x":{"b":[{"d":3,"c":2}],"a":1}}"#, &[]).digest()
        );
        assert_ne!(
            digest,
            with(r#"{"x":{"b":[{"d":3,"c":2}],"a":2}}"#, &[]).digest()
        );
    }

    #[test]
    fn a_secret_is_not_in_the_digest() {
        assert_eq!(
            with(r#"{"x":"one"}"#, &["x"]).digest(),
            with(r#"{"x":"two"}"#, &["x"]).digest()
        );
    }
}
