//! What a playbook did, host by host, told by its events.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::ansible::{AnsibleEvent, HostStats, Status};
use crate::process::{Completed, Exit, Stopped};

/// How a playbook ended on one host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostOutcome {
    /// Every play that is for the host ran to its end there
    Succeeded {
        /// How many tasks changed something
        changed: u32,
    },
    /// A task failed
    Failed {
        /// The task
        task: String,
        /// Where it stands, `file:line`
        path: Option<String>,
        /// Why; None if the task is `no_log`
        msg: Option<String>,
    },
    /// It could not be reached
    Unreachable {
        /// Why
        msg: Option<String>,
    },
    /// It began, and something other than itself kept it from the end: an interrupt, or
    /// the failure of another host under `any_errors_fatal` or `max_fail_percentage`
    Unfinished {
        /// The last task that it ended or began
        task: Option<String>,
    },
    /// No task ran on it
    NotReached,
}

impl HostOutcome {
    /// Whether the playbook's work is done on the host.
    pub fn succeeded(&self) -> bool {
        matches!(self, Self::Succeeded { .. })
    }
}

/// What a playbook did.
#[derive(Debug, Clone)]
pub struct PlaybookOutcome {
    /// Each host that was meant
    pub hosts: BTreeMap<String, HostOutcome>,
    /// Hosts that were not meant, on which tasks ran all the same. There should be none
    pub unexpected: BTreeSet<String>,
    /// How the process ended. For people: 4 means both "unreachable" and "can't be parsed"
    pub exit: Exit,
    /// Why it was told to stop, if it was
    pub stopped: Option<Stopped>,
    /// How long it took
    pub elapsed: Duration,
    /// The last 64 KiB of stderr
    pub stderr_tail: String,
}

impl PlaybookOutcome {
    /// Whether the playbook's work is done on every host.
    pub fn succeeded(&self) -> bool {
        self.hosts.values().all(HostOutcome::succeeded)
    }
}

/// Adds up the events of one run.
#[derive(Debug, Default)]
pub(super) struct Account {
    began: bool,
    plays: usize,
    matched: BTreeSet<String>,
    hosts: BTreeMap<String, Seen>,
    end: Option<End>,
}

#[derive(Debug, Default)]
struct Seen {
    last_task: Option<String>,
    trouble: Option<HostOutcome>,
}

#[derive(Debug)]
struct End {
    stats: BTreeMap<String, HostStats>,
    aborted: BTreeSet<String>,
    away: BTreeMap<String, Option<String>>,
    all_plays: bool,
}

impl End {
    fn has_failures(&self) -> bool {
        let mut counted = self.stats.values();
        counted.any(|counted| counted.failures > 0 || counted.unreachable > 0)
    }
}

impl Account {
    /// Whether any event came at all.
    pub(super) fn began(&self) -> bool {
        self.began
    }

    pub(super) fn take(&mut self, event: &AnsibleEvent) {
        self.began = true;
        match event {
            AnsibleEvent::PlaybookStart { plays, .. } => self.plays = *plays,
            AnsibleEvent::PlayStart { hosts, .. } => self.matched.extend(hosts.iter().cloned()),
            AnsibleEvent::HostStart { host, task } => {
                self.hosts.entry(host.clone()).or_default().last_task = Some(task.clone());
            }
            AnsibleEvent::Result {
                host,
                status,
                task,
                path,
                msg,
                ..
            } => {
                let seen = self.hosts.entry(host.clone()).or_default();
                seen.last_task = Some(task.clone());
                // The last one counts: a failure before it was rescued, or there were no more.
                match status {
                    Status::Failed => {
                        let (task, path, msg) = (task.clone(), path.clone(), msg.clone());
                        seen.trouble = Some(HostOutcome::Failed { task, path, msg });
                    }
                    Status::Unreachable => {
                        seen.trouble = Some(HostOutcome::Unreachable { msg: msg.clone() });
                    }
                    Status::Ok | Status::Skipped | Status::Ignored | Status::Unknown(_) => {}
                }
            }
            AnsibleEvent::Stats {
                hosts,
                aborted,
                away,
                plays_started,
            } => {
                self.end = Some(End {
                    stats: hosts.clone(),
                    aborted: aborted.iter().cloned().collect(),
                    away: away.clone(),
                    all_plays: *plays_started >= self.plays,
                });
            }
            AnsibleEvent::NoHostsMatched
            | AnsibleEvent::NoHostsRemaining
            | AnsibleEvent::TaskStart { .. }
            | AnsibleEvent::Retry { .. }
            | AnsibleEvent::Unknown => {}
        }
    }

    pub(super) fn outcome(self, meant: &BTreeSet<String>, completed: Completed) -> PlaybookOutcome {
        let hosts = meant
            .iter()
            .map(|host| (host.clone(), self.host(host, &completed)))
            .collect();
        let unexpected = self
            .hosts
            .keys()
            .filter(|host| !meant.contains(*host))
            .cloned()
            .collect();
        PlaybookOutcome {
            hosts,
            unexpected,
            exit: completed.exit,
            stopped: completed.stopped,
            elapsed: completed.elapsed,
            stderr_tail: completed.stderr_tail,
        }
    }

    fn host(&self, host: &str, completed: &Completed) -> HostOutcome {
        let seen = self.hosts.get(host);
        let unfinished = || match seen {
            Some(seen) => HostOutcome::Unfinished {
                task: seen.last_task.clone(),
            },
            None => HostOutcome::NotReached,
        };
        let trouble = || seen.and_then(|seen| seen.trouble.clone());
        let Some(end) = &self.end else {
            // Ended in the middle. A failure may yet have been rescued; it is none the less
            // the best account of this host.
            return trouble().unwrap_or_else(unfinished);
        };
        let stats = end.stats.get(host).copied();
        let counted = stats.unwrap_or_default();
        if counted.failures > 0 || counted.unreachable > 0 {
            return trouble().unwrap_or_else(unfinished);
        }
        if let Some(msg) = end.away.get(host) {
            return HostOutcome::Unreachable { msg: msg.clone() };
        }
        // With exit code 0, or with every play begun, those without a failure of their own
        // and not taken out are through. A play that never began may have been theirs. Where
        // nobody failed and yet it didn't end well, Ansible itself had trouble in the middle.
        let held_back = !end.all_plays || end.aborted.contains(host) || !end.has_failures();
        let through = completed.exit.success() || !held_back;
        match stats {
            Some(counted) if through => HostOutcome::Succeeded {
                changed: counted.changed,
            },
            // In a play without a task for it, such as one whose tags were not asked for.
            None if self.matched.contains(host) && completed.exit.success() => {
                HostOutcome::Succeeded { changed: 0 }
            }
            _ => unfinished(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completed(code: i32) -> Completed {
        Completed {
            exit: Exit::Code(code),
            stdout: Vec::new(),
            stderr_tail: String::new(),
            elapsed: Duration::ZERO,
            stopped: None,
            strays: Vec::new(),
            log_error: None,
        }
    }

    fn outcome(lines: &[&str], code: i32, meant: &[&str]) -> BTreeMap<String, HostOutcome> {
        let mut account = Account::default();
        for line in lines {
            account.take(&AnsibleEvent::parse(line).unwrap());
        }
        account
            .outcome(
                &meant.iter().map(ToString::to_string).collect(),
                completed(code),
            )
            .hosts
    }

    const START: &str = r#"{"event":"playbook_start","playbook":"p","plays":2}"#;
    const PLAY: &str = r#"{"event":"play_start","name":"x","path":null,"hosts":["a","b"]}"#;

    fn result(host: &str, status: &str) -> String {
        format!(
            r#"{{"event":"result","host":"{host}","status":"{status}","task":"t","path":"p:1","changed":false,"seconds":null,"msg":"m"}}"#
        )
    }

    #[test]
    fn a_host_counts_as_done_only_if_the_end_is_told_and_every_play_was_begun() {
        let stats = r#"{"event":"stats","hosts":{"a":{"ok":1,"changed":1},"b":{"failures":1}},"aborted":[],"plays_started":2}"#;
        let (a, b) = (result("a", "ok"), result("b", "failed"));
        let all = [START, PLAY, &a, &b, stats];
        let hosts = outcome(&all, 2, &["a", "b", "c"]);
        assert_eq!(hosts["a"], HostOutcome::Succeeded { changed: 1 });
        let failed = HostOutcome::Failed {
            task: "t".to_owned(),
            path: Some("p:1".to_owned()),
            msg: Some("m".to_owned()),
        };
        assert_eq!(hosts["b"], failed);
        assert_eq!(hosts["c"], HostOutcome::NotReached);

        let cut_short = stats.replace("\"plays_started\":2", "\"plays_started\":1");
        let hosts = outcome(&[START, PLAY, &a, &b, &cut_short], 2, &["a", "b"]);
        assert_eq!(
            hosts["a"],
            HostOutcome::Unfinished {
                task: Some("t".to_owned())
            }
        );

        let aborted = stats.replace("\"aborted\":[]", "\"aborted\":[\"a\"]");
        let hosts = outcome(&[START, PLAY, &a, &b, &aborted], 2, &["a"]);
        assert_eq!(
            hosts["a"],
            HostOutcome::Unfinished {
                task: Some("t".to_owned())
            }
        );

        let hosts = outcome(&[START, PLAY, &a, &b], 99, &["a", "b"]);
        assert_eq!(
            hosts["a"],
            HostOutcome::Unfinished {
                task: Some("t".to_owned())
            }
        );
        assert_eq!(hosts["b"], failed);
    }

    #[test]
    fn where_nobody_failed_and_it_did_not_end_well_nobody_is_done() {
        let stats = r#"{"event":"stats","hosts":{"a":{"ok":1},"b":{"ok":1}},"aborted":[],"plays_started":2}"#;
        let (a, b) = (result("a", "ok"), result("b", "ok"));
        let all = [START, PLAY, &a, &b, stats];
        assert!(outcome(&all, 0, &["a", "b"])["a"].succeeded());
        for code in [1, 2, 250] {
            assert!(!outcome(&all, code, &["a", "b"])["a"].succeeded());
        }
    }

    #[test]
    fn a_rescued_failure_and_a_play_without_tasks_are_success() {
        let stats = r#"{"event":"stats","hosts":{"a":{"ok":1,"rescued":1}},"aborted":[],"plays_started":2}"#;
        let failed = result("a", "failed");
        let hosts = outcome(&[START, PLAY, &failed, stats], 0, &["a", "b", "c"]);
        assert_eq!(hosts["a"], HostOutcome::Succeeded { changed: 0 });
        assert_eq!(hosts["b"], HostOutcome::Succeeded { changed: 0 });
        assert_eq!(hosts["c"], HostOutcome::NotReached);
    }
}
