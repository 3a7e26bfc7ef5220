//! The judgement of one host.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::report::{DnsSide, Ec2Side, Row, Source, Stale};
use super::subject::{RecordRef, Subject, same};
use crate::aws::{Instance, RecordSet};

/// What to make of a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// All sources agree, and it can be reached
    Ok,
    /// A source has an address that isn't the host's any more
    Stale,
    /// It doesn't run
    Stopped,
    /// It was terminated
    Gone,
    /// All sources agree, and it does not answer
    Unreachable,
    /// There is nothing to compare: it is no EC2 instance, has no record, and ssh didn't try it
    Unchecked,
}

/// The records of some zones, found by what a [`RecordRef`] says of one.
#[derive(Debug, Clone, Default)]
pub struct Records {
    values: BTreeMap<(String, String, String), Vec<String>>,
}

impl Records {
    /// Adds the records of a zone. Those of one name and type, which differ by their routing
    /// policy, count as one.
    pub fn add(&mut self, zone: &str, sets: impl IntoIterator<Item = RecordSet>) {
        for set in sets {
            let key = (zone.to_owned(), set.name, set.kind);
            self.values.entry(key).or_default().extend(set.values);
        }
    }

    fn of(&self, record: &RecordRef) -> Vec<String> {
        let RecordRef {
            zone, name, kind, ..
        } = record;
        let key = (zone.clone(), name.clone(), kind.clone());
        self.values.get(&key).cloned().unwrap_or_default()
    }
}

/// What was found out about a host.
#[derive(Debug, Clone)]
pub struct Found<'a> {
    /// The EC2 instance. None: EC2 knows no such instance, or it isn't one
    pub instance: Option<&'a Instance>,
    /// The records of the zones that were looked into
    pub records: &'a Records,
    /// Whether ssh reached it; why not. None: nobody tried
    pub contact: Option<Result<(), String>>,
}

/// The kinds of address that a state and EC2 both know.
const KINDS: [(&str, Kind); 3] = [
    ("public_ipv4", |instance| instance.public_ip.as_ref()),
    ("private_ipv4", |instance| instance.private_ip.as_ref()),
    ("public_ipv6", |instance| instance.ipv6.as_ref()),
];
type Kind = fn(&Instance) -> Option<&String>;

impl Subject {
    /// The address to try: the one that Ansible would use or, where the state is stale, the one
    /// of the same kind that EC2 has. The old one may be somebody else's by now.
    pub fn address_to_try(&self, instance: Option<&Instance>) -> Option<String> {
        let address = self.address.as_ref()?;
        let Some(instance) = instance else {
            return Some(address.clone());
        };
        let kind = self.addresses.iter().find(|(_, known)| *known == address);
        let Some((kind, _)) = kind.filter(|_| !instance.all.contains(address)) else {
            return Some(address.clone());
        };
        match KINDS.iter().find(|(name, _)| name == kind) {
            Some((_, of)) => of(instance).cloned(),
            None => Some(address.clone()),
        }
    }
}

/// Compares what the state says of a host with what was found.
pub fn compare(subject: &Subject, found: &Found<'_>) -> Row {
    let instance = found.instance;
    let is_missing = subject.instance.is_some() && instance.is_none_or(Instance::is_gone);
    let runs = instance.is_some_and(Instance::is_running);
    let mut stale = Vec::new();
    if let Some(instance) = instance.filter(|_| runs) {
        stale.extend(old_addresses(subject, instance));
    }
    let dns: Vec<DnsSide> = subject
        .records
        .iter()
        .map(|record| side(record, found, &right(subject, instance)))
        .collect();
    if !is_missing {
        // An instance that is stopped has no address for a record to have.
        let counts = subject.instance.is_none() || runs;
        stale.extend(
            dns.iter()
                .filter(|side| side.stale && counts)
                .map(|side| Stale {
                    source: Source::Dns,
                    what: format!("{} {}", side.name, side.kind),
                    says: side.values.clone(),
                    is: right_for(&side.kind, &right(subject, instance)),
                }),
        );
    }
    let verdict = if is_missing {
        Verdict::Gone
    } else if subject.instance.is_some() && !runs {
        Verdict::Stopped
    } else if !stale.is_empty() {
        Verdict::Stale
    } else if matches!(found.contact, Some(Err(_))) {
        Verdict::Unreachable
    } else if subject.instance.is_none() && dns.is_empty() && found.contact.is_none() {
        Verdict::Unchecked
    } else {
        Verdict::Ok
    };
    Row {
        host: subject.host.clone(),
        resource: subject.resource.clone(),
        address: subject.address.clone(),
        addresses: subject.addresses.clone(),
        ec2: subject.instance.as_ref().map(|of| Ec2Side {
            instance: of.id.clone(),
            region: of.region.clone(),
            status: instance.map_or_else(|| "absent".to_owned(), |found| found.status.clone()),
            public_ip: instance.and_then(|found| found.public_ip.clone()),
            private_ip: instance.and_then(|found| found.private_ip.clone()),
            ipv6: instance.and_then(|found| found.ipv6.clone()),
        }),
        dns,
        reachable: found.contact.as_ref().map(Result::is_ok),
        tried: found
            .contact
            .as_ref()
            .and_then(|_| subject.address_to_try(instance)),
        message: found
            .contact
            .as_ref()
            .and_then(|contact| contact.as_ref().err().cloned()),
        verdict,
        stale,
    }
}

/// The addresses of the state that aren't the instance's.
fn old_addresses(subject: &Subject, instance: &Instance) -> Vec<Stale> {
    KINDS
        .iter()
        .filter_map(|(kind, of)| {
            let says = subject.addresses.get(*kind);
            let is = of(instance);
            let agrees = match (says, is) {
                (Some(says), _) => instance.all.contains(says),
                (None, Some(_)) => *kind != "public_ipv4",
                (None, None) => true,
            };
            (!agrees).then(|| Stale {
                source: Source::State,
                what: (*kind).to_owned(),
                says: says.into_iter().cloned().collect(),
                is: is.into_iter().cloned().collect(),
            })
        })
        .collect()
}

/// Where the host really is: by EC2, and by the state where EC2 has nothing to say.
fn right(subject: &Subject, instance: Option<&Instance>) -> Vec<String> {
    let known: BTreeSet<&String> = match instance {
        Some(instance) => instance.all.iter().collect(),
        None => subject.addresses.values().chain(&subject.address).collect(),
    };
    known.into_iter().cloned().collect()
}

/// Those of the right addresses that a record of this type could have.
fn right_for(kind: &str, right: &[String]) -> Vec<String> {
    let fits = |address: &&String| match kind {
        "A" => address.parse::<std::net::Ipv4Addr>().is_ok(),
        "AAAA" => address.parse::<std::net::Ipv6Addr>().is_ok(),
        _ => address.parse::<std::net::IpAddr>().is_err(),
    };
    right.iter().filter(fits).cloned().collect()
}

fn side(record: &RecordRef, found: &Found<'_>, right: &[String]) -> DnsSide {
    let values = found.records.of(record);
    let leads_there = values
        .iter()
        .any(|value| right.iter().any(|address| same(value, address)));
    DnsSide {
        name: record.name.clone(),
        kind: record.kind.clone(),
        zone: record.zone.clone(),
        made_by: record.made_by.clone(),
        values,
        stale: !leads_there,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::InstanceRef;

    fn subject() -> Subject {
        Subject {
            host: "web".to_owned(),
            address: Some("192.0.2.1".to_owned()),
            addresses: [("public_ipv4", "192.0.2.1"), ("private_ipv4", "10.0.0.1")]
                .map(|(kind, text)| (kind.to_owned(), text.to_owned()))
                .into(),
            instance: Some(InstanceRef {
                region: None,
                id: "i-1".to_owned(),
            }),
            records: vec![RecordRef {
                zone: "Z1".to_owned(),
                name: "web.example.com".to_owned(),
                kind: "A".to_owned(),
                made_by: "dns".to_owned(),
            }],
            ..Subject::default()
        }
    }

    fn instance(public: &str) -> Instance {
        Instance {
            status: "running".to_owned(),
            public_ip: Some(public.to_owned()),
            private_ip: Some("10.0.0.1".to_owned()),
            ipv6: None,
            all: [public, "10.0.0.1"].map(str::to_owned).into(),
        }
    }

    fn record(value: &str) -> Records {
        let set = RecordSet {
            name: "web.example.com".to_owned(),
            kind: "A".to_owned(),
            ttl: Some(60),
            values: [value.to_owned()].into(),
            is_plain: true,
        };
        let mut records = Records::default();
        records.add("Z1", [set]);
        records
    }

    fn judged(instance: Option<&Instance>, value: &str, contact: Result<(), String>) -> Row {
        let records = record(value);
        let found = Found {
            instance,
            records: &records,
            contact: Some(contact),
        };
        compare(&subject(), &found)
    }

    #[test]
    fn what_agrees_and_answers_is_in_order() {
        let row = judged(Some(&instance("192.0.2.1")), "192.0.2.1", Ok(()));
        assert_eq!((row.verdict, row.stale.len()), (Verdict::Ok, 0));
        let row = judged(
            Some(&instance("192.0.2.1")),
            "192.0.2.1",
            Err("no".to_owned()),
        );
        assert_eq!(row.verdict, Verdict::Unreachable);
    }

    #[test]
    fn the_source_that_is_stale_is_named() {
        let row = judged(Some(&instance("192.0.2.9")), "192.0.2.9", Ok(()));
        assert_eq!(row.verdict, Verdict::Stale);
        let sources: Vec<_> = row.stale.iter().map(|stale| stale.source).collect();
        assert_eq!(sources, [Source::State]);
        assert_eq!(row.tried.as_deref(), Some("192.0.2.9"));

        let row = judged(Some(&instance("192.0.2.1")), "192.0.2.7", Ok(()));
        assert_eq!(row.verdict, Verdict::Stale);
        assert_eq!(row.stale[0].source, Source::Dns);
        assert_eq!(row.stale[0].what, "web.example.com A");
        assert_eq!(row.stale[0].is, ["10.0.0.1", "192.0.2.1"]);
    }

    #[test]
    fn an_instance_that_is_stopped_or_gone_is_nothing_else() {
        let stopped = Instance {
            status: "stopped".to_owned(),
            public_ip: None,
            ..instance("192.0.2.1")
        };
        let row = judged(Some(&stopped), "192.0.2.7", Err("no".to_owned()));
        assert_eq!((row.verdict, row.stale.len()), (Verdict::Stopped, 0));
        let row = judged(None, "192.0.2.7", Err("no".to_owned()));
        assert_eq!((row.verdict, row.stale.len()), (Verdict::Gone, 0));
        assert_eq!(row.ec2.unwrap().status, "absent");
    }

    #[test]
    fn an_address_that_an_elastic_ip_gave_after_the_instance_is_no_news() {
        let mut found = instance("192.0.2.50");
        found.all.insert("192.0.2.1".to_owned());
        let row = judged(Some(&found), "192.0.2.1", Ok(()));
        assert_eq!(row.verdict, Verdict::Ok);
    }

    #[test]
    fn of_a_host_elsewhere_only_dns_and_ssh_speak() {
        let subject = Subject {
            instance: None,
            ..subject()
        };
        let records = record("192.0.2.7");
        let found = Found {
            instance: None,
            records: &records,
            contact: None,
        };
        let row = compare(&subject, &found);
        assert_eq!(row.verdict, Verdict::Stale);
        assert_eq!(row.stale[0].is, ["10.0.0.1", "192.0.2.1"]);
        assert_eq!(row.reachable, None);
    }

    #[test]
    fn a_host_of_which_nobody_was_asked_is_not_in_order() {
        let subject = Subject {
            instance: None,
            records: Vec::new(),
            ..subject()
        };
        let records = Records::default();
        let judged = |contact| {
            let found = Found {
                instance: None,
                records: &records,
                contact,
            };
            compare(&subject, &found).verdict
        };
        assert_eq!(judged(None), Verdict::Unchecked);
        assert_eq!(judged(Some(Ok(()))), Verdict::Ok);
    }
}
