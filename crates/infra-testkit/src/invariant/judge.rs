//! The judgement: evidence in, violations out.

use std::fmt;

use super::record;
use super::{Canaries, Evidence};

/// What must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Invariant {
    /// A lock is free, or held by a run that lives; nothing is held once all is settled
    Lock,
    /// The state object is the one whose digest the table has
    Digest,
    /// The state has one lineage, and its serial only rises
    Lineage,
    /// Each instance is in the state, or somebody was told that it may not be
    Instances,
    /// The ledger is one whole chain
    Ledger,
    /// What counts as done is true on the hosts
    Done,
    /// No secret is in any output, log, file or command line
    Secret,
    /// Nothing is left running
    Process,
}

/// One thing that doesn't hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// What should have held
    pub invariant: Invariant,
    /// What was found instead
    pub finding: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.invariant, self.finding)
    }
}

/// Everything that doesn't hold.
pub fn violations(evidence: &Evidence, canaries: &Canaries) -> Vec<Violation> {
    let rules: [(Invariant, Vec<String>); 8] = [
        (Invariant::Lock, locks(evidence)),
        (Invariant::Digest, digest(evidence)),
        (Invariant::Lineage, lineage(evidence)),
        (Invariant::Instances, instances(evidence)),
        (Invariant::Ledger, record::complaints(&evidence.records)),
        (Invariant::Done, done(evidence)),
        (Invariant::Secret, secrets(evidence, canaries)),
        (Invariant::Process, processes(evidence)),
    ];
    let of = |(invariant, findings): (Invariant, Vec<String>)| {
        findings
            .into_iter()
            .map(move |finding| Violation { invariant, finding })
    };
    rules.into_iter().flat_map(of).collect()
}

fn locks(evidence: &Evidence) -> Vec<String> {
    let mut findings = Vec::new();
    if let Some(lock) = &evidence.run_lock {
        let holder: serde_json::Value = serde_json::from_str(lock).unwrap_or_default();
        let named = holder["ID"].as_str().is_some_and(|id| !id.is_empty());
        let lives = holder["Pid"].as_u64().is_some_and(|pid| {
            evidence
                .living
                .iter()
                .any(|living| u64::from(*living) == pid)
        });
        if !named {
            findings.push(format!("the run lock names no holder: {lock:?}"));
        } else if evidence.settled && !lives {
            findings.push(format!("the run lock is still held: {lock}"));
        }
    }
    if let Some(lock) = &evidence.terraform_lock
        && (evidence.settled || serde_json::from_str::<serde_json::Value>(lock).is_err())
    {
        findings.push(format!("Terraform's lock is still held: {lock}"));
    }
    findings
}

fn digest(evidence: &Evidence) -> Vec<String> {
    match &evidence.digest {
        Some((object, table)) if object != table => {
            vec![format!(
                "the state's digest is {object}, the table has {table}"
            )]
        }
        _ => Vec::new(),
    }
}

fn lineage(evidence: &Evidence) -> Vec<String> {
    let pairs = evidence.states.iter().zip(evidence.states.iter().skip(1));
    let mut findings = Vec::new();
    for (before, after) in pairs {
        if before.lineage != after.lineage {
            findings.push(format!(
                "the lineage {} became {}",
                before.lineage, after.lineage
            ));
        } else if after.serial < before.serial {
            findings.push(format!(
                "the serial {} fell to {}",
                before.serial, after.serial
            ));
        } else if after.serial == before.serial && differ(&before.content, &after.content) {
            findings.push(format!("two states have the serial {}", after.serial));
        }
    }
    findings
}

/// Whether two contents are known, and not the same.
fn differ(before: &str, after: &str) -> bool {
    !before.is_empty() && !after.is_empty() && before != after
}

fn instances(evidence: &Evidence) -> Vec<String> {
    let lost = evidence
        .instances
        .iter()
        .filter(|instance| !instance.in_state && !instance.reported);
    lost.map(|instance| format!("{} is in no state, and nobody was told", instance.id))
        .collect()
}

fn done(evidence: &Evidence) -> Vec<String> {
    let wrong = evidence
        .done
        .iter()
        .filter(|done| done.found.as_ref() != Some(&done.expected));
    wrong
        .map(|done| {
            format!(
                "{} counts as done with {:?} and has {:?}",
                done.of, done.expected, done.found
            )
        })
        .collect()
}

fn secrets(evidence: &Evidence, canaries: &Canaries) -> Vec<String> {
    let mut findings = canaries.found_in(&evidence.texts);
    findings.extend(
        evidence
            .leftovers
            .iter()
            .map(|file| format!("a file of a run outlived it: {file}")),
    );
    findings
}

fn processes(evidence: &Evidence) -> Vec<String> {
    evidence
        .processes
        .iter()
        .map(|command| format!("still running: {command}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invariant::{Done, Instance, StateVersion, Text};

    fn canaries() -> Canaries {
        Canaries::new("test", &["vault"])
    }

    /// What a good run leaves.
    fn good() -> Evidence {
        let first = br#"{"version":1,"sequence":1,"previous":null}"#.to_vec();
        let digest = blake3::hash(&first).to_hex();
        let second = format!(r#"{{"version":1,"sequence":2,"previous":"{digest}"}}"#);
        Evidence {
            settled: true,
            states: vec![state("l", 1, "a"), state("l", 1, "a"), state("l", 2, "b")],
            digest: Some(("d".to_owned(), "d".to_owned())),
            instances: vec![instance(true, false), instance(false, true)],
            records: vec![(1, first), (2, second.into_bytes())],
            done: vec![done(Some("motto"))],
            texts: vec![text("nothing to see")],
            ..Evidence::default()
        }
    }

    fn state(lineage: &str, serial: u64, content: &str) -> StateVersion {
        StateVersion {
            lineage: lineage.to_owned(),
            serial,
            content: content.to_owned(),
        }
    }

    fn instance(in_state: bool, reported: bool) -> Instance {
        Instance {
            id: "i-1".to_owned(),
            in_state,
            reported,
        }
    }

    fn done(found: Option<&str>) -> Done {
        Done {
            of: "base on alpha".to_owned(),
            expected: "motto".to_owned(),
            found: found.map(str::to_owned),
        }
    }

    fn text(text: &str) -> Text {
        Text {
            place: "stdout".to_owned(),
            bytes: text.as_bytes().to_vec(),
        }
    }

    #[test]
    fn a_good_run_violates_nothing() {
        assert_eq!(violations(&good(), &canaries()), []);
    }

    #[test]
    fn each_violation_is_found_and_called_by_its_name() {
        type Damage = fn(&mut Evidence);
        let secret = canaries().of("vault").to_owned();
        let cases: [(Invariant, Damage); 17] = [
            (Invariant::Lock, |found| {
                found.run_lock = Some(r#"{"ID":"r","Pid":7}"#.to_owned());
            }),
            (Invariant::Lock, |found| {
                found.settled = false;
                found.run_lock = Some("half a".to_owned());
            }),
            (Invariant::Lock, |found| {
                found.terraform_lock = Some(r#"{"ID":"t"}"#.to_owned());
            }),
            (Invariant::Digest, |found| {
                found.digest = Some(("a".to_owned(), "b".to_owned()));
            }),
            (Invariant::Lineage, |found| {
                found.states.push(state("other", 3, "c"));
            }),
            (Invariant::Lineage, |found| {
                found.states.push(state("l", 1, "a"));
            }),
            (Invariant::Lineage, |found| {
                found.states.push(state("l", 2, "lost update"));
            }),
            (Invariant::Instances, |found| {
                found.instances.push(instance(false, false));
            }),
            (Invariant::Ledger, |found| drop(found.records.remove(0))),
            (Invariant::Ledger, |found| found.records[0].1.push(b' ')),
            (Invariant::Ledger, |found| found.records[1].1.truncate(20)),
            (Invariant::Ledger, |found| {
                found.records.push((3, b"{}".to_vec()));
            }),
            (Invariant::Done, |found| found.done.push(done(None))),
            (Invariant::Done, |found| {
                found.done.push(done(Some("old motto")));
            }),
            (Invariant::Secret, |found| {
                found
                    .texts
                    .push(text(&format!("x {} y", canaries().of("vault"))));
            }),
            (Invariant::Secret, |found| {
                found.leftovers.push("/tmp/plan".to_owned());
            }),
            (Invariant::Process, |found| {
                found.processes.push("sleep 60".to_owned());
            }),
        ];
        for (number, (invariant, damage)) in cases.into_iter().enumerate() {
            let mut evidence = good();
            damage(&mut evidence);
            let found = violations(&evidence, &canaries());
            let kinds: Vec<_> = found.iter().map(|violation| violation.invariant).collect();
            assert_eq!(kinds, [invariant], "case {number}: {found:?}");
            assert!(
                !found[0].finding.contains(&secret),
                "a report repeats no secret"
            );
        }
    }

    #[test]
    fn a_run_that_lives_may_hold_its_lock() {
        let evidence = Evidence {
            run_lock: Some(r#"{"ID":"r","Pid":7}"#.to_owned()),
            living: vec![7],
            ..good()
        };
        assert_eq!(violations(&evidence, &canaries()), []);
    }
}
