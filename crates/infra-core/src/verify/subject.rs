//! What a state says of one host: where it is, and which records should lead to it.

use std::collections::{BTreeMap, BTreeSet};

use super::state_record::{StateRecord, state_records};
use crate::inventory::{Host, Inventory};
use crate::json::Value;
use crate::terraform::State;

/// What a state says of one host.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Subject {
    /// The host
    pub host: String,
    /// The resource that it is
    pub resource: Option<String>,
    /// What Ansible connects to
    pub address: Option<String>,
    /// The addresses by kind: `public_ipv4`, `private_ipv4`, `public_ipv6`, `private_ipv6`,
    /// `dns`
    pub addresses: BTreeMap<String, String>,
    /// The EC2 instance that it is, if it is one
    pub instance: Option<InstanceRef>,
    /// The records that should lead to it
    pub records: Vec<RecordRef>,
}

/// An EC2 instance.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct InstanceRef {
    /// Its region. None: the state doesn't say
    pub region: Option<String>,
    /// Its id
    pub id: String,
}

/// A record of Route 53.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordRef {
    /// The id of its zone
    pub zone: String,
    /// Its name
    pub name: String,
    /// Its type
    pub kind: String,
    /// Who makes it: the address of a resource, or `dns` for the block of `infra.hcl`
    pub made_by: String,
}

/// What a state says of each host of the inventory that was made from it.
pub fn subjects(inventory: &Inventory, state: &State<'_>) -> Vec<Subject> {
    let instances = instances(state);
    let mut subjects: Vec<Subject> = inventory
        .hosts
        .iter()
        .map(|(name, host)| subject(name, host, &instances))
        .collect();
    let places = Places::of(&subjects);
    for record in state_records(state) {
        places.attribute(&record, &mut subjects);
    }
    subjects
}

fn subject(name: &str, host: &Host, instances: &BTreeMap<String, Own>) -> Subject {
    let text = |value: &Value<'_>| value.as_str().map(str::to_owned);
    let own = host.resource.as_ref().and_then(|of| instances.get(of));
    let known = host
        .vars
        .get("infra_addresses")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter_map(|(kind, value)| Some((kind.to_string(), text(value)?)));
    let mut addresses = own.map(|own| own.addresses.clone()).unwrap_or_default();
    // Those count more: they have Elastic IPs, which the instance itself doesn't say.
    addresses.extend(known);
    let is_ec2 = |id: &&String| own.is_some() && id.starts_with("i-");
    Subject {
        host: name.to_owned(),
        resource: host.resource.clone(),
        address: host.vars.get("ansible_host").and_then(text),
        addresses,
        instance: host.identity.as_ref().filter(is_ec2).map(|id| InstanceRef {
            region: own.and_then(|own| own.region.clone()),
            id: id.clone(),
        }),
        records: Vec::new(),
    }
}

/// What a state says of an instance beside what the inventory has of it.
#[derive(Default)]
struct Own {
    /// Its region, from its ARN: a stack may have several providers
    region: Option<String>,
    /// Its addresses by kind
    addresses: BTreeMap<String, String>,
}

/// The instances of a state by resource.
fn instances(state: &State<'_>) -> BTreeMap<String, Own> {
    const ATTRIBUTES: [(&str, &str); 3] = [
        ("public_ip", "public_ipv4"),
        ("private_ip", "private_ipv4"),
        ("public_dns", "dns"),
    ];
    state
        .objects
        .iter()
        .filter(|object| object.is_current_managed() && is_instance(&object.resource_type))
        .map(|object| {
            let values = object.values();
            let text = |value: Option<&Value<'_>>| {
                let text = value.and_then(Value::as_str)?;
                Some(text.to_owned()).filter(|text| !text.is_empty())
            };
            let ipv6 = values.get("ipv6_addresses").and_then(Value::as_array);
            let ipv6 = text(ipv6.and_then(|all| all.first()));
            let addresses = ATTRIBUTES
                .iter()
                .map(|(attribute, kind)| (*kind, text(values.get(attribute))))
                .chain([("public_ipv6", ipv6)])
                .filter_map(|(kind, address)| Some((kind.to_owned(), address?)));
            // arn:aws:ec2:eu-central-1:123456789012:instance/i-0123
            let arn = text(values.get("arn")).unwrap_or_default();
            let region = arn.split(':').nth(3).filter(|region| !region.is_empty());
            let own = Own {
                region: region.map(str::to_owned),
                addresses: addresses.collect(),
            };
            (object.address(), own)
        })
        .collect()
}

fn is_instance(kind: &str) -> bool {
    matches!(kind, "aws_instance" | "aws_spot_instance_request")
}

/// Where in a list of subjects one is found.
struct Places {
    /// By each of its addresses, as [`plain`] has it
    by_address: BTreeMap<String, BTreeSet<usize>>,
    /// By its resource without the key, with the key
    by_resource: BTreeMap<String, Vec<(String, usize)>>,
}

impl Places {
    fn of(subjects: &[Subject]) -> Self {
        let mut places = Self {
            by_address: BTreeMap::new(),
            by_resource: BTreeMap::new(),
        };
        for (at, subject) in subjects.iter().enumerate() {
            for address in subject.addresses.values().chain(&subject.address) {
                let found = places.by_address.entry(plain(address)).or_default();
                found.insert(at);
            }
            let resource = subject.resource.as_deref().unwrap_or_default();
            let (base, key) = split_key(resource);
            let found = places.by_resource.entry(base.to_owned()).or_default();
            found.push((key.to_owned(), at));
        }
        places
    }

    /// Finds the hosts that a record is for: those whose addresses it has in the state, and
    /// else the one that it depends on. A refresh may have given the one a new address and not
    /// the other.
    fn attribute(&self, record: &StateRecord, subjects: &mut [Subject]) {
        let values = record.values.iter();
        let mut found: BTreeSet<usize> = values
            .filter_map(|value| self.by_address.get(&plain(value)))
            .flatten()
            .copied()
            .collect();
        if found.is_empty() {
            let needed = record.depends_on.iter();
            let on: Vec<&(String, usize)> = needed
                .filter_map(|resource| self.by_resource.get(resource))
                .flatten()
                .collect();
            let is_one = on.len() <= 1;
            let right = on
                .into_iter()
                .filter(|(key, _)| is_one || (!key.is_empty() && *key == record.key));
            found = right.map(|(_, at)| *at).collect();
        }
        for at in found {
            if let Some(subject) = subjects.get_mut(at) {
                subject.records.push(RecordRef {
                    zone: record.zone.clone(),
                    name: record.name.clone(),
                    kind: record.kind.clone(),
                    made_by: format!("{}{}", record.resource, record.key),
                });
            }
        }
    }
}

/// An address or a name as it is compared.
fn plain(text: &str) -> String {
    text.trim_end_matches('.').to_lowercase()
}

/// Whether two addresses or names are the same one.
pub(super) fn same(one: &str, other: &str) -> bool {
    plain(one) == plain(other)
}

/// The address of a resource, and the key of the instance.
fn split_key(address: &str) -> (&str, &str) {
    match address.rfind('[') {
        Some(at) if address.ends_with(']') => address.split_at(at),
        _ => (address, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::InventoryRules;
    use crate::document::read_state;
    use crate::inventory::{BuildOptions, build};

    /// Two instances by `for_each`, and a record for each.
    fn state(instance: &str, record: &str) -> String {
        format!(
            r#"{{"version":4,"terraform_version":"1.11.4","serial":1,"lineage":"l","outputs":{{}},"resources":[
            {{"mode":"managed","type":"aws_instance","name":"web","provider":"provider[\"registry.terraform.io/hashicorp/aws\"]",
             "instances":[
              {{"index_key":"a","attributes":{{"id":"i-1","arn":"arn:aws:ec2:eu-west-1:1:instance/i-1","public_ip":"{instance}","private_ip":"10.0.0.1","tags":{{"Name":"a"}}}}}},
              {{"index_key":"b","attributes":{{"id":"i-2","arn":"","public_ip":"192.0.2.20","private_ip":"10.0.0.2","tags":{{"Name":"b"}}}}}}]}},
            {{"mode":"managed","type":"aws_route53_record","name":"web","provider":"provider[\"registry.terraform.io/hashicorp/aws\"]",
             "instances":[{{"index_key":"a","attributes":{{"zone_id":"Z1","fqdn":"a.example.com","type":"A","records":["{record}"]}},
               "dependencies":["aws_instance.web"]}}]}}]}}"#
        )
    }

    fn subjects_of(text: &str) -> Vec<Subject> {
        let state = read_state(text).unwrap();
        let built = build(&state, &InventoryRules::default(), BuildOptions::default()).unwrap();
        subjects(&built.inventory, &state)
    }

    #[test]
    fn a_record_belongs_to_the_host_whose_address_it_has() {
        let found = subjects_of(&state("192.0.2.10", "192.0.2.20"));
        assert!(found[0].records.is_empty());
        assert_eq!(found[1].records[0].name, "a.example.com");
    }

    #[test]
    fn a_record_that_was_left_behind_belongs_to_the_host_that_it_depends_on() {
        let found = subjects_of(&state("192.0.2.99", "192.0.2.10"));
        assert_eq!(found[0].host, "a");
        assert_eq!(
            found[0].records[0].made_by,
            r#"aws_route53_record.web["a"]"#
        );
        assert!(found[1].records.is_empty());
    }

    #[test]
    fn an_instance_is_asked_for_in_its_own_region() {
        let found = subjects_of(&state("192.0.2.10", "192.0.2.10"));
        let instance = found[0].instance.clone().unwrap();
        assert_eq!(instance.region.as_deref(), Some("eu-west-1"));
        assert_eq!(found[1].instance.clone().unwrap().region, None);
        assert_eq!(found[0].addresses["private_ipv4"], "10.0.0.1");
    }
}
