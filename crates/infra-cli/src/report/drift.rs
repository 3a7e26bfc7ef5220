//! What changed outside of Terraform.

use infra::core::drift::{Class, DriftEntry, DriftReport, RuleUse, Source};
use infra::exec::escape::printable;

use super::changes::symbol;
use super::consequences::consequences;
use super::count::count;
use super::difference::difference;
use super::page::{Detail, Page};
use super::verdict;
use crate::style::{BAD, CHANGE, GOOD, HEADING, MUTED, paint};

/// How many entries are shown before a list is folded.
const ROOM: usize = 50;

/// The page of `infra drift`.
pub(crate) fn drift(report: &DriftReport, detail: Detail) -> String {
    let mut page = Page::default();
    page.line(0, paint(HEADING, verdict::of_drift(report)));
    source(&mut page, 0, report.source);
    if report.errored {
        page.line(
            0,
            paint(
                BAD,
                "planning failed half-way: there may be more than is listed here",
            ),
        );
    }
    if report.complete == Some(false) {
        page.line(
            0,
            paint(
                BAD,
                "the plan doesn't cover everything: there may be more than is listed here",
            ),
        );
    }
    if !report.drift.is_empty() {
        page.heading("Changed outside of Terraform");
        entries(&mut page, report, detail);
    }
    if !report.consequences.is_empty() {
        page.heading("What follows from it");
        consequences(&mut page, &report.consequences, "", detail);
    }
    if has_idle_rules(report) {
        page.heading("Rules");
        rules(&mut page, report);
    }
    page.into_text()
}

/// Says what the answer lacks because of where it comes from.
pub(super) fn source(page: &mut Page, indent: usize, source: Source) {
    if source == Source::Stream {
        page.line(
            indent,
            "the stream of `terraform plan -json` has no values, so nothing in it can be expected;",
        );
        page.line(indent, "`terraform show -json` of a saved plan has them");
    }
}

/// Adds what drifted: in a line per rule what was expected, in full what was not.
pub(super) fn entries(page: &mut Page, report: &DriftReport, detail: Detail) {
    for rule in &report.rules {
        expected(page, rule, report, detail);
    }
    if report.summary.equal > 0 {
        page.line(
            2,
            format_args!(
                "{} {} the same, written differently",
                count(report.summary.equal, "resource"),
                are(report.summary.equal),
            ),
        );
    }
    let material: Vec<&DriftEntry> = of_class(report, Class::Material).collect();
    if material.is_empty() {
        return;
    }
    page.line(
        2,
        paint(
            CHANGE,
            format_args!(
                "{} drifted, and no rule expects it",
                count(material.len(), "resource")
            ),
        ),
    );
    let shown = detail.fold(material.len(), ROOM);
    for entry in material.iter().take(shown) {
        in_full(page, entry, report.source);
    }
    page.folded(4, material.len() - shown);
}

fn expected(page: &mut Page, rule: &RuleUse, report: &DriftReport, detail: Detail) {
    let entries: Vec<&DriftEntry> = of_class(report, Class::Benign)
        .filter(|entry| entry.rule.as_deref() == Some(rule.name.as_str()))
        .collect();
    if entries.is_empty() {
        return;
    }
    page.line(
        2,
        format_args!(
            "{} drifted as expected ({}: {})",
            count(entries.len(), "resource"),
            paint(GOOD, printable(&rule.name)),
            printable(&rule.reason),
        ),
    );
    if detail == Detail::Full {
        for entry in entries {
            in_full(page, entry, report.source);
        }
    }
}

fn in_full(page: &mut Page, entry: &DriftEntry, source: Source) {
    let (symbol, style) = symbol(&entry.actions);
    let deposed = entry
        .deposed
        .as_ref()
        .map(|id| format!(" (deposed {})", printable(id)));
    page.line(
        4,
        format_args!(
            "{} {}{}",
            paint(style, symbol),
            printable(&entry.address),
            deposed.unwrap_or_default()
        ),
    );
    if let Some(why) = entry.why.as_ref().filter(|_| source == Source::Plan) {
        page.line(6, paint(MUTED, printable(why)));
    }
    for attribute in entry
        .attributes
        .iter()
        .filter(|attribute| attribute.class != Class::Equal)
    {
        let name = attribute.path.to_string();
        difference(page, 6, &name, &attribute.before, &attribute.after);
        if let Some(why) = attribute
            .why
            .as_ref()
            .filter(|why| entry.why.as_ref() != Some(why))
        {
            page.line(8, paint(MUTED, printable(why)));
        }
    }
}

/// Adds the rules that did nothing, or do nothing any more.
pub(super) fn rules(page: &mut Page, report: &DriftReport) {
    for rule in &report.rules {
        let name = printable(&rule.name);
        let owner = rule
            .owner
            .as_ref()
            .map(|owner| format!(" (owner: {})", printable(owner)));
        let owner = owner.unwrap_or_default();
        if rule.expired {
            let day = rule
                .expires
                .map(|day| format!(": its last day was {day}"))
                .unwrap_or_default();
            page.line(
                2,
                paint(BAD, format_args!("rule {name} has expired{day}{owner}")),
            );
        } else if rule.hits == 0 {
            page.line(2, format_args!("rule {name} matched nothing{owner}"));
        }
    }
}

/// Whether there is a rule that did nothing, or does nothing any more.
pub(super) fn has_idle_rules(report: &DriftReport) -> bool {
    report
        .rules
        .iter()
        .any(|rule| rule.expired || rule.hits == 0)
}

fn of_class(report: &DriftReport, class: Class) -> impl Iterator<Item = &DriftEntry> {
    report
        .drift
        .iter()
        .filter(move |entry| entry.class == class)
}

fn are(number: usize) -> &'static str {
    if number == 1 { "is" } else { "are" }
}
