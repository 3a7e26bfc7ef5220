//! What a check of everything found.

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
        for hint in &check.hints {
            page.line(
                11,
                format_args!("{}: {}", paint(HINT, "hint"), printable(hint)),
            );
        }
    }
    page.into_text()
}

#[cfg(test)]
mod tests {
    use super::*;
    use infra::verbs::doctor::Check;

    #[test]
    fn a_message_of_several_lines_stays_under_its_name() {
        let check = Check {
            name: "state",
            status: Status::Error,
            message: "can't be read\n\nError: no such bucket\n".to_owned(),
            hints: vec!["make it".to_owned()],
        };
        let page = diagnosis(&Diagnosis {
            status: Status::Error,
            format_version: "1.0",
            checks: vec![check],
        });
        let page = anstream::adapter::strip_str(&page).to_string();
        let lines: Vec<&str> = page.lines().skip(2).collect();
        assert_eq!(
            lines,
            [
                "  error    state  can't be read",
                "           Error: no such bucket",
                "           hint: make it",
            ]
        );
    }
}
