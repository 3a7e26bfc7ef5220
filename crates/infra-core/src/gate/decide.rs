//! The decision for one playbook on one host.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{Reason, Values};
use crate::ansible::{Comparer, Fingerprint, Unresolved};
use crate::config::Playbook;

/// Whether the playbook runs on the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It runs
    Run,
    /// It is skipped
    Skip,
}

/// The decision for one playbook on one host. Hosts of which the same is said share it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HostDecision {
    /// The host
    pub host: Arc<str>,
    /// Run or skip
    pub action: Action,
    /// Why, the weightiest first
    pub reasons: Arc<[Reason]>,
}

/// What is known of one host before the decision.
pub struct Standing<'a> {
    /// The host
    pub host: &'a str,
    /// Whether somebody asked for a run whatever the inputs
    pub forced: bool,
    /// The last success, if there was one
    pub recorded: Option<Recorded<'a>>,
    /// How the runs since the last success failed
    pub failure: Option<&'a str>,
    /// What Terraform is about to do to the machine
    pub machine: Machine,
    /// The inputs now. None: they are only known once the machine exists
    pub fingerprint: Option<&'a Fingerprint>,
    /// What about the inputs can't be known
    pub unresolved: Vec<&'a Unresolved>,
}

/// The last success of a playbook on a host.
pub struct Recorded<'a> {
    /// Its inputs
    pub fingerprint: &'a Fingerprint,
    /// When it was
    pub at: Timestamp,
}

/// What Terraform is about to do to a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Machine {
    /// It stays
    Stays,
    /// It is made
    Created,
    /// Another takes its place
    Replaced,
}

/// Decides about the hosts of one playbook.
pub struct Gate<'a> {
    playbook: &'a Playbook,
    values: Values<'a>,
    now: Timestamp,
    comparer: Comparer,
    /// What was said of changes that hosts share
    shared: HashMap<usize, Vec<Reason>>,
    /// What was said of some host
    said: HashSet<Arc<[Reason]>>,
}

impl<'a> Gate<'a> {
    /// A gate before a playbook, which says with these values what changed.
    pub fn new(playbook: &'a Playbook, values: Values<'a>, now: Timestamp) -> Self {
        Self {
            playbook,
            values,
            now,
            comparer: Comparer::default(),
            shared: HashMap::new(),
            said: HashSet::new(),
        }
    }

    /// Decides about one host. Every reason to run is named, and in doubt the playbook runs.
    pub fn decide(&mut self, standing: &Standing<'_>) -> HostDecision {
        let mut reasons = self.reasons_to_run(standing);
        let action = if reasons.is_empty() {
            reasons.push(unchanged(standing.recorded.as_ref()));
            Action::Skip
        } else {
            Action::Run
        };
        HostDecision {
            host: standing.host.into(),
            action,
            reasons: self.share(reasons),
        }
    }

    /// The same reasons as another host's, if one has them: there can be thousands of each.
    fn share(&mut self, reasons: Vec<Reason>) -> Arc<[Reason]> {
        if let Some(said) = self.said.get(reasons.as_slice()) {
            return Arc::clone(said);
        }
        let reasons: Arc<[Reason]> = reasons.into();
        self.said.insert(Arc::clone(&reasons));
        reasons
    }

    fn reasons_to_run(&mut self, standing: &Standing<'_>) -> Vec<Reason> {
        let mut reasons = Vec::new();
        match standing.machine {
            Machine::Stays => {}
            Machine::Created => reasons.push(Reason::new("machine", "is about to be created")),
            Machine::Replaced => reasons.push(Reason::new("machine", "is about to be replaced")),
        }
        if standing.forced {
            reasons.push(Reason::new("--force", "a run is asked for"));
        }
        if self.playbook.always {
            reasons.push(Reason::new(
                "always",
                format!("playbook {} runs at each apply", self.playbook.name),
            ));
        }
        if let Some(failure) = standing.failure {
            let never = standing.recorded.is_none();
            let more = if never {
                "; it never succeeded here"
            } else {
                ""
            };
            reasons.push(Reason::new("ledger", format!("last run: {failure}{more}")));
        } else if standing.recorded.is_none() && standing.machine == Machine::Stays {
            reasons.push(Reason::new("ledger", "it never ran on this host"));
        }
        if let Some(recorded) = &standing.recorded {
            reasons.extend(too_old(self.playbook, recorded, self.now));
            if let Some(fingerprint) = standing.fingerprint {
                let changes = self.comparer.changes(recorded.fingerprint, fingerprint);
                reasons.extend(self.values.reasons(standing.host, &changes.of_host));
                let shared = changes.shared;
                // A variable of the host itself that changed in the same way has the same values.
                let said = (self.shared)
                    .entry(shared.id)
                    .or_insert_with(|| self.values.reasons(standing.host, &shared.changes));
                reasons.extend_from_slice(said);
            }
        }
        let unresolved = standing.unresolved.iter();
        let changing = unresolved.filter(|item| item.self_changing());
        reasons.extend(changing.map(|item| {
            let place = match item.line {
                0 => item.file.to_string(),
                line => format!("{}:{line}", item.file),
            };
            Reason::new(
                format!("unresolved {place}"),
                format!("{}: {}", item.what, item.why),
            )
        }));
        reasons
    }
}

fn unchanged(recorded: Option<&Recorded<'_>>) -> Reason {
    let since = recorded.map(|recorded| recorded.at.strftime("%Y-%m-%d %H:%M:%SZ").to_string());
    Reason::new(
        "all inputs",
        format!(
            "unchanged since the last success, {}",
            since.unwrap_or_default()
        ),
    )
}

fn too_old(playbook: &Playbook, recorded: &Recorded<'_>, now: Timestamp) -> Option<Reason> {
    let max_age = SignedDuration::try_from(playbook.max_age?).unwrap_or(SignedDuration::MAX);
    let age = now.duration_since(recorded.at);
    (age > max_age).then(|| {
        Reason::new(
            "max_age",
            format!(
                "last success {} ago, more than {}",
                days(age),
                days(max_age)
            ),
        )
    })
}

/// A span for a person: `8d 2h`, `3h 5m`, `40s`.
fn days(span: SignedDuration) -> String {
    let seconds = span.as_secs();
    let parts = [
        (seconds / 86_400, "d"),
        (seconds % 86_400 / 3_600, "h"),
        (seconds % 3_600 / 60, "m"),
        (seconds % 60, "s"),
    ];
    let shown: Vec<String> = parts
        .iter()
        .skip_while(|(number, _)| *number == 0)
        .take(2)
        .filter(|(number, _)| *number != 0)
        .map(|(number, unit)| format!("{number}{unit}"))
        .collect();
    if shown.is_empty() {
        "0s".to_owned()
    } else {
        shown.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use super::*;
    use crate::ansible::{InputId, Reason as Why, Section};
    use crate::inventory::{Host, Inventory};
    use crate::json::Value;
    use crate::ledger::{OwnedValue, RecordedHost};

    fn fingerprint(inputs: &[(InputId, &str)]) -> Fingerprint {
        let inputs = inputs
            .iter()
            .map(|(id, content)| (id.clone(), blake3::hash(content.as_bytes())))
            .collect();
        Fingerprint::new(vec![Arc::new(Section::new(inputs))])
    }

    fn playbook() -> Playbook {
        Playbook {
            name: "site".to_owned(),
            path: "site.yml".into(),
            hosts: Vec::new(),
            vars: indexmap::IndexMap::new(),
            var_files: Vec::new(),
            tags: Vec::new(),
            skip_tags: Vec::new(),
            inputs: Vec::new(),
            ignore: Vec::new(),
            always: false,
            max_age: None,
            timeout: None,
            health: Vec::new(),
            line: 1,
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    struct World {
        before: BTreeMap<String, RecordedHost>,
        after: Inventory,
        old: Fingerprint,
    }

    impl World {
        fn new() -> Self {
            let address = |text: &'static str| {
                BTreeMap::from([("ansible_host".to_owned(), Value::from(text))])
            };
            let recorded = RecordedHost {
                vars: [(
                    "ansible_host".to_owned(),
                    OwnedValue(Value::from("192.0.2.1")),
                )]
                .into(),
                ..RecordedHost::default()
            };
            Self {
                before: [("leaf1".to_owned(), recorded)].into(),
                after: Inventory {
                    hosts: [(
                        "leaf1".to_owned(),
                        Host {
                            vars: address("192.0.2.2"),
                            ..Host::default()
                        },
                    )]
                    .into(),
                    ..Inventory::default()
                },
                old: fingerprint(&[(InputId::File("site.yml".into()), "one")]),
            }
        }

        fn standing(&self) -> Standing<'_> {
            Standing {
                host: "web1",
                forced: false,
                recorded: Some(Recorded {
                    fingerprint: &self.old,
                    at: at("2026-01-01T00:00:00Z"),
                }),
                failure: None,
                machine: Machine::Stays,
                fingerprint: Some(&self.old),
                unresolved: Vec::new(),
            }
        }

        fn gate<'s>(&'s self, playbook: &'s Playbook) -> Gate<'s> {
            let values = Values {
                before: &self.before,
                after: &self.after,
            };
            Gate::new(playbook, values, at("2026-01-08T02:00:00Z"))
        }

        fn decide<'s>(
            &'s self,
            playbook: &Playbook,
            change: impl FnOnce(&mut Standing<'s>),
        ) -> HostDecision {
            let mut standing = self.standing();
            change(&mut standing);
            self.gate(playbook).decide(&standing)
        }
    }

    #[test]
    fn nothing_changed_is_a_skip_that_says_since_when() {
        let decision = World::new().decide(&playbook(), |_| {});
        assert_eq!(decision.action, Action::Skip);
        assert_eq!(
            decision.reasons[0].change,
            "unchanged since the last success, 2026-01-01 00:00:00Z"
        );
    }

    #[test]
    fn a_changed_address_that_is_read_shows_both_values() {
        let world = World::new();
        let read = InputId::HostVariable {
            host: "leaf1".to_owned(),
            name: "ansible_host".to_owned(),
        };
        let new = fingerprint(&[(InputId::File("site.yml".into()), "one"), (read, "x")]);
        let decision = world.decide(&playbook(), |standing| standing.fingerprint = Some(&new));
        assert_eq!(decision.action, Action::Run);
        assert_eq!(
            *decision.reasons,
            [Reason::new(
                "hostvars[leaf1].ansible_host",
                "\"192.0.2.1\" → \"192.0.2.2\""
            )]
        );
    }

    #[test]
    fn each_reason_to_run_is_enough_alone() {
        let world = World::new();
        let mut old = playbook();
        old.max_age = Some(Duration::from_hours(168));
        let decision = world.decide(&old, |_| {});
        assert_eq!(
            *decision.reasons,
            [Reason::new(
                "max_age",
                "last success 7d 2h ago, more than 7d"
            )]
        );
        let mut always = playbook();
        always.always = true;
        let lookup = Unresolved {
            file: "site.yml".into(),
            line: 3,
            what: "lookup('url', x)".to_owned(),
            why: Why::ExternalLookup,
            plays: std::collections::BTreeSet::new(),
        };
        for decision in [
            world.decide(&always, |_| {}),
            world.decide(&playbook(), |standing| standing.forced = true),
            world.decide(&playbook(), |standing| standing.recorded = None),
            world.decide(&playbook(), |standing| {
                standing.failure = Some("unreachable");
            }),
            world.decide(&playbook(), |standing| standing.machine = Machine::Replaced),
            world.decide(&playbook(), |standing| standing.unresolved = vec![&lookup]),
        ] {
            assert_eq!(
                (decision.action, decision.reasons.len()),
                (Action::Run, 1),
                "{:?}",
                decision.reasons
            );
        }
    }

    #[test]
    fn secret_values_are_not_shown() {
        let mut world = World::new();
        world
            .after
            .hosts
            .get_mut("leaf1")
            .unwrap()
            .secret
            .insert("ansible_host".to_owned());
        let read = InputId::HostVariable {
            host: "leaf1".to_owned(),
            name: "ansible_host".to_owned(),
        };
        let new = fingerprint(&[(InputId::File("site.yml".into()), "one"), (read, "x")]);
        let decision = world.decide(&playbook(), |standing| standing.fingerprint = Some(&new));
        assert_eq!(decision.reasons[0].change, "is new");
    }

    #[test]
    fn thousands_of_inputs_that_are_alike_are_a_few_reasons() {
        let prints = |address: &str| {
            let shared = (0..1000).map(|host| {
                let id = InputId::HostVariable {
                    host: format!("leaf{host:04}"),
                    name: "ansible_host".to_owned(),
                };
                (id, blake3::hash(address.as_bytes()))
            });
            let own = [(InputId::File("site.yml".into()), blake3::hash(b"one"))];
            let sections = [shared.collect(), own.into()];
            Fingerprint::new(sections.map(|inputs| Arc::new(Section::new(inputs))).into())
        };
        let (world, playbook) = (World::new(), playbook());
        let (old, new) = (prints("one"), prints("two"));
        let mut gate = world.gate(&playbook);
        let mut reasons = |now| {
            let recorded = Recorded {
                fingerprint: &old,
                at: at("2026-01-01T00:00:00Z"),
            };
            gate.decide(&Standing {
                recorded: Some(recorded),
                fingerprint: Some(now),
                ..world.standing()
            })
            .reasons
        };
        assert_eq!(reasons(&old)[0].input, "all inputs");
        let (one, two) = (reasons(&new), reasons(&new));
        assert_eq!(one.len(), 21);
        assert_eq!(
            one[0],
            Reason::new("hostvars[leaf0000].ansible_host", "changed")
        );
        assert_eq!(
            one[20],
            Reason::new("hostvars[…].ansible_host", "980 more changed")
        );
        assert!(Arc::ptr_eq(&one, &two));
    }
}
