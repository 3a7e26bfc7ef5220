//! No host at all: what was looked at, and what may be meant.

use super::InventoryError;
use super::findings::Findings;
use super::provider::{known_types, looks_like_a_machine};
use super::survey::Survey;
use crate::config::InventoryRules;
use crate::hint::did_you_mean;

/// The error of a state in which nothing is a host.
pub(super) fn error(
    survey: &Survey<'_>,
    rules: &InventoryRules,
    findings: &Findings,
) -> InventoryError {
    const SHOWN: usize = 8;
    let total: usize = survey.counts.values().sum();
    let mut types: Vec<String> = survey
        .counts
        .iter()
        .map(|(kind, count)| format!("{count} {}", kind.escape_debug()))
        .collect();
    if types.len() > SHOWN {
        let rest = types.len() - SHOWN;
        types.truncate(SHOWN);
        types.push(format!("and {rest} more types"));
    }
    let looked_at = match total {
        0 => "the state has no managed resources".to_owned(),
        1 => format!("the only resource of the state is {}", types.join(", ")),
        _ => format!(
            "none of the {total} resources of the state is one: {}",
            types.join(", ")
        ),
    };
    let mut hints = Vec::new();
    for skipped in findings.skipped.iter().take(3) {
        hints.push(format!("{}: {}", skipped.address, skipped.reason));
    }
    let seen = || survey.counts.keys().copied();
    for rule in &rules.hosts {
        let kind = rule.resource_type.as_str();
        if !survey.counts.contains_key(kind)
            && let Some(other) = did_you_mean(kind, seen())
        {
            hints.push(format!(
                "the hosts block at line {} is for {kind}; the state has {other}",
                rule.line
            ));
        }
    }
    if rules.hosts.is_empty() {
        for kind in seen().filter(|kind| looks_like_a_machine(kind)).take(3) {
            hints.push(format!(
                "{} is not in the table of providers: if it makes hosts, write `hosts \"{}\" {{ address = self.… }}`",
                kind.escape_debug(), kind.escape_debug()
            ));
            if let Some(known) = did_you_mean(kind, known_types()) {
                hints.push(format!("the nearest type in the table is {known}"));
            }
        }
    } else if rules
        .hosts
        .iter()
        .any(|rule| survey.counts.contains_key(rule.resource_type.as_str()))
    {
        hints.push("see whether `when` of the hosts blocks holds for any resource".to_owned());
    }
    hints.push(
        "if no host is right, use --allow-empty, or `allow_empty = true` in the inventory block"
            .to_owned(),
    );
    InventoryError::NoHosts { looked_at, hints }
}
