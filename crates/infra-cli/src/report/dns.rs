//! What is done with the names of hosts.

use infra::core::dns::{DnsAction, DnsChange};
use infra::exec::escape::printable;

use super::count::count;
use super::page::{Detail, Page};
use crate::style::{BAD, CHANGE, GOOD, MUTED, paint};

/// How many records are shown before the list is folded.
const ROOM: usize = 20;

/// Adds a line for each record that changes, and how many stay.
pub(super) fn names(page: &mut Page, changes: &[DnsChange], detail: Detail) {
    let acting: Vec<&DnsChange> = changes.iter().filter(|of| of.action.acts()).collect();
    let shown = detail.fold(acting.len(), ROOM);
    for change in acting.iter().take(shown) {
        page.line(2, line(change));
    }
    page.folded(2, acting.len() - shown);
    let kept = changes.len() - acting.len();
    if kept > 0 {
        page.line(2, format_args!("{} as it should be", count(kept, "name")));
    }
}

fn line(change: &DnsChange) -> String {
    let (style, symbol) = match change.action {
        DnsAction::Create => (GOOD, "+"),
        DnsAction::Update | DnsAction::Adopt | DnsAction::Unknown => (CHANGE, "~"),
        DnsAction::Delete => (BAD, "-"),
        DnsAction::Refuse => (BAD, "!"),
        DnsAction::Keep => (MUTED, " "),
    };
    let kind = change.kind.as_ref().map(|kind| format!(" {kind}"));
    let name = format!("{}{}", change.name, kind.unwrap_or_default());
    let list = |values: &[String]| printable(&values.join(" ")).into_owned();
    let (before, after) = (list(&change.before), list(&change.after));
    let values = match (before.is_empty(), change.action) {
        (true, DnsAction::Unknown) => "known after apply".to_owned(),
        (_, DnsAction::Unknown) => format!("{before} → known after apply"),
        (_, DnsAction::Refuse) => before,
        (_, _) if before == after => after,
        (true, _) => after,
        (_, DnsAction::Delete) => before,
        _ => format!("{before} → {after}"),
    };
    let note = match (change.action, &change.reason) {
        (DnsAction::Refuse, Some(reason)) => format!(" stays: {}", printable(reason)),
        (DnsAction::Adopt, Some(reason)) => format!(" (adopted: {})", printable(reason)),
        (_, Some(reason)) => format!(" ({})", printable(reason)),
        (_, None) => String::new(),
    };
    format!(
        "{} {} {values}{note}",
        paint(style, symbol),
        printable(&name)
    )
}
