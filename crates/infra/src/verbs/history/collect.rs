//! From records to runs.

use indexmap::IndexMap;
use infra_core::decision::FORMAT_VERSION;
use infra_core::ledger::{ChainError, Record, RecordEvent, parse};

use super::answer::{AppliedPlan, History, HostRun, PlaybookRun, Run, RunOutcome};
use crate::Project;
use crate::ledger::{LedgerError, RecordStore};
use crate::place::Place;

/// The store of a project's records, read past whatever is wrong with some of them.
pub(super) fn store(project: &Project) -> Result<Box<dyn RecordStore>, LedgerError> {
    Ok(Place::of(project)?.store())
}

/// Tells the runs of a project, the newest first.
///
/// Whether the records are one whole chain is not asked here, so that a damaged one
/// doesn't hide all others: it is named among [`History::damaged`].
pub async fn history(project: &Project) -> Result<History, LedgerError> {
    let store = store(project)?;
    let mut runs = Runs::default();
    let mut damaged = Vec::new();
    for sequence in 1..=store.last().await? {
        let read = match store.read(sequence).await? {
            None => Err(ChainError::Missing { sequence }),
            Some(bytes) => parse(&bytes, sequence),
        };
        match read {
            Ok(record) => runs.add(record),
            Err(error) => damaged.push(error.to_string()),
        }
    }
    Ok(History {
        format_version: FORMAT_VERSION,
        stack: project.stack.name.clone(),
        ledger: store.place(),
        runs: runs.newest_first(),
        damaged,
    })
}

/// The runs so far, in the order of their first records.
#[derive(Default)]
struct Runs(IndexMap<String, Run>);

impl Runs {
    fn add(&mut self, record: Record) {
        let Record {
            at,
            run: id,
            who,
            event,
            ..
        } = record;
        if let RecordEvent::RunAbandoned {
            abandoned,
            evidence,
        } = event
        {
            // Written by the run after, about the one before.
            if let Some(run) = self.0.get_mut(&abandoned)
                && run.outcome == RunOutcome::Open
            {
                run.outcome = RunOutcome::Abandoned { evidence };
            }
            return;
        }
        let forced = matches!(event, RecordEvent::LockForced { .. });
        let run = self.0.entry(id).or_insert_with_key(|id| Run {
            id: id.clone(),
            who: if forced { String::new() } else { who.clone() },
            started: at.clone(),
            ..Run::default()
        });
        match event {
            RecordEvent::RunStarted {
                infra,
                command,
                terraform,
                ansible,
            } => {
                run.infra = Some(infra);
                run.command = Some(command);
                run.terraform = terraform;
                run.ansible = ansible;
            }
            RecordEvent::RunFinished { outcome } => {
                run.outcome = RunOutcome::Finished { outcome };
                run.ended = Some(at);
            }
            RecordEvent::TerraformApplied {
                plan,
                complete,
                before,
                after,
            } => run.applied.push(AppliedPlan {
                at,
                plan,
                complete,
                before,
                after,
            }),
            RecordEvent::Inventory { hosts, .. } => run.inventory_hosts = Some(hosts.len()),
            RecordEvent::HostSucceeded(success) => run.host(
                success.playbook,
                HostRun {
                    host: success.host,
                    at,
                    outcome: "succeeded".to_owned(),
                    changed: Some(success.changed),
                    task: None,
                    message: None,
                },
            ),
            RecordEvent::HostFailed {
                playbook,
                host,
                outcome,
                task,
                message,
            } => run.host(
                playbook,
                HostRun {
                    host,
                    at,
                    outcome,
                    changed: None,
                    task,
                    message,
                },
            ),
            RecordEvent::LockForced { .. } => run.unlocked_by = Some(who),
            _ => {}
        }
    }

    fn newest_first(self) -> Vec<Run> {
        self.0.into_values().rev().collect()
    }
}

impl Run {
    fn host(&mut self, playbook: String, host: HostRun) {
        match self.playbooks.iter_mut().find(|run| run.name == playbook) {
            Some(run) => run.hosts.push(host),
            None => self.playbooks.push(PlaybookRun {
                name: playbook,
                hosts: vec![host],
            }),
        }
    }
}
