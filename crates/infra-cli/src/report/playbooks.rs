//! Which playbook runs where, and why.

use infra::core::decision::PlaybookDecision;
use infra::core::gate::{Action, HostDecision, Reason};
use infra::exec::escape::printable;

use super::count::count;
use super::names::names;
use super::page::{Detail, Page};
use super::verdict::of;
use crate::style::{CHANGE, MUTED, paint};

/// How many groups of hosts with the same reasons are shown.
const GROUPS: usize = 12;
/// How many reasons of a group are shown.
const REASONS: usize = 8;

/// Adds the decision for one playbook.
pub(super) fn playbook(page: &mut Page, playbook: &PlaybookDecision, detail: Detail) {
    let name = printable(&playbook.name);
    let running: Vec<&HostDecision> = playbook.running().collect();
    let all = playbook.hosts.len();
    if all == 0 {
        page.line(2, format_args!("{name}: no host"));
    } else if running.is_empty() {
        page.line(
            2,
            format_args!("{name}: skipped on {}{}", of(all, all), unchanged(playbook)),
        );
    } else {
        let runs = paint(CHANGE, "runs");
        page.line(
            2,
            format_args!("{name}: {runs} on {}", of(running.len(), all)),
        );
        reasons(page, &playbook.name, &running, detail);
        if running.len() < all {
            page.line(
                4,
                paint(
                    MUTED,
                    format_args!(
                        "skipped on {}: nothing changed there",
                        count(all - running.len(), "host")
                    ),
                ),
            );
        }
    }
    unresolved(page, playbook, detail);
}

/// The reason of the skipped hosts, if it is the same for all.
fn unchanged(playbook: &PlaybookDecision) -> String {
    let mut skipped = playbook
        .hosts
        .iter()
        .filter(|host| host.action == Action::Skip);
    let first = skipped.next().and_then(|host| host.reasons.first());
    match first {
        Some(reason) if skipped.all(|host| host.reasons.first() == Some(reason)) => {
            format!(": {}", printable(&reason.change))
        }
        Some(_) => ": unchanged since the last success on each".to_owned(),
        None => String::new(),
    }
}

fn reasons(page: &mut Page, playbook: &str, running: &[&HostDecision], detail: Detail) {
    let groups = grouped(running);
    let shown = detail.fold(groups.len(), GROUPS);
    for (reasons, hosts) in groups.iter().take(shown) {
        names(page, 4, hosts, detail);
        let room = detail.fold(reasons.len(), REASONS);
        for reason in reasons.iter().take(room) {
            page.line(8, text(reason));
        }
        if room < reasons.len() {
            let host = hosts.first().copied().unwrap_or_default();
            page.line(
                8,
                format_args!(
                    "… and {} more (infra explain {} {})",
                    count(reasons.len() - room, "reason"),
                    printable(playbook),
                    printable(host),
                ),
            );
        }
    }
    let hidden: usize = groups
        .iter()
        .skip(shown)
        .map(|(_, hosts)| hosts.len())
        .sum();
    if hidden > 0 {
        page.line(
            4,
            format_args!(
                "… and {} more, for reasons of their own (-v shows all)",
                count(hidden, "host")
            ),
        );
    }
}

/// The hosts that share their reasons, the largest group first.
fn grouped<'a>(running: &[&'a HostDecision]) -> Vec<(&'a [Reason], Vec<&'a str>)> {
    let mut groups: std::collections::BTreeMap<Vec<(&str, &str)>, (&[Reason], Vec<&str>)> =
        std::collections::BTreeMap::new();
    for host in running {
        let key = host
            .reasons
            .iter()
            .map(|reason| (reason.input.as_str(), reason.change.as_str()))
            .collect();
        let (_, hosts) = groups.entry(key).or_insert((&host.reasons, Vec::new()));
        hosts.push(&host.host);
    }
    let mut groups: Vec<_> = groups.into_values().collect();
    groups.sort_by(|(_, a), (_, b)| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    groups
}

/// A reason as a sentence.
pub(super) fn text(reason: &Reason) -> String {
    let input = printable(&reason.input);
    let change = printable(&reason.change);
    match reason.input.as_str() {
        "ledger" | "always" | "max_age" | "all inputs" => change.into_owned(),
        "--force" => format!("{change} (--force)"),
        _ if change == "changed" || change.starts_with("is ") => format!("{input} {change}"),
        _ => format!("{input}: {change}"),
    }
}

fn unresolved(page: &mut Page, playbook: &PlaybookDecision, detail: Detail) {
    let all = &playbook.unresolved;
    if all.is_empty() {
        return;
    }
    if detail == Detail::Folded {
        page.line(
            4,
            paint(
                MUTED,
                format_args!(
                    "{} of it can't be known beforehand (-v lists them)",
                    count(all.len(), "input")
                ),
            ),
        );
        return;
    }
    for item in all {
        page.line(
            4,
            paint(
                MUTED,
                format_args!("not known beforehand: {}", printable(item)),
            ),
        );
    }
}
