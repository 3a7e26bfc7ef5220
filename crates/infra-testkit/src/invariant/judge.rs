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
        (Invariant::Secret, canaries.found_in(&evidence.texts)),
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
        } else if after.serial == before.serial && after.content != before.content {
            findings.push(format!("two states have the serial {}", after.serial));
        }
    }
    findings
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

fn processes(evidence: &Evidence) -> Vec<String> {
    evidence
        .processes
        .iter()
        .map(|command| format!("still running: {command}"))
        .collect()
}
