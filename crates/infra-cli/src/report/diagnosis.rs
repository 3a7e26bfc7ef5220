//! What a check of everything found.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use infra::exec::escape::printable;
use infra::verbs::doctor::{Diagnosis, Status};

use super::count::count;
use super::page::Page;
use crate::style::{BAD, CHANGE, GOOD, HEADING, HINT, paint};

/// The page of `infra doctor`.
pub(crate) fn diagnosis(diagnosis: &Diagnosis) -> String {
    let mut page = Page::default();
    let of = |status| {
        diagnosis
            .checks
            .iter()
            .filter(|check| check.status == status)
            .count()
    };
    let title = match diagnosis.status {
        Status::Ok => "everything that a run needs is there".to_owned(),
        Status::Warning => format!(
            "a run can go on, but look at {}",
            count(of(Status::Warning), "thing")
        ),
        Status::Error => format!("a run can't go on: {}", count(of(Status::Error), "problem")),
    };
    page.line(0, paint(HEADING, title));
    page.line(0, "");
    let width = diagnosis
        .checks
        .iter()
        .map(|check| check.name.len())
        .max()
        .unwrap_or_default();
    // One cause, such as missing credentials, can stop several checks.
    let mut hinted: HashMap<&str, &str> = HashMap::new();
    for check in &diagnosis.checks {
        let status = match check.status {
            Status::Ok => paint(GOOD, "ok     "),
            Status::Warning => paint(CHANGE, "warning"),
            Status::Error => paint(BAD, "error  "),
        };
        let mut lines = check.message.trim_end().lines();
        let first = printable(lines.next().unwrap_or_default());
        page.line(2, format_args!("{status}  {:width$}  {first}", check.name));
        for line in lines.filter(|line| !line.trim().is_empty()) {
            page.line(11, printable(line));
        }
        let mut lines: Vec<Cow<'_, str>> = Vec::new();
        for hint in &check.hints {
            let line = match hinted.entry(hint.as_str()) {
                Entry::Vacant(entry) => {
                    entry.insert(check.name);
                    printable(hint)
                }
                Entry::Occupied(entry) => format!("as for {}", entry.get()).into(),
            };
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        for line in lines {
            page.line(11, format_args!("{}: {line}", paint(HINT, "hint")));
        }
    }
    page.into_text()
}

#[cfg(test)]
mod tests {
    use super::*;
    use infra::verbs::doctor::Check;

    fn lines(checks: Vec<Check>) -> Vec<String> {
        let page = diagnosis(&Diagnosis {
            status: Status::Error,
            format_version: "1.0",
            checks,
        });
        let page = anstream::adapter::strip_str(&page).to_string();
        page.lines().skip(2).map(str::to_owned).collect()
    }

    fn check(name: &'static str, message: &str, hints: &[&str]) -> Check {
        Check {
            name,
            status: Status::Error,
            message: message.to_owned(),
            hints: hints.iter().map(|hint| (*hint).to_owned()).collect(),
        }
    }

    #[test]
    fn a_message_of_several_lines_stays_under_its_name() {
        let message = "can't be read\n\nError: no such bucket\n";
        assert_eq!(
            lines(vec![check("state", message, &["make it"])]),
            [
                "  error    state  can't be read",
                "           Error: no such bucket",
                "           hint: make it",
            ]
        );
    }

    #[test]
    fn what_helps_several_checks_is_said_once() {
        assert_eq!(
            lines(vec![
                check("a", "x", &["sign in", "look"]),
                check("b", "y", &["sign in", "look", "wait"]),
            ]),
            [
                "  error    a  x",
                "           hint: sign in",
                "           hint: look",
                "  error    b  y",
                "           hint: as for a",
                "           hint: wait",
            ]
        );
    }
}
