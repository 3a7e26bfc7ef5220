//! Which resources look like hosts and are none, and what else is to be said of hosts.

use infra::core::inventory::Roster;
use infra::exec::escape::printable;

use super::page::{Detail, Page};
use crate::style::{MUTED, paint};

/// The lines about an inventory that go to stderr.
pub(crate) fn not_hosts(roster: &Roster<'_>, detail: Detail) -> String {
    const ROOM: usize = 20;
    let mut page = Page::default();
    let shown = detail.fold(roster.skipped().len(), ROOM);
    for skipped in roster.skipped().iter().take(shown) {
        let reason = skipped.reason.to_string();
        page.line(
            0,
            format_args!(
                "not a host: {}: {}",
                printable(&skipped.address),
                printable(&reason)
            ),
        );
    }
    page.folded(0, roster.skipped().len() - shown);
    if detail == Detail::Full {
        for note in roster.notes() {
            let about = note.about.to_string();
            page.line(
                0,
                paint(
                    MUTED,
                    format_args!("{}: {}", printable(&note.address), printable(&about)),
                ),
            );
        }
    }
    page.into_text()
}
