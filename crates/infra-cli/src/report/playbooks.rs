//! Which playbook runs where, and why.

use std::collections::BTreeMap;

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
    let first = skipped.next().map(|host| &host.reasons);
    match first.and_then(|reasons| reasons.first()) {
        Some(reason) if skipped.all(|host| Some(&host.reasons) == first) => {
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
                "… and on {}, for reasons of their own (-v shows all)",
                count(hidden, "more host")
            ),
        );
    }
}

/// The hosts that share their reasons, the largest group first.
fn grouped<'a>(running: &[&'a HostDecision]) -> Vec<(&'a [Reason], Vec<&'a str>)> {
    type Key<'k> = Vec<(&'k str, &'k str)>;
    let mut groups: BTreeMap<Key<'a>, (&'a [Reason], Vec<&'a str>)> = BTreeMap::new();
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

#[cfg(test)]
mod tests {
    use super::*;

    fn host(name: &str, action: Action, reasons: &[(&str, &str)]) -> HostDecision {
        HostDecision {
            host: name.into(),
            action,
            reasons: reasons
                .iter()
                .map(|(input, change)| Reason::new(*input, *change))
                .collect(),
        }
    }

    fn page_of(hosts: Vec<HostDecision>, detail: Detail) -> String {
        let decision = PlaybookDecision {
            name: "prometheus".to_owned(),
            hosts,
            unresolved: Vec::new(),
        };
        let mut page = Page::default();
        playbook(&mut page, &decision, detail);
        anstream::adapter::strip_str(&page.into_text()).to_string()
    }

    const UNCHANGED: (&str, &str) = (
        "all inputs",
        "unchanged since the last success, 2026-11-22 10:00:00Z",
    );

    #[test]
    fn hosts_with_the_same_reasons_stand_together() {
        let template = (
            "file roles/prometheus/templates/prometheus.yml.j2",
            "changed",
        );
        let page = page_of(
            vec![
                host("leaf1", Action::Run, &[template]),
                host("leaf2", Action::Skip, &[UNCHANGED]),
                host("leaf3", Action::Run, &[template]),
                host(
                    "leaf4",
                    Action::Run,
                    &[
                        (
                            "hostvars[leaf1].ansible_host",
                            "\"192.0.2.1\" → \"192.0.2.9\"",
                        ),
                        template,
                    ],
                ),
                host(
                    "leaf5",
                    Action::Run,
                    &[("machine", "is about to be created")],
                ),
            ],
            Detail::Folded,
        );
        insta::assert_snapshot!(page, @r#"
        prometheus: runs on 4 of 5 hosts
          leaf1, leaf3
              file roles/prometheus/templates/prometheus.yml.j2 changed
          leaf4
              hostvars[leaf1].ansible_host: "192.0.2.1" → "192.0.2.9"
              file roles/prometheus/templates/prometheus.yml.j2 changed
          leaf5
              machine is about to be created
          skipped on 1 host: nothing changed there
        "#);
    }

    #[test]
    fn a_playbook_that_is_skipped_is_one_line() {
        let skipped = |name| host(name, Action::Skip, &[UNCHANGED]);
        let page = page_of(
            vec![skipped("a"), skipped("b"), skipped("c")],
            Detail::Folded,
        );
        insta::assert_snapshot!(page, @"  prometheus: skipped on all 3 hosts: unchanged since the last success, 2026-11-22 10:00:00Z");
        let other = host(
            "d",
            Action::Skip,
            &[(
                "all inputs",
                "unchanged since the last success, 2026-01-01 10:00:00Z",
            )],
        );
        let page = page_of(vec![skipped("a"), other], Detail::Folded);
        insta::assert_snapshot!(page, @"  prometheus: skipped on both hosts: unchanged since the last success on each");
    }

    #[test]
    fn ten_thousand_hosts_are_no_wall() {
        let hosts = (0..10_000)
            .map(|n| {
                let machine = format!("another machine: i-{n} → i-{}", n + 1);
                host(
                    &format!("leaf{n:05}"),
                    Action::Run,
                    &[("machine", &machine)],
                )
            })
            .collect();
        let page = page_of(hosts, Detail::Folded);
        assert!(page.lines().count() < 30, "{page}");
        assert!(
            page.ends_with(
                "    … and on 9988 more hosts, for reasons of their own (-v shows all)\n"
            ),
            "{page}"
        );
    }
}
