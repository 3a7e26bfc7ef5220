//! How the inventory differs from the last one that was applied.

use infra::core::inventory::{GroupChange, HostChange, InventoryDiff, VariableChange};
use infra::core::json::Value;
use infra::exec::escape::printable;

use super::names::names;
use super::page::{Detail, Page};
use crate::style::{BAD, CHANGE, GOOD, MUTED, paint};

/// How many hosts are shown before a list is folded.
const ROOM: usize = 20;

/// Adds what differs, and which resources look like hosts and are none.
pub(super) fn difference(
    page: &mut Page,
    diff: &InventoryDiff,
    skipped: &[String],
    detail: Detail,
) {
    if diff.is_empty() {
        page.line(2, "as last applied");
    }
    list(
        page,
        &diff.added,
        format_args!("{} new", paint(GOOD, "+")),
        detail,
    );
    list(
        page,
        &diff.removed,
        format_args!("{} gone", paint(BAD, "-")),
        detail,
    );
    let shown = detail.fold(diff.changed.len(), ROOM);
    for host in diff.changed.iter().take(shown) {
        changed(page, host);
    }
    page.folded(2, diff.changed.len() - shown);
    let groups: Vec<&GroupChange> = diff
        .groups
        .iter()
        .filter(|group| says_more(group, diff))
        .collect();
    let shown = detail.fold(groups.len(), ROOM);
    for group in groups.iter().take(shown) {
        page.line(2, group_line(group));
    }
    page.folded(2, groups.len() - shown);
    for variable in &diff.vars {
        page.line(
            2,
            format_args!("{} all: {}", paint(CHANGE, "~"), variable_text(variable)),
        );
    }
    let shown = detail.fold(skipped.len(), ROOM);
    for resource in skipped.iter().take(shown) {
        page.line(
            2,
            paint(MUTED, format_args!("not a host: {}", printable(resource))),
        );
    }
    page.folded(2, skipped.len() - shown);
}

fn list(page: &mut Page, hosts: &[String], title: impl std::fmt::Display, detail: Detail) {
    let hosts: Vec<&str> = hosts.iter().map(String::as_str).collect();
    match hosts.as_slice() {
        [] => {}
        [host] => page.line(2, format_args!("{title}: {}", printable(host))),
        _ => {
            page.line(2, format_args!("{title}: {} hosts", hosts.len()));
            names(page, 6, &hosts, detail);
        }
    }
}

fn changed(page: &mut Page, host: &HostChange) {
    let mut parts = Vec::new();
    if let Some((before, after)) = &host.machine {
        parts.push(format!(
            "another machine: {} → {}",
            optional(before.as_deref()),
            optional(after.as_deref())
        ));
    }
    if let Some((before, after)) = &host.resource {
        parts.push(format!(
            "resource {} → {}",
            optional(before.as_deref()),
            optional(after.as_deref())
        ));
    }
    parts.extend(host.details.iter().map(variable_text));
    let title = format!("{} {}", paint(CHANGE, "~"), printable(&host.host));
    if let [one] = parts.as_slice() {
        page.line(2, format_args!("{title}: {one}"));
        return;
    }
    page.line(2, title);
    for part in parts {
        page.line(6, part);
    }
}

/// Whether a group differs by more than the hosts that are new or gone.
fn says_more(group: &GroupChange, diff: &InventoryDiff) -> bool {
    !(group.vars.is_empty()
        && group.children_added.is_empty()
        && group.children_removed.is_empty()
        && are_among(&group.added, &diff.added)
        && are_among(&group.removed, &diff.removed))
}

/// Whether all of some names are among others; both are in order.
fn are_among(names: &[String], others: &[String]) -> bool {
    names.iter().all(|name| others.binary_search(name).is_ok())
}

fn group_line(change: &GroupChange) -> String {
    let part = |sign: &str, names: &[String]| {
        const SHOWN: usize = 5;
        let more = names.len().saturating_sub(SHOWN);
        let mut parts: Vec<String> = names
            .iter()
            .take(SHOWN)
            .map(|name| format!("{sign}{}", printable(name)))
            .collect();
        if more > 0 {
            parts.push(format!("{sign}{more} more"));
        }
        parts
    };
    let mut parts = part("+", &change.added);
    parts.extend(part("-", &change.removed));
    parts.extend(part("+", &change.children_added));
    parts.extend(part("-", &change.children_removed));
    parts.extend(change.vars.iter().map(variable_text));
    let sign = paint(CHANGE, "~");
    format!(
        "{sign} group {}: {}",
        printable(&change.group),
        parts.join(", ")
    )
}

fn variable_text(change: &VariableChange) -> String {
    let name = printable(&change.name);
    if change.secret {
        return format!("{name} changed (sensitive)");
    }
    match (&change.before, &change.after) {
        (Some(before), Some(after)) => format!("{name} {} → {}", value(before), value(after)),
        (None, Some(after)) => format!("{name} is new: {}", value(after)),
        (Some(before), None) => format!("{name} is gone: was {}", value(before)),
        (None, None) => name.into_owned(),
    }
}

/// A variable in a list of many: its value in short.
fn value(value: &Value<'_>) -> String {
    const LONGEST: usize = 60;
    let text = value.to_string();
    let text = printable(&text);
    if text.chars().count() <= LONGEST {
        return text.into_owned();
    }
    text.chars().take(LONGEST - 1).chain(['…']).collect()
}

fn optional(text: Option<&str>) -> String {
    text.map_or_else(|| "none".to_owned(), |text| printable(text).into_owned())
}
