//! A value before and after.

use infra::core::drift::Shown;
use infra::core::json::Value;
use infra::exec::escape::printable;
use similar::{ChangeTag, TextDiff};

use super::page::Page;
use crate::style::{BAD, GOOD, MUTED, paint};

/// The longest line on which both values stand.
const ONE_LINE: usize = 100;

/// Adds what became of the value called `name`.
pub(super) fn difference(
    page: &mut Page,
    indent: usize,
    name: &str,
    before: &Shown,
    after: &Shown,
) {
    if let (Some(before), Some(after)) = (document(before), document(after)) {
        page.line(indent, format_args!("{}:", printable(name)));
        lines(page, indent + 2, &before, &after);
        return;
    }
    let (before, after) = (value(before), value(after));
    let line = format!("{}: {before} → {after}", printable(name));
    if line.chars().count() <= ONE_LINE {
        page.line(indent, line);
    } else {
        page.line(indent, format_args!("{}:", printable(name)));
        page.line(indent + 2, format_args!("{} {before}", paint(BAD, "-")));
        page.line(indent + 2, format_args!("{} {after}", paint(GOOD, "+")));
    }
}

/// Adds a diff of two texts: the lines that differ, with two around them.
pub(super) fn lines(page: &mut Page, indent: usize, before: &str, after: &str) {
    let diff = TextDiff::from_lines(before, after);
    for (position, group) in diff.grouped_ops(2).iter().enumerate() {
        if position > 0 {
            page.line(indent, paint(MUTED, "…"));
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let text = change.to_string();
            let text = printable(text.trim_end_matches('\n'));
            match change.tag() {
                ChangeTag::Equal => page.line(indent, format_args!("  {text}")),
                ChangeTag::Delete => page.line(indent, paint(BAD, format_args!("- {text}"))),
                ChangeTag::Insert => page.line(indent, paint(GOOD, format_args!("+ {text}"))),
            }
        }
    }
}

/// The text of a value that is best compared line by line: text of several lines, and JSON
/// in a string.
fn document(shown: &Shown) -> Option<String> {
    let Shown::Value(Value::String(text)) = shown else {
        return None;
    };
    if text.trim_start().starts_with(['{', '['])
        && let Ok(json) = serde_json::from_str::<serde_json::Value>(text)
    {
        return serde_json::to_string_pretty(&json).ok();
    }
    text.trim_end().contains('\n').then(|| text.to_string())
}

fn value(shown: &Shown) -> String {
    match shown {
        Shown::Value(value) => printable(&value.to_string()).into_owned(),
        Shown::Sensitive | Shown::Unknown => shown.text(),
    }
}
