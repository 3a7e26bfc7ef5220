//! The planned changes that only follow from benign drift, each with its proof in words.

use infra::core::consequence::TerraformChanges;
use infra::core::drift::Consequence;
use infra::exec::escape::printable;

use super::changes::symbol;
use super::count::count;
use super::page::{Detail, Page};
use crate::style::{MUTED, paint};

/// Up to how many are shown with their whole proof.
const PROOFS: usize = 2;
/// Up to how many are shown in a line each.
const ROOM: usize = 20;

/// What becomes of them.
pub(super) fn fate(changes: &TerraformChanges) -> &'static str {
    if changes.real_changes().next().is_some() {
        " (applied with the rest: a plan is applied whole)"
    } else {
        " (not applied)"
    }
}

/// Adds the consequences. `fate` says what becomes of them.
pub(super) fn consequences(page: &mut Page, all: &[Consequence], fate: &str, detail: Detail) {
    if all.is_empty() {
        return;
    }
    let number = count(all.len(), "planned change");
    page.line(
        2,
        format_args!("{number} only because of expected drift{fate}"),
    );
    let is_proven = detail == Detail::Full || all.len() <= PROOFS;
    let shown = detail.fold(all.len(), ROOM);
    for consequence in all.iter().take(shown) {
        add(page, consequence, is_proven);
    }
    page.folded(4, all.len() - shown);
    if !is_proven {
        page.line(
            4,
            paint(MUTED, "(-v shows how each follows from the drift)"),
        );
    }
}

fn add(page: &mut Page, consequence: &Consequence, is_proven: bool) {
    let (symbol, _) = symbol(&consequence.actions);
    let address = printable(&consequence.address);
    let symbol = paint(MUTED, format!("{symbol:>3}"));
    if is_proven {
        page.line(4, format_args!("{symbol} {address}"));
        for step in &consequence.chain {
            page.line(10, paint(MUTED, printable(step)));
        }
    } else {
        let because = match consequence.because.as_slice() {
            [one] => printable(one).into_owned(),
            [one, rest @ ..] => format!("{} and {} more", printable(one), rest.len()),
            [] => String::new(),
        };
        let because = paint(MUTED, format!("← {because}"));
        page.line(4, format_args!("{symbol} {address} {because}"));
    }
}
