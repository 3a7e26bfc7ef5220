//! What must change in a zone.

use std::collections::{BTreeMap, BTreeSet};

use super::change::{DnsAction, DnsChange};
use super::ownership::{self, Owner};
use super::target::Target;
use crate::aws::RecordSet;

/// A zone, and all that is in it.
#[derive(Debug, Clone, Copy)]
pub struct Zone<'a> {
    /// Its name
    pub name: &'a str,
    /// Its records
    pub records: &'a [RecordSet],
}

/// What must change in a zone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ZoneDiff {
    /// What is done with each record, by name
    pub changes: Vec<DnsChange>,
    /// The records that are removed, exactly as they are now
    pub remove: Vec<RecordSet>,
    /// The records that are made
    pub make: Vec<RecordSet>,
}

/// A record that is wanted.
#[derive(Default)]
struct Wanted {
    values: BTreeSet<String>,
    hosts: BTreeSet<String>,
    ttl: u32,
    adopt: bool,
}

/// Compares what a stack wants of a zone with what is there. A record is only touched if its
/// ownership record says that it is the owner's, or if it may be adopted.
pub fn compare(zone: Zone<'_>, targets: &[&Target], owner: &Owner) -> ZoneDiff {
    let mut wanted: BTreeMap<(String, &'static str), Wanted> = BTreeMap::new();
    let mut unknown: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for target in targets {
        let name = target.full_name(zone.name);
        let Some((address, kind)) = target.address.zip(target.kind()) else {
            unknown.entry(name).or_default().insert(target.host.clone());
            continue;
        };
        let record = wanted.entry((name, kind)).or_insert_with(|| Wanted {
            ttl: target.ttl,
            ..Wanted::default()
        });
        record.values.insert(address.to_string());
        record.hosts.insert(target.host.clone());
        record.ttl = record.ttl.min(target.ttl);
        record.adopt |= target.adopt;
    }
    let mut by_name = BTreeMap::new();
    for record in zone.records {
        // Of several with a routing policy any says that the name is taken.
        by_name
            .entry((record.name.as_str(), record.kind.as_str()))
            .or_insert(record);
    }
    let mut comparing = Comparing {
        zone,
        by_name,
        owner,
        diff: ZoneDiff::default(),
    };
    for ((name, kind), record) in &wanted {
        if unknown.contains_key(name) {
            continue;
        }
        comparing.wanted(name, kind, record);
    }
    for (name, hosts) in &unknown {
        comparing.unknown(name, hosts);
    }
    let wanted: BTreeSet<(&str, &str)> = wanted
        .keys()
        .map(|(name, kind)| (name.as_str(), *kind))
        .collect();
    comparing.unwanted(|name, kind| unknown.contains_key(name) || wanted.contains(&(name, kind)));
    let mut diff = comparing.diff;
    diff.changes
        .sort_by(|one, other| (&one.name, &one.kind).cmp(&(&other.name, &other.kind)));
    diff
}

struct Comparing<'a> {
    zone: Zone<'a>,
    by_name: BTreeMap<(&'a str, &'a str), &'a RecordSet>,
    owner: &'a Owner,
    diff: ZoneDiff,
}

impl<'a> Comparing<'a> {
    fn find(&self, name: &str, kind: &str) -> Option<&'a RecordSet> {
        self.by_name.get(&(name, kind)).copied()
    }

    /// The ownership record of a record, and whether it is the owner's.
    fn ownership(&self, name: &str, kind: &str) -> Option<(&'a RecordSet, bool)> {
        let record = self.find(&ownership::name_of(name, kind), "TXT")?;
        let is_own =
            record.values.len() == 1 && record.values.iter().all(|text| self.owner.owns(text));
        Some((record, is_own))
    }

    fn wanted(&mut self, name: &str, kind: &'static str, wanted: &Wanted) {
        let there = self.find(name, kind);
        let ownership = self.ownership(name, kind);
        let is_own = ownership.is_some_and(|(_, is_own)| is_own);
        let record = RecordSet {
            name: name.to_owned(),
            kind: kind.to_owned(),
            ttl: Some(i64::from(wanted.ttl)),
            values: wanted.values.clone(),
            is_plain: true,
        };
        let (action, reason) = self.action(there, ownership, &record, wanted.adopt);
        self.diff.changes.push(DnsChange {
            zone: self.zone.name.to_owned(),
            name: name.to_owned(),
            kind: Some(kind.to_owned()),
            action,
            hosts: wanted.hosts.iter().cloned().collect(),
            before: values(there),
            after: wanted.values.iter().cloned().collect(),
            reason,
        });
        if matches!(action, DnsAction::Keep | DnsAction::Refuse) {
            return;
        }
        if there != Some(&record) {
            self.diff.remove.extend(there.cloned());
            self.diff.make.push(record);
        }
        if !is_own {
            self.diff
                .remove
                .extend(ownership.map(|(record, _)| record.clone()));
            let ttl = Some(i64::from(wanted.ttl));
            self.diff.make.push(self.owner.record(name, kind, ttl));
        }
    }

    fn action(
        &self,
        there: Option<&RecordSet>,
        ownership: Option<(&RecordSet, bool)>,
        record: &RecordSet,
        adopt: bool,
    ) -> (DnsAction, Option<String>) {
        let refuse = |why: String| (DnsAction::Refuse, Some(why));
        if self.find(&record.name, "CNAME").is_some() {
            return refuse(
                "there is a CNAME of this name, and nothing can stand beside it".to_owned(),
            );
        }
        let whose = match ownership {
            Some((_, true)) => None,
            Some((text, false)) => Some(ownership::told(
                text.values.first().map_or("", String::as_str),
            )),
            None => there.map(|_| "it was not made by infra".to_owned()),
        };
        match (there, whose) {
            (Some(there), _) if !there.is_plain => refuse(
                "it is an alias or has a routing policy, and such a record is never touched"
                    .to_owned(),
            ),
            (_, Some(whose)) if adopt => (DnsAction::Adopt, Some(whose)),
            (_, Some(whose)) => refuse(whose),
            (None, None) => (DnsAction::Create, None),
            (Some(there), None) if there == record => (DnsAction::Keep, None),
            (Some(there), None) if there.values == record.values => {
                let ttl = |record: &RecordSet| record.ttl.unwrap_or_default();
                let reason = format!("ttl {} → {}", ttl(there), ttl(record));
                (DnsAction::Update, Some(reason))
            }
            (Some(_), None) => (DnsAction::Update, None),
        }
    }

    fn unknown(&mut self, name: &str, hosts: &BTreeSet<String>) {
        let there = ["A", "AAAA"]
            .into_iter()
            .find_map(|kind| self.find(name, kind));
        self.diff.changes.push(DnsChange {
            zone: self.zone.name.to_owned(),
            name: name.to_owned(),
            kind: there.map(|record| record.kind.clone()),
            action: DnsAction::Unknown,
            hosts: hosts.iter().cloned().collect(),
            before: values(there),
            after: Vec::new(),
            reason: None,
        });
    }

    /// Removes the records that are the owner's and that no host has any more: the address in
    /// them is, or will be, somebody else's.
    fn unwanted(&mut self, is_wanted: impl Fn(&str, &str) -> bool) {
        for text in self.zone.records {
            let Some((name, kind)) = ownership::subject_of(&text.name) else {
                continue;
            };
            let is_own =
                text.kind == "TXT" && self.ownership(name, kind).is_some_and(|(_, own)| own);
            if !is_own || is_wanted(name, kind) {
                continue;
            }
            let there = self.find(name, kind).filter(|record| record.is_plain);
            self.diff.remove.extend(there.cloned());
            self.diff.remove.push(text.clone());
            self.diff.changes.push(DnsChange {
                zone: self.zone.name.to_owned(),
                name: name.to_owned(),
                kind: Some(kind.to_owned()),
                action: DnsAction::Delete,
                hosts: Vec::new(),
                before: values(there),
                after: Vec::new(),
                reason: Some("no host has this name any more".to_owned()),
            });
        }
    }
}

fn values(record: Option<&RecordSet>) -> Vec<String> {
    let values = record.into_iter().flat_map(|record| &record.values);
    values.cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONE: &str = "example.com";

    fn owner() -> Owner {
        Owner {
            stack: "web".to_owned(),
            state: Some("l1".to_owned()),
        }
    }

    fn target(name: &str, address: Option<&str>) -> Target {
        Target {
            zone: ZONE.to_owned(),
            private: None,
            name: name.to_owned(),
            ttl: 60,
            adopt: false,
            host: format!("host of {name}"),
            address: address.map(|address| address.parse().unwrap()),
        }
    }

    fn record(name: &str, kind: &str, value: &str) -> RecordSet {
        RecordSet {
            name: name.to_owned(),
            kind: kind.to_owned(),
            ttl: Some(60),
            values: [value.to_owned()].into(),
            is_plain: true,
        }
    }

    /// What is there after a change.
    fn after(records: &[RecordSet], diff: &ZoneDiff) -> Vec<RecordSet> {
        for removed in &diff.remove {
            assert!(records.contains(removed), "{removed:?} isn't there");
        }
        let mut left: Vec<RecordSet> = records
            .iter()
            .filter(|record| !diff.remove.contains(record))
            .cloned()
            .collect();
        for made in &diff.make {
            let taken = left
                .iter()
                .any(|record| (&record.name, &record.kind) == (&made.name, &made.kind));
            assert!(!taken, "{made:?} is there already");
            left.push(made.clone());
        }
        left
    }

    fn diff(records: &[RecordSet], targets: &[Target]) -> ZoneDiff {
        let zone = Zone {
            name: ZONE,
            records,
        };
        compare(zone, &targets.iter().collect::<Vec<_>>(), &owner())
    }

    fn actions(diff: &ZoneDiff) -> Vec<DnsAction> {
        diff.changes.iter().map(|change| change.action).collect()
    }

    #[test]
    fn a_record_is_made_with_its_ownership_and_then_kept() {
        let targets = [
            target("a", Some("192.0.2.1")),
            target("b.example.com", Some("2001:db8::1")),
        ];
        let first = diff(&[], &targets);
        assert_eq!(actions(&first), [DnsAction::Create; 2]);
        let records = after(&[], &first);
        assert_eq!(records.len(), 4);
        let second = diff(&records, &targets);
        assert_eq!(actions(&second), [DnsAction::Keep; 2]);
        assert!(second.remove.is_empty() && second.make.is_empty());
    }

    #[test]
    fn a_new_address_changes_that_record_and_nothing_else() {
        let targets = |address| [target("a", Some(address)), target("b", Some("192.0.2.2"))];
        let records = after(&[], &diff(&[], &targets("192.0.2.1")));
        let moved = diff(&records, &targets("192.0.2.9"));
        assert_eq!(actions(&moved), [DnsAction::Update, DnsAction::Keep]);
        assert_eq!(moved.remove, [record("a.example.com", "A", "192.0.2.1")]);
        assert_eq!(moved.make, [record("a.example.com", "A", "192.0.2.9")]);
        let six = diff(&records, &targets("2001:db8::9"));
        assert_eq!(
            actions(&six),
            [DnsAction::Delete, DnsAction::Create, DnsAction::Keep]
        );
        after(&records, &six);
    }

    #[test]
    fn what_somebody_else_made_is_refused_unless_it_may_be_adopted() {
        let foreign = [record("a.example.com", "A", "198.51.100.1")];
        let refused = diff(&foreign, &[target("a", Some("192.0.2.1"))]);
        assert_eq!(actions(&refused), [DnsAction::Refuse]);
        assert!(refused.remove.is_empty() && refused.make.is_empty());
        let adopting = Target {
            adopt: true,
            ..target("a", Some("192.0.2.1"))
        };
        let adopted = diff(&foreign, std::slice::from_ref(&adopting));
        assert_eq!(actions(&adopted), [DnsAction::Adopt]);
        let records = after(&foreign, &adopted);
        assert_eq!(actions(&diff(&records, &[adopting])), [DnsAction::Keep]);

        let alias = [RecordSet {
            is_plain: false,
            ..record("a.example.com", "A", "x")
        }];
        let adopting = Target {
            adopt: true,
            ..target("a", Some("192.0.2.1"))
        };
        assert_eq!(
            actions(&diff(&alias, std::slice::from_ref(&adopting))),
            [DnsAction::Refuse]
        );
        let cname = [record("a.example.com", "CNAME", "x.example.com")];
        assert_eq!(actions(&diff(&cname, &[adopting])), [DnsAction::Refuse]);
    }

    #[test]
    fn a_stack_of_the_same_name_with_another_state_owns_nothing_here() {
        let other = Owner {
            state: Some("l2".to_owned()),
            ..owner()
        };
        let zone = Zone {
            name: ZONE,
            records: &[],
        };
        let theirs = target("a", Some("192.0.2.1"));
        let records = after(&[], &compare(zone, &[&theirs], &other));
        let refused = diff(&records, &[target("a", Some("192.0.2.9"))]);
        assert_eq!(actions(&refused), [DnsAction::Refuse]);
        let reason = refused.changes[0].reason.as_deref().unwrap();
        assert!(reason.contains("lineage l2"), "{reason}");
        // And of theirs nothing is removed.
        assert_eq!(diff(&records, &[]), ZoneDiff::default());
    }

    #[test]
    fn a_name_that_no_host_has_any_more_is_removed_with_its_ownership() {
        let records = after(&[], &diff(&[], &[target("a", Some("192.0.2.1"))]));
        let gone = diff(&records, &[]);
        assert_eq!(actions(&gone), [DnsAction::Delete]);
        assert!(after(&records, &gone).is_empty());
        // Somebody removed the record and left the other.
        let dangling = &records[1..];
        let gone = diff(dangling, &[]);
        assert!(after(dangling, &gone).is_empty());
        let made = diff(dangling, &[target("a", Some("192.0.2.1"))]);
        assert_eq!(after(dangling, &made).len(), 2);
    }

    #[test]
    fn an_address_that_is_not_known_yet_leaves_the_record_as_it_is() {
        let records = after(&[], &diff(&[], &[target("a", Some("192.0.2.1"))]));
        let unknown = diff(&records, &[target("a", None)]);
        assert_eq!(actions(&unknown), [DnsAction::Unknown]);
        assert!(unknown.remove.is_empty() && unknown.make.is_empty());
    }

    #[test]
    fn several_hosts_share_a_name() {
        let targets = [
            target("all", Some("192.0.2.1")),
            target("all", Some("192.0.2.2")),
        ];
        let made = diff(&[], &targets);
        assert_eq!(actions(&made), [DnsAction::Create]);
        assert_eq!(made.changes[0].after, ["192.0.2.1", "192.0.2.2"]);
    }
}
