//! The runs of a stack, and whether their records are whole.

use infra::apply::HostReport;
use infra::exec::escape::printable;
use infra::verbs::history::{AppliedPlan, History, PlaybookRun, Run, RunOutcome, Verification};

use super::count::count;
use super::outcomes::{self, HostOutcome, Place};
use super::page::{Detail, Page};
use crate::style::{BAD, CHANGE, GOOD, HEADING, HINT, MUTED, paint};

/// How many runs are shown before the list is folded.
const ROOM: usize = 20;
/// How many hosts of a run that didn't succeed are shown.
const HOSTS: usize = 5;

/// The page of `infra history`.
///
/// `all` is how many runs there are, of which `history` may have only the newest.
pub(crate) fn history(history: &History, all: usize, detail: Detail) -> String {
    let mut page = Page::default();
    let runs = match history.runs.len() {
        _ if all == 0 => "no run yet".to_owned(),
        shown if shown < all => format!("the last {shown} of {}", count(all, "run")),
        _ => count(all, "run"),
    };
    let title = format!("{}: {runs}", printable(&history.stack));
    page.line(0, paint(HEADING, title));
    let shown = detail.fold(history.runs.len(), ROOM);
    for run in history.runs.iter().take(shown) {
        add(&mut page, run, detail);
    }
    page.folded(2, history.runs.len() - shown);
    for damage in &history.damaged {
        page.line(
            2,
            paint(BAD, format_args!("damaged: {}", printable(damage))),
        );
    }
    page.into_text()
}

fn add(page: &mut Page, run: &Run, detail: Detail) {
    let outcome = match &run.outcome {
        RunOutcome::Open => paint(CHANGE, "not ended".to_owned()),
        RunOutcome::Finished { outcome } if outcome == "done" || outcome == "nothing" => {
            paint(GOOD, printable(outcome).into_owned())
        }
        RunOutcome::Finished { outcome } => paint(BAD, printable(outcome).into_owned()),
        RunOutcome::Abandoned { .. } => paint(BAD, "abandoned".to_owned()),
    };
    let command = run.command.as_deref().unwrap_or("run");
    page.line(
        2,
        format_args!(
            "{}  {} {outcome}  {}",
            printable(&second(&run.started)),
            printable(command),
            paint(
                MUTED,
                format_args!("{}  {}", printable(&run.who), printable(&run.id))
            ),
        ),
    );
    if let RunOutcome::Abandoned { evidence } = &run.outcome {
        page.line(6, printable(evidence));
    }
    if let Some(by) = &run.unlocked_by {
        page.line(6, format_args!("its lock was broken by {}", printable(by)));
    }
    for applied in &run.applied {
        page.line(6, plan(applied));
    }
    for playbook in &run.playbooks {
        add_playbook(page, playbook, detail);
    }
}

fn plan(applied: &AppliedPlan) -> String {
    let part = if applied.complete { "" } else { " in part" };
    match (&applied.before, &applied.after) {
        (Some(before), Some(after)) => {
            format!(
                "Terraform applied a plan{part}: state serial {} → {}",
                before.serial, after.serial
            )
        }
        (None, Some(after)) => format!(
            "Terraform applied a plan{part}: state serial {}",
            after.serial
        ),
        _ => format!("Terraform applied a plan{part}"),
    }
}

fn add_playbook(page: &mut Page, playbook: &PlaybookRun, detail: Detail) {
    let hosts: Vec<HostOutcome<'_>> = playbook
        .hosts
        .iter()
        .map(|host| HostOutcome {
            host: &host.host,
            outcome: &host.outcome,
            succeeded: host.outcome == HostReport::SUCCEEDED,
            changed: host.changed == Some(true),
            task: host.task.as_deref(),
            // Of many runs only what happened, unless all is asked for.
            message: host.message.as_deref().filter(|_| detail == Detail::Full),
        })
        .collect();
    let place = Place {
        indent: 6,
        room: HOSTS,
        detail,
    };
    outcomes::add(page, &playbook.name, &hosts, place);
}

/// The page of `infra history --verify`.
pub(crate) fn verification(verification: &Verification) -> String {
    let mut page = Page::default();
    let records = usize::try_from(verification.records).unwrap_or(usize::MAX);
    let records = count(records, "record");
    let title = if verification.is_whole() {
        format!("the ledger is whole: {records}")
    } else {
        let wrong = count(verification.errors.len(), "problem");
        format!("the ledger is not whole: {wrong} in {records}")
    };
    page.line(
        0,
        paint(
            HEADING,
            format_args!("{}: {title}", printable(&verification.stack)),
        ),
    );
    for error in &verification.errors {
        page.line(2, paint(BAD, printable(&error.to_string())));
    }
    for hint in &verification.hints {
        page.line(
            0,
            format_args!("{}: {}", paint(HINT, "hint"), printable(hint)),
        );
    }
    page.line(2, paint(MUTED, printable(&verification.ledger)));
    page.into_text()
}

/// A time to the second: `2026-11-22T10:00:03.123Z` → `2026-11-22 10:00:03Z`.
pub(super) fn second(at: &str) -> String {
    match (at.get(..10), at.get(11..19)) {
        (Some(day), Some(time)) => format!("{day} {time}Z"),
        _ => at.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use infra::verbs::history::HostRun;

    use super::*;

    #[test]
    fn a_run_is_told_in_a_few_lines() {
        let host = |name: &str, outcome: &str| HostRun {
            host: name.to_owned(),
            at: "2026-11-22T10:00:09Z".to_owned(),
            outcome: outcome.to_owned(),
            changed: (outcome == "succeeded").then_some(true),
            task: (outcome == "failed").then(|| "Start prometheus".to_owned()),
            message: None,
        };
        let run = Run {
            id: "20261122T100000Z-1".to_owned(),
            who: "ada@bastion".to_owned(),
            started: "2026-11-22T10:00:00.123Z".to_owned(),
            command: Some("apply".to_owned()),
            outcome: RunOutcome::Finished {
                outcome: "failed".to_owned(),
            },
            playbooks: vec![PlaybookRun {
                name: "prometheus".to_owned(),
                hosts: vec![host("leaf1", "succeeded"), host("leaf2", "failed")],
            }],
            ..Run::default()
        };
        let killed = Run {
            id: "20261121T100000Z-2".to_owned(),
            who: "ci@runner".to_owned(),
            started: "2026-11-21T10:00:00Z".to_owned(),
            outcome: RunOutcome::Abandoned {
                evidence: "the machine was restarted since".to_owned(),
            },
            ..Run::default()
        };
        let answer = History {
            format_version: "1.0",
            stack: "federation".to_owned(),
            ledger: "/srv/.infra/federation/ledger".to_owned(),
            runs: vec![run, killed],
            damaged: Vec::new(),
        };
        let page = anstream::adapter::strip_str(&history(&answer, 7, Detail::Folded)).to_string();
        insta::assert_snapshot!(page, @"
        federation: the last 2 of 7 runs
          2026-11-22 10:00:00Z  apply failed  ada@bastion  20261122T100000Z-1
              prometheus: succeeded on 1 host (1 changed), not done on 1 host
                leaf2: failed in task Start prometheus
          2026-11-21 10:00:00Z  run abandoned  ci@runner  20261121T100000Z-2
              the machine was restarted since
        ");
    }
}
