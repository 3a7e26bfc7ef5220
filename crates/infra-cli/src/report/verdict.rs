//! The verdict, in one line.

use infra::core::decision::{Decision, PlaybookDecision, Verdict};
use infra::core::drift::DriftReport;
use infra::exec::escape::printable;

use super::changes::{is_covered, tally};
use super::count::count;

/// `federation: nothing to do`, or what there is to do.
pub(super) fn of_plan(decision: &Decision) -> String {
    let stack = printable(&decision.stack);
    if decision.verdict == Verdict::Nothing {
        return format!("{stack}: nothing to do");
    }
    let mut parts = Vec::new();
    let tally = tally(&decision.terraform);
    if !tally.is_empty() {
        parts.push(format!("Terraform has {tally}"));
    }
    if !is_covered(&decision.terraform) {
        parts.push("the plan is not whole".to_owned());
    }
    let failed = decision.terraform.failed_checks.len();
    if failed > 0 {
        let verb = if failed == 1 { "fails" } else { "fail" };
        parts.push(format!("{} {verb}", count(failed, "check")));
    }
    let material = decision.drift.summary.material;
    if material > 0 {
        parts.push(format!(
            "{} drifted unexpectedly",
            count(material, "resource")
        ));
    }
    let names = decision.dns.iter().filter(|change| change.action.acts());
    match names.count() {
        0 => {}
        1 => parts.push("1 name in DNS changes".to_owned()),
        names => parts.push(format!("{names} names in DNS change")),
    }
    parts.extend(playbooks(&decision.playbooks));
    format!("{stack}: {}", parts.join("; "))
}

/// Up to three playbooks by name, more as a number.
fn playbooks(playbooks: &[PlaybookDecision]) -> Vec<String> {
    let running: Vec<(&PlaybookDecision, usize)> = playbooks
        .iter()
        .map(|playbook| (playbook, playbook.running().count()))
        .filter(|(_, hosts)| *hosts > 0)
        .collect();
    if running.len() > 3 {
        return vec![format!("{} run", count(running.len(), "playbook"))];
    }
    running
        .iter()
        .map(|(playbook, hosts)| {
            format!(
                "{} runs on {}",
                printable(&playbook.name),
                of(*hosts, playbook.hosts.len())
            )
        })
        .collect()
}

/// `2 of 5 hosts`, `all 5 hosts`, `both hosts`, `1 host`.
pub(super) fn of(some: usize, all: usize) -> String {
    match (some, all) {
        (1, 1) => "1 host".to_owned(),
        (2, 2) => "both hosts".to_owned(),
        _ if some == all => format!("all {all} hosts"),
        _ => format!("{some} of {}", count(all, "host")),
    }
}

/// Whether there was any drift, and whether it was expected.
pub(super) fn of_drift(report: &DriftReport) -> String {
    let summary = report.summary;
    let covers_all = !report.errored && report.complete != Some(false);
    if report.drift.is_empty() && !covers_all {
        return "what changed outside of Terraform can't be told".to_owned();
    }
    if report.drift.is_empty() {
        return "nothing changed outside of Terraform".to_owned();
    }
    if summary.material > 0 {
        return format!(
            "{} drifted unexpectedly",
            count(summary.material, "resource")
        );
    }
    if summary.benign > 0 {
        return format!(
            "{} drifted as expected, and no other",
            count(summary.benign, "resource")
        );
    }
    "what changed outside of Terraform is the same, written differently".to_owned()
}
