//! How a playbook went on its hosts: what an apply says at its end, and its history later.

use infra::exec::escape::printable;

use super::count::count;
use super::page::{Detail, Page};
use crate::style::{BAD, MUTED, paint};

/// How a playbook went on one host.
#[derive(Debug, Clone, Copy)]
pub(super) struct HostOutcome<'a> {
    pub(super) host: &'a str,
    pub(super) outcome: &'a str,
    /// Whether the work is done there
    pub(super) succeeded: bool,
    /// Whether anything was changed there
    pub(super) changed: bool,
    pub(super) task: Option<&'a str>,
    pub(super) message: Option<&'a str>,
}

/// Where the hosts of a playbook stand on a page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) indent: usize,
    /// How many hosts are named before the list is folded
    pub(super) room: usize,
    pub(super) detail: Detail,
}

/// Adds a playbook: on how many hosts it succeeded, and each on which it didn't. Nothing where
/// it has no host.
pub(super) fn add(page: &mut Page, name: &str, hosts: &[HostOutcome<'_>], place: Place) {
    let Place {
        indent,
        room,
        detail,
    } = place;
    let (good, bad): (Vec<&HostOutcome<'_>>, Vec<&HostOutcome<'_>>) =
        hosts.iter().partition(|host| host.succeeded);
    let changed = good.iter().filter(|host| host.changed).count();
    let mut parts = Vec::new();
    if !good.is_empty() {
        let hosts = count(good.len(), "host");
        parts.push(format!("succeeded on {hosts} ({changed} changed)"));
    }
    if !bad.is_empty() {
        let text = format!("not done on {}", count(bad.len(), "host"));
        parts.push(paint(BAD, text).to_string());
    }
    if parts.is_empty() {
        return;
    }
    page.line(
        indent,
        format_args!("{}: {}", printable(name), parts.join(", ")),
    );
    let shown = detail.fold(bad.len(), room);
    for host in bad.iter().take(shown) {
        let task = host
            .task
            .map(|task| format!(" in task {}", printable(task)))
            .unwrap_or_default();
        let outcome = paint(BAD, printable(host.outcome));
        page.line(
            indent + 2,
            format_args!("{}: {outcome}{task}", printable(host.host)),
        );
        for line in host.message.iter().flat_map(|text| text.lines()) {
            page.line(indent + 4, paint(MUTED, printable(line)));
        }
    }
    page.folded(indent + 2, bad.len() - shown);
}
