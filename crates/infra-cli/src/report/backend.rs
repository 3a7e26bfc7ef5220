//! What a backend consists of.

use infra::exec::escape::printable;
use infra::verbs::backend::{BackendReport, Condition};

use super::page::Page;
use crate::style::{BAD, CHANGE, GOOD, HEADING, HINT, paint};

/// The page of `infra backend init`.
pub(crate) fn backend(report: &BackendReport) -> String {
    let mut page = Page::default();
    let title = if report.is_good() {
        "the backend is as it should be"
    } else {
        "the backend is not as it should be"
    };
    page.line(
        0,
        paint(HEADING, format!("{}: {title}", printable(&report.stack))),
    );
    page.line(0, "");
    let width = report.parts.iter().map(|part| part.name.len()).max();
    let width = width.unwrap_or_default();
    for part in &report.parts {
        let condition = match part.condition {
            Condition::Good => paint(GOOD, "good   "),
            Condition::Made => paint(CHANGE, "made   "),
            Condition::Wrong => paint(BAD, "wrong  "),
            Condition::Missing => paint(BAD, "missing"),
        };
        let message = printable(&part.message);
        page.line(
            2,
            format_args!("{condition}  {:width$}  {message}", part.name),
        );
        for hint in &part.hints {
            page.line(
                11,
                format_args!("{}: {}", paint(HINT, "hint"), printable(hint)),
            );
        }
    }
    page.into_text()
}
