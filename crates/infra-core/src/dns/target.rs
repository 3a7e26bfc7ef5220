//! Where each name should lead, by a state.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use crate::aws::plain_name;
use crate::config::DnsRule;
use crate::hint::Hint;
use crate::inventory::{Evaluator, Host, Inventory, InventoryError, is_connectable, resource};
use crate::json::Value;
use crate::terraform::{Object, State};

/// A name that should lead to a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The zone, as the configuration names it
    pub zone: String,
    /// Whether the private or the public zone of the name is meant
    pub private: Option<bool>,
    /// The name, below the zone or with it at its end
    pub name: String,
    /// Seconds for which a resolver may keep it
    pub ttl: u32,
    /// Whether a record that somebody else made is taken over
    pub adopt: bool,
    /// The host
    pub host: String,
    /// Its address. None: it has none, or Terraform is yet to make it
    pub address: Option<IpAddr>,
}

impl Target {
    /// The whole name, with that of the zone at its end.
    pub fn full_name(&self, zone: &str) -> String {
        let name = plain_name(&self.name);
        if name == zone || name.ends_with(&format!(".{zone}")) {
            name
        } else {
            format!("{name}.{zone}")
        }
    }

    /// The type of the record, where the address is known.
    pub fn kind(&self) -> Option<&'static str> {
        Some(match self.address? {
            IpAddr::V4(_) => "A",
            IpAddr::V6(_) => "AAAA",
        })
    }
}

/// A `dns` block that gives no records.
#[derive(Debug, thiserror::Error)]
pub enum DnsError {
    /// An expression has no value, or the wrong one
    #[error(transparent)]
    Expression(#[from] InventoryError),
    /// The hosts aren't in the inventory
    #[error("dns (line {line}): the inventory has no host or group {name:?}")]
    UnknownHosts {
        /// The line of the block
        line: usize,
        /// The name that was given
        name: String,
        /// The names of groups that there are
        groups: Vec<String>,
    },
    /// The address of a host is no IP address
    #[error("dns (line {line}): the address of {host}, {address:?}, is no IP address")]
    NoIpAddress {
        /// The line of the block
        line: usize,
        /// The host
        host: String,
        /// Its address
        address: String,
    },
    /// A name that no record can have
    #[error("dns (line {line}): {host} can't have the name {name:?}")]
    Name {
        /// The line of the block
        line: usize,
        /// The host
        host: String,
        /// The name
        name: String,
    },
}

impl Hint for DnsError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Expression(error) => error.hints(),
            Self::UnknownHosts { groups, .. } if groups.is_empty() => Vec::new(),
            Self::UnknownHosts { groups, .. } => {
                vec![format!("its groups are: {}", groups.join(", "))]
            }
            Self::NoIpAddress { .. } => {
                vec!["say which address is meant, such as `address = self.public_ip`".to_owned()]
            }
            Self::Name { .. } => vec![
                "a name has labels of letters, digits, `-` and `_`, with dots between".to_owned(),
            ],
        }
    }
}

/// Where each name of the `rules` should lead, by the state that the inventory was made from.
pub fn targets(
    rules: &[DnsRule],
    inventory: &Inventory,
    state: &State<'_>,
) -> Result<Vec<Target>, DnsError> {
    if rules.is_empty() {
        return Ok(Vec::new());
    }
    let objects: BTreeMap<String, &Object<'_>> = state
        .objects
        .iter()
        .filter(|object| object.is_current_managed())
        .map(|object| (object.address(), object))
        .collect();
    let mut targets = Vec::new();
    for rule in rules {
        for name in hosts(rule, inventory)? {
            let Some(host) = inventory.hosts.get(name) else {
                continue;
            };
            let object = host.resource.as_ref().and_then(|of| objects.get(of));
            targets.push(target(rule, name, host, object.copied())?);
        }
    }
    Ok(targets)
}

fn target(
    rule: &DnsRule,
    host: &str,
    known: &Host,
    object: Option<&Object<'_>>,
) -> Result<Target, DnsError> {
    let resource_address = known.resource.as_deref().unwrap_or(host);
    let values = object.map(Object::values).unwrap_or_default();
    let mask = object
        .filter(|object| object.has_sensitive_marks())
        .map(Object::sensitive);
    let parts = object.map_or(Value::Null, |object| resource(object, resource_address));
    let called = Value::from(host);
    let evaluator =
        Evaluator::new(resource_address, &values, mask.as_ref(), &parts).with_host(&called);
    let name = match &rule.name {
        Some(expr) => evaluator.text(expr, "name")?,
        None => None,
    };
    let name = name.unwrap_or_else(|| host.to_owned());
    if !is_connectable(&name) || name.parse::<IpAddr>().is_ok() {
        return Err(DnsError::Name {
            line: rule.line,
            host: host.to_owned(),
            name,
        });
    }
    let address = match &rule.address {
        Some(expr) => evaluator.text(expr, "address")?,
        None => known
            .vars
            .get("ansible_host")
            .and_then(|value| value.as_str().map(str::to_owned)),
    };
    let address = address
        .map(|address| {
            address.parse().map_err(|_| DnsError::NoIpAddress {
                line: rule.line,
                host: host.to_owned(),
                address,
            })
        })
        .transpose()?;
    Ok(Target {
        zone: rule.zone.clone(),
        private: rule.private,
        name,
        ttl: rule.ttl,
        adopt: rule.adopt,
        host: host.to_owned(),
        address,
    })
}

/// The hosts that a block is for.
fn hosts<'i>(rule: &DnsRule, inventory: &'i Inventory) -> Result<BTreeSet<&'i str>, DnsError> {
    let all = inventory.hosts.keys().map(String::as_str);
    if rule.hosts.is_empty() {
        return Ok(all.collect());
    }
    let mut found = BTreeSet::new();
    for name in &rule.hosts {
        if name == "all" {
            found.extend(all.clone());
        } else if inventory.groups.contains_key(name) {
            let members = all.clone();
            found.extend(members.filter(|host| inventory.groups_of(host).contains(name.as_str())));
        } else if let Some((host, _)) = inventory.hosts.get_key_value(name) {
            found.insert(host.as_str());
        } else {
            return Err(DnsError::UnknownHosts {
                line: rule.line,
                name: name.clone(),
                groups: inventory.groups.keys().cloned().collect(),
            });
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Stack};
    use crate::document::read_state;
    use crate::inventory::{BuildOptions, build};

    fn stack(block: &str) -> Stack {
        let text = format!(
            "stack \"s\" {{\n terraform {{ dir = \".\" }}\n inventory {{\n hosts \"aws_instance\" {{\n name = self.tags.Name\n \
             address = self.public_ip\n groups = [\"web\"]\n }}\n }}\n {block}\n}}"
        );
        let mut config = Config::parse(&text, "infra.hcl").unwrap();
        config.stacks.swap_remove("s").unwrap()
    }

    const STATE: &str = r#"{"version":4,"terraform_version":"1.11.4","serial":1,"lineage":"l","outputs":{},"resources":[
        {"mode":"managed","type":"aws_instance","name":"web","provider":"provider[\"registry.terraform.io/hashicorp/aws\"]",
         "instances":[
          {"index_key":0,"attributes":{"id":"i-1","public_ip":"192.0.2.1","private_ip":"10.0.0.1","ipv6_addresses":["2001:db8::1"],
           "tags":{"Name":"a"},"user_data":"s3cret"},"sensitive_attributes":[[{"type":"get_attr","value":"user_data"}]]},
          {"index_key":1,"attributes":{"id":"i-2","public_ip":"192.0.2.2","private_ip":"10.0.0.2","ipv6_addresses":[],
           "tags":{"Name":"b"}}}]}]}"#;

    fn found(block: &str) -> Result<Vec<(String, String)>, DnsError> {
        let stack = stack(block);
        let state = read_state(STATE).unwrap();
        let built = build(&state, &stack.inventory, BuildOptions::default()).unwrap();
        let targets = targets(&stack.dns, &built.inventory, &state)?;
        let address = |target: &Target| target.address.map_or("-".to_owned(), |ip| ip.to_string());
        Ok(targets
            .iter()
            .map(|target| (target.name.clone(), address(target)))
            .collect())
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let own = |(one, two): &(&str, &str)| ((*one).to_owned(), (*two).to_owned());
        pairs.iter().map(own).collect()
    }

    #[test]
    fn a_name_is_the_hosts_own_and_leads_where_ansible_connects() {
        assert_eq!(
            found("dns { zone = \"example.com\" }").unwrap(),
            pairs(&[("a", "192.0.2.1"), ("b", "192.0.2.2")])
        );
    }

    #[test]
    fn names_and_addresses_are_expressions() {
        let block = "dns {\n zone = \"example.com\"\n name = \"${host}-${resource.key}.in\"\n \
                     address = self.private_ip\n hosts = [\"b\"]\n }";
        assert_eq!(found(block).unwrap(), pairs(&[("b-1.in", "10.0.0.2")]));
        let block = "dns {\n zone = \"example.com\"\n address = try(self.ipv6_addresses[0], null)\n hosts = [\"web\"]\n }";
        assert_eq!(
            found(block).unwrap(),
            pairs(&[("a", "2001:db8::1"), ("b", "-")])
        );
    }

    #[test]
    fn what_can_be_no_record_is_refused() {
        for (attributes, expected) in [
            ("hosts = [\"c\"]", "no host or group \"c\""),
            ("name = \"a b\"", "can't have the name \"a b\""),
            ("name = \"192.0.2.1\"", "can't have the name"),
            ("address = self.id", "\"i-1\", is no IP address"),
            ("name = self.user_data", "marks as sensitive"),
        ] {
            let block = format!("dns {{\n zone = \"example.com\"\n {attributes}\n }}");
            let error = found(&block).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
