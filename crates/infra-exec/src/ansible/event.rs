//! What our callback plugin tells of a playbook, line by line.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The plugin, for ansible-core 2.15 and newer.
pub(super) const PLUGIN: &str = include_str!("infra_events.py");

/// One thing that happened in a playbook, as `infra_events.py` beside this file writes it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum AnsibleEvent {
    /// The playbook and all that it imports have been read
    PlaybookStart {
        /// The playbook
        playbook: String,
        /// How many plays there are
        plays: usize,
    },
    /// A play begins, or with `serial` a batch of one
    PlayStart {
        /// Its name, or its hosts
        name: String,
        /// `file:line`
        path: Option<String>,
        /// The hosts that it runs on
        hosts: Vec<String>,
    },
    /// No host that may be run on matches the play
    NoHostsMatched,
    /// All hosts of the play have failed
    NoHostsRemaining,
    /// A task begins
    TaskStart {
        /// Its name, or its module
        name: String,
        /// `file:line`
        path: Option<String>,
        /// Whether it is a handler
        handler: bool,
    },
    /// A host begins a task
    HostStart {
        /// The host
        host: String,
        /// The task
        task: String,
    },
    /// A host tries a task again (`until`)
    Retry {
        /// The host
        host: String,
        /// The task
        task: String,
    },
    /// A host has ended a task
    Result {
        /// The host
        host: String,
        /// How it ended
        status: Status,
        /// The task
        task: String,
        /// `file:line`
        path: Option<String>,
        /// Whether it changed something
        changed: bool,
        /// How long it took; None for tasks that Ansible does by itself
        seconds: Option<f64>,
        /// Why it failed. None if it didn't, or if the task is `no_log`
        msg: Option<String>,
    },
    /// The playbook has ended
    Stats {
        /// What was counted for each host that did anything
        hosts: BTreeMap<String, HostStats>,
        /// Hosts that were kept from the end of a play by the failure of another host
        aborted: Vec<String>,
        /// Hosts that could not be reached when last tried, which was no failure
        /// (`ignore_unreachable`), each with why
        #[serde(default)]
        away: BTreeMap<String, Option<String>>,
        /// How many of the plays were begun
        plays_started: usize,
    },
    /// Something that this version doesn't know
    #[serde(other)]
    Unknown,
}

/// How a host ended a task.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub enum Status {
    /// Well
    Ok,
    /// Its condition was false
    Skipped,
    /// Badly; a `rescue` may follow
    Failed,
    /// Badly, and that doesn't matter (`ignore_errors`, `ignore_unreachable`)
    Ignored,
    /// The host could not be reached
    Unreachable,
    /// A word that this version doesn't know
    Unknown(String),
}

impl From<String> for Status {
    fn from(word: String) -> Self {
        match word.as_str() {
            "ok" => Self::Ok,
            "skipped" => Self::Skipped,
            "failed" => Self::Failed,
            "ignored" => Self::Ignored,
            "unreachable" => Self::Unreachable,
            _ => Self::Unknown(word),
        }
    }
}

/// What Ansible counted for one host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct HostStats {
    /// Tasks that went well
    pub ok: u32,
    /// Tasks that changed something
    pub changed: u32,
    /// Tasks that failed and were not rescued
    pub failures: u32,
    /// Tasks for which the host could not be reached
    pub unreachable: u32,
    /// Tasks whose condition was false
    pub skipped: u32,
    /// Tasks that failed and were rescued
    pub rescued: u32,
    /// Tasks that failed, which did not matter
    pub ignored: u32,
}

impl AnsibleEvent {
    /// Reads a line of the plugin.
    pub fn parse(line: &str) -> Option<Self> {
        serde_json::from_str(line).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_plugin_are_typed_and_new_ones_are_unknown() {
        let line = r#"{"host":"a","status":"failed","task":"t","path":"/p.yml:3","changed":false,"seconds":0.5,"msg":"no","event":"result"}"#;
        assert_eq!(
            AnsibleEvent::parse(line),
            Some(AnsibleEvent::Result {
                host: "a".to_owned(),
                status: Status::Failed,
                task: "t".to_owned(),
                path: Some("/p.yml:3".to_owned()),
                changed: false,
                seconds: Some(0.5),
                msg: Some("no".to_owned()),
            })
        );
        assert_eq!(
            AnsibleEvent::parse(r#"{"event":"from_the_future","x":1}"#),
            Some(AnsibleEvent::Unknown)
        );
        assert_eq!(AnsibleEvent::parse("{"), None);
    }
}
