//! What an apply did.

use infra::apply::{ApplyReport, Outcome, PlaybookReport};
use infra::exec::escape::printable;

use super::count::{and, count};
use super::outcomes::{self, HostOutcome, Place};
use super::page::{Detail, Page};
use crate::style::{BAD, HEADING, paint};

/// How many hosts of a playbook are shown before a list is folded.
const ROOM: usize = 20;

/// The page at the end of `infra apply`.
pub(crate) fn applied(report: &ApplyReport, detail: Detail) -> String {
    let mut page = Page::default();
    let stack = printable(&report.stack);
    page.line(
        0,
        paint(HEADING, format_args!("{stack}: {}", verdict(report))),
    );
    for playbook in &report.playbooks {
        add(&mut page, playbook, detail);
    }
    for problem in report
        .problems
        .iter()
        .filter(|problem| !is_told(report, problem))
    {
        for (position, text) in problem.lines().enumerate() {
            let indent = if position == 0 { 2 } else { 4 };
            page.line(indent, paint(BAD, printable(text)));
        }
    }
    let rest = match report.outcome {
        Outcome::Failed => "the next `infra apply` does the rest, and only that",
        Outcome::Interrupted | Outcome::LockLost => {
            "`infra plan` shows what is left; the next `infra apply` does it"
        }
        Outcome::Nothing | Outcome::Declined | Outcome::Done => return page.into_text(),
    };
    page.line(0, rest);
    page.into_text()
}

/// Whether a problem has been told with the host that has it.
fn is_told(report: &ApplyReport, problem: &str) -> bool {
    let mut hosts = report.playbooks.iter().flat_map(|playbook| &playbook.hosts);
    hosts.any(|host| {
        let message = host.message.as_deref().unwrap_or_default();
        !message.is_empty() && problem.ends_with(message)
    })
}

fn verdict(report: &ApplyReport) -> String {
    let done = match report.outcome {
        Outcome::Nothing => return "nothing to do".to_owned(),
        Outcome::Declined => return "not approved, nothing was changed".to_owned(),
        Outcome::Done => "done",
        Outcome::Failed => "not all is done",
        Outcome::Interrupted => "interrupted",
        Outcome::LockLost => "the run lock was taken away",
    };
    let mut parts = Vec::new();
    if report.terraform {
        parts.push("Terraform applied its plan".to_owned());
        if !report.refreshed.is_empty() {
            let resources = count(report.refreshed.len(), "resource");
            parts.push(format!("{resources} refreshed"));
        }
    }
    let playbooks = report
        .playbooks
        .iter()
        .filter(|playbook| !playbook.hosts.is_empty())
        .count();
    if playbooks > 0 {
        parts.push(format!("{} ran", count(playbooks, "playbook")));
    }
    if parts.is_empty() {
        return done.to_owned();
    }
    format!("{done}: {}", and(&parts))
}

fn add(page: &mut Page, playbook: &PlaybookReport, detail: Detail) {
    let hosts: Vec<HostOutcome<'_>> = playbook
        .hosts
        .iter()
        .map(|host| HostOutcome {
            host: &host.host,
            outcome: &host.outcome,
            succeeded: host.succeeded(),
            changed: host.changed,
            task: host.task.as_deref(),
            message: host.message.as_deref(),
        })
        .collect();
    let place = Place {
        indent: 2,
        room: ROOM,
        detail,
    };
    outcomes::add(page, &playbook.name, &hosts, place);
}

#[cfg(test)]
mod tests {
    use infra::apply::{HostReport, Refreshed};

    use super::*;

    fn host(name: &str, outcome: &str, changed: bool, message: Option<&str>) -> HostReport {
        HostReport {
            host: name.to_owned(),
            outcome: outcome.to_owned(),
            changed,
            task: message.map(|_| "Start prometheus".to_owned()),
            message: message.map(str::to_owned),
        }
    }

    #[test]
    fn who_failed_is_named_with_the_task_and_what_was_said_once() {
        let said = "Unable to start service\nsee journalctl";
        let report = ApplyReport {
            format_version: "1.0",
            stack: "federation".to_owned(),
            run: Some("20261122T100000Z-1".to_owned()),
            outcome: Outcome::Failed,
            terraform: true,
            refreshed: vec![Refreshed {
                address: "aws_security_group.web".to_owned(),
                attributes: vec!["ingress".to_owned()],
            }],
            playbooks: vec![PlaybookReport {
                name: "prometheus".to_owned(),
                hosts: vec![
                    host("leaf1", "succeeded", true, None),
                    host("leaf2", "failed", false, Some(said)),
                    host("leaf3", "succeeded", false, None),
                ],
            }],
            problems: vec![
                format!("leaf2: {said}"),
                "the record can't be uploaded".to_owned(),
            ],
        };
        let page = anstream::adapter::strip_str(&applied(&report, Detail::Folded)).to_string();
        insta::assert_snapshot!(page, @"
        federation: not all is done: Terraform applied its plan, 1 resource refreshed and 1 playbook ran
          prometheus: succeeded on 2 hosts (1 changed), not done on 1 host
            leaf2: failed in task Start prometheus
              Unable to start service
              see journalctl
          the record can't be uploaded
        the next `infra apply` does the rest, and only that
        ");
    }
}
