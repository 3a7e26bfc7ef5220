//! Whether a host counts as done after a playbook has run on it.

use std::collections::BTreeMap;

use infra_core::ansible::Comparer;
use infra_core::config::Playbook;
use infra_core::json::Value;
use infra_exec::ansible::{HostOutcome, PlaybookOutcome};
use infra_exec::health;

use super::error::ApplyError;
use super::playbooks::Shared;
use super::report::HostReport;
use super::run::Run;
use crate::event::Event;
use crate::plan::gate::Answer;

impl Run<'_> {
    /// A host whose playbook succeeded counts as done if its inputs are still those that
    /// were digested, and if it is healthy.
    pub(super) async fn check(
        &self,
        shared: &Shared<'_>,
        playbook: &Playbook,
        report: &mut HostReport,
        moved: &BTreeMap<String, String>,
    ) {
        if !report.succeeded() {
            return;
        }
        if let Some(inputs) = moved.get(&report.host) {
            report.outcome = "inputs changed".to_owned();
            report.message = Some(format!("while the playbook ran: {inputs}"));
            return;
        }
        let address = shared
            .inventory
            .hosts
            .get(&report.host)
            .and_then(|host| host.vars.get("ansible_host"));
        let address = address
            .and_then(Value::as_str)
            .unwrap_or(&report.host)
            .to_owned();
        for check in &playbook.health {
            let dir = self.project.root.as_std_path();
            let result =
                health::check(&self.context.runner, check, &report.host, &address, dir).await;
            let message = result.as_ref().err().map(ToString::to_string);
            self.context.tell(&Event::Health {
                playbook: playbook.name.clone(),
                host: report.host.clone(),
                check: check.name.clone(),
                healthy: result.is_ok(),
                message: message.clone(),
            });
            if message.is_some() {
                report.outcome = "unhealthy".to_owned();
                report.message = message;
                return;
            }
        }
    }

    /// The hosts whose inputs are no longer those that were digested before the playbook
    /// ran, each with what changed. Somebody may be editing, or the playbook writes into
    /// its own tree.
    pub(super) async fn moved_inputs(
        &self,
        shared: &Shared<'_>,
        before: &Answer<'_>,
    ) -> Result<BTreeMap<String, String>, ApplyError> {
        let after = self.question(shared).ask_about_one(before.playbook).await?;
        let mut moved = BTreeMap::new();
        let mut comparer = Comparer::default();
        for (host, old) in &before.fingerprints {
            let new = after.fingerprints.get(host);
            let names = new.and_then(|new| comparer.names(old, new));
            moved.extend(names.map(|names| (host.clone(), names)));
        }
        Ok(moved)
    }
}

/// What Ansible's events say of each host that was meant.
pub(super) fn reports(outcome: &PlaybookOutcome) -> Vec<HostReport> {
    outcome
        .hosts
        .iter()
        .map(|(host, outcome)| match outcome {
            HostOutcome::Succeeded { changed } => HostReport {
                changed: *changed > 0,
                ..HostReport::new(host, HostReport::SUCCEEDED, None)
            },
            HostOutcome::Failed { task, path, msg } => {
                let place = path
                    .as_ref()
                    .map(|path| format!(" ({path})"))
                    .unwrap_or_default();
                HostReport {
                    task: Some(format!("{task}{place}")),
                    ..HostReport::new(host, "failed", msg.clone())
                }
            }
            HostOutcome::Unreachable { msg } => HostReport::new(host, "unreachable", msg.clone()),
            HostOutcome::Unfinished { task } => HostReport {
                task: task.clone(),
                ..HostReport::new(host, "unfinished", None)
            },
            HostOutcome::NotReached => HostReport::new(host, "not reached", None),
        })
        .collect()
}
