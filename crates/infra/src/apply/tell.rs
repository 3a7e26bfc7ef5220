//! What a playbook does, told as events of the run.

use std::collections::BTreeSet;

use infra_exec::ansible::{AnsibleEvent, AnsibleUpdate, Status};

use super::report::HostReport;
use crate::conceal::Concealed;
use crate::event::{Event, Observer};

/// Tells what one playbook does.
pub(super) struct PlaybookTeller<'a> {
    observer: &'a dyn Observer,
    playbook: &'a str,
    concealed: &'a Concealed,
}

impl<'a> PlaybookTeller<'a> {
    pub(super) fn new(
        observer: &'a dyn Observer,
        playbook: &'a str,
        concealed: &'a Concealed,
    ) -> Self {
        Self {
            observer,
            playbook,
            concealed,
        }
    }

    pub(super) fn started(&self, hosts: &BTreeSet<String>) {
        self.observer.event(&Event::PlaybookStarted {
            playbook: self.playbook.to_owned(),
            hosts: hosts.iter().cloned().collect(),
        });
    }

    pub(super) fn update(&self, update: AnsibleUpdate<'_>) {
        let AnsibleUpdate::Event(event) = update else {
            return;
        };
        let playbook = self.playbook.to_owned();
        match event {
            AnsibleEvent::TaskStart { name, path, .. } => {
                self.observer.event(&Event::TaskStarted {
                    playbook,
                    task: self.concealed.hide(name),
                    place: path.clone(),
                });
            }
            AnsibleEvent::Result {
                host,
                status,
                task,
                changed,
                msg,
                ..
            } => {
                self.observer.event(&Event::TaskFinished {
                    playbook,
                    task: self.concealed.hide(task),
                    host: host.clone(),
                    status: word(status, *changed).to_owned(),
                    message: msg.as_ref().map(|msg| self.concealed.hide(msg)),
                });
            }
            _ => {}
        }
    }

    pub(super) fn finished(&self, host: &HostReport) {
        let task = host
            .task
            .as_ref()
            .map(|task| format!("{task}: "))
            .unwrap_or_default();
        self.observer.event(&Event::HostFinished {
            playbook: self.playbook.to_owned(),
            host: host.host.clone(),
            outcome: host.outcome.clone(),
            changed: host.changed,
            message: host
                .message
                .as_ref()
                .map(|message| format!("{task}{message}")),
        });
    }
}

fn word(status: &Status, changed: bool) -> &str {
    match status {
        Status::Ok if changed => "changed",
        Status::Ok => "ok",
        Status::Skipped => "skipped",
        Status::Failed => "failed",
        Status::Ignored => "ignored",
        Status::Unreachable => "unreachable",
        Status::Unknown(word) => word,
    }
}
