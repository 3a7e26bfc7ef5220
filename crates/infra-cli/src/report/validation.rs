//! What a check of `infra.hcl` found.

use infra::exec::escape::{multiline, printable};
use infra::verbs::validate::{Finding, Severity, Validation};

use super::count::{and, count};
use super::page::Page;
use crate::style::{ERROR, HEADING, HINT, WARNING, paint};

/// The page of `infra validate`.
pub(crate) fn validation(validation: &Validation) -> String {
    let mut page = Page::default();
    for finding in &validation.findings {
        add(&mut page, finding);
    }
    let mut parts = Vec::new();
    if validation.error_count > 0 {
        parts.push(count(validation.error_count, "error"));
    }
    if validation.warning_count > 0 {
        parts.push(count(validation.warning_count, "warning"));
    }
    let file = printable(&validation.file);
    let verdict = match (validation.valid, parts.is_empty()) {
        (true, true) => format!("{file} is valid"),
        (true, false) => format!("{file} is valid, with {}", and(&parts)),
        (false, _) => format!("{file} is not valid: {}", and(&parts)),
    };
    page.line(0, paint(HEADING, verdict));
    page.into_text()
}

fn add(page: &mut Page, finding: &Finding) {
    let word = match finding.severity {
        Severity::Error => paint(ERROR, "error"),
        Severity::Warning => paint(WARNING, "warning"),
    };
    page.line(0, format_args!("{word}: {}", multiline(&finding.message)));
    if let Some(place) = &finding.place {
        let place = place.to_string();
        page.line(0, multiline(&place));
    }
    for hint in &finding.hints {
        page.line(
            0,
            format_args!("{}: {}", paint(HINT, "hint"), multiline(hint)),
        );
    }
    page.line(0, "");
}
