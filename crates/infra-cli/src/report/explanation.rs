//! Why a playbook would run or be skipped, host by host.

use infra::core::gate::{Action, Reason};
use infra::exec::escape::printable;
use infra::verbs::explain::{ExplainedHost, ExplainedReason, Explanation};

use super::count::count;
use super::history::second;
use super::page::{Detail, Page};
use super::playbooks;
use crate::style::{BAD, CHANGE, GOOD, HEADING, MUTED, paint};

/// How many hosts are shown before the list is folded.
const ROOM: usize = 20;

/// The page of `infra explain`.
pub(crate) fn explanation(explanation: &Explanation, detail: Detail) -> String {
    let mut page = Page::default();
    let hosts = &explanation.hosts;
    let playbook = printable(&explanation.playbook);
    let running = hosts
        .iter()
        .filter(|host| host.action == Action::Run)
        .count();
    let title = match (hosts.len(), running) {
        (0, _) => format!("{playbook}: no host"),
        (all, 0) => format!("{playbook}: skipped on {}", count(all, "host")),
        (all, running) => {
            format!("{playbook}: runs on {running} of {}", count(all, "host"))
        }
    };
    page.line(0, paint(HEADING, title));
    let shown = detail.fold(hosts.len(), ROOM);
    for host in hosts.iter().take(shown) {
        add(&mut page, host);
    }
    page.folded(2, hosts.len() - shown);
    if !explanation.unresolved.is_empty() {
        page.heading("Not known beforehand");
        for item in &explanation.unresolved {
            page.line(2, printable(item));
        }
    }
    page.into_text()
}

fn add(page: &mut Page, host: &ExplainedHost) {
    let action = match host.action {
        Action::Run => paint(CHANGE, "run"),
        Action::Skip => paint(GOOD, "skip"),
    };
    page.line(2, format_args!("{}: {action}", printable(&host.host)));
    for reason in &host.reasons {
        add_reason(page, reason);
    }
    if let Some(last) = &host.last_success {
        let at = second(&last.at);
        page.line(
            6,
            paint(
                MUTED,
                format_args!(
                    "last success {}, with {} (record {})",
                    printable(&at),
                    count(last.inputs, "input"),
                    last.record
                ),
            ),
        );
    }
}

fn add_reason(page: &mut Page, reason: &ExplainedReason) {
    let text = playbooks::text(&Reason::new(&reason.input, &reason.change));
    page.line(6, text);
    for line in reason.diff.iter().flat_map(|diff| diff.lines()) {
        let text = printable(line);
        match line.chars().next() {
            Some('+') => page.line(8, paint(GOOD, text)),
            Some('-') => page.line(8, paint(BAD, text)),
            Some('@') => page.line(8, paint(MUTED, text)),
            _ => page.line(8, text),
        }
    }
    if let Some(why) = &reason.no_diff {
        page.line(8, paint(MUTED, format_args!("no diff: {}", printable(why))));
    }
}
