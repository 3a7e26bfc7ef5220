//! What Terraform would do.

use std::collections::BTreeMap;

use anstyle::Style;
use infra::core::consequence::{PlannedChange, TerraformChanges};
use infra::core::drift::Source;
use infra::core::terraform::Actions;
use infra::exec::escape::printable;

use super::count::{and, count};
use super::page::{Detail, Page};
use crate::style::{BAD, CHANGE, GOOD, MUTED, paint};

/// How many changes are shown before the list is folded.
const ROOM: usize = 50;

/// Terraform's own symbol for what happens to an object, and the style it is shown in.
pub(super) fn symbol(actions: &Actions) -> (&'static str, Style) {
    match actions {
        Actions::NoOp => ("", MUTED),
        Actions::Create => ("+", GOOD),
        Actions::Read => ("<=", MUTED),
        Actions::Update => ("~", CHANGE),
        Actions::Delete => ("-", BAD),
        Actions::DeleteThenCreate => ("-/+", BAD),
        Actions::CreateThenDelete | Actions::CreateThenForget => ("+/-", BAD),
        Actions::Forget => (".", CHANGE),
        Actions::Unknown(_) => ("?", BAD),
    }
}

/// The changes that are real, counted in words: `1 to create and 2 to replace`.
pub(super) fn tally(changes: &TerraformChanges) -> String {
    let mut counts: BTreeMap<(u8, &str), usize> = BTreeMap::new();
    for change in changes.real_changes() {
        *counts.entry(kind(change)).or_default() += 1;
    }
    let words: Vec<String> = counts
        .iter()
        .map(|((_, what), number)| format!("{number} to {what}"))
        .collect();
    and(&words)
}

fn kind(change: &PlannedChange) -> (u8, &'static str) {
    if change.address.starts_with("output.") {
        return (7, "set (outputs)");
    }
    match change.actions {
        Actions::Create => (0, "create"),
        Actions::Update => (1, "update"),
        Actions::DeleteThenCreate | Actions::CreateThenDelete | Actions::CreateThenForget => {
            (2, "replace")
        }
        Actions::Delete => (3, "delete"),
        Actions::Read => (4, "read"),
        Actions::Forget => (5, "forget"),
        Actions::NoOp => (6, "move or import"),
        Actions::Unknown(_) => (8, "change in a way this infra doesn't know"),
    }
}

/// Adds the real changes, and how the plan is not whole.
pub(super) fn changes(page: &mut Page, changes: &TerraformChanges, source: Source, detail: Detail) {
    let real: Vec<&PlannedChange> = changes.real_changes().collect();
    if real.is_empty() {
        page.line(2, "nothing to apply");
    }
    let shown = detail.fold(real.len(), ROOM);
    for change in real.iter().take(shown) {
        line(page, change);
        if source == Source::Plan && (detail == Detail::Full || says_more(change)) {
            let reason = own_words(&change.reason, &change.address);
            page.line(6, paint(MUTED, printable(reason)));
        }
    }
    page.folded(2, real.len() - shown);
    for problem in not_whole(changes) {
        page.line(2, paint(BAD, problem));
    }
}

fn line(page: &mut Page, change: &PlannedChange) {
    let (symbol, style) = symbol(&change.actions);
    let deposed = change
        .deposed
        .as_ref()
        .map(|id| format!(" (deposed {})", printable(id)));
    let moved = change
        .previous_address
        .as_ref()
        .map(|from| format!(" (moved from {})", printable(from)));
    page.line(
        2,
        format_args!(
            "{} {}{}{}",
            paint(style, format_args!("{symbol:>3}")),
            printable(&change.address),
            deposed.unwrap_or_default(),
            moved.unwrap_or_default(),
        ),
    );
}

/// Whether the reason says more than the symbol: whether it is about drift.
fn says_more(change: &PlannedChange) -> bool {
    !matches!(
        change.actions,
        Actions::Create | Actions::Delete | Actions::Forget | Actions::Read
    )
}

/// Whether the plan covers everything, whatever its checks say.
pub(super) fn is_covered(changes: &TerraformChanges) -> bool {
    !changes.errored && changes.deferred == 0 && changes.complete != Some(false)
}

/// What a plan lacks that covers everything and failed nowhere.
pub(super) fn not_whole(changes: &TerraformChanges) -> Vec<String> {
    let mut problems = Vec::new();
    if changes.errored {
        problems.push("planning failed half-way: this is only a part of the plan".to_owned());
    }
    if changes.deferred > 0 {
        problems.push(format!(
            "{} deferred to a later plan",
            count(changes.deferred, "change")
        ));
    } else if changes.complete == Some(false) {
        problems.push("Terraform says that this plan doesn't cover everything".to_owned());
    }
    for check in &changes.failed_checks {
        problems.push(format!("the check {} fails", printable(check)));
    }
    problems
}

/// A reason without the address that it begins with, for a place where that has been said.
pub(super) fn own_words<'r>(reason: &'r str, address: &str) -> &'r str {
    let rest = reason.strip_prefix(address);
    rest.and_then(|rest| rest.strip_prefix(": "))
        .unwrap_or(reason)
}
