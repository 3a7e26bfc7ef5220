//! What is said of an event in a line that stays: results, each once, and what a person
//! should know.

use std::fmt::Write as _;

use infra::apply::Refreshed;
use infra::event::{Event, Stage};
use infra::exec::escape::{multiline, printable};

use crate::report::{Detail, count};
use crate::style::{BAD, CHANGE, GOOD, HINT, MUTED, WARNING, paint};

/// The line, or none for what only a live display shows.
pub(super) fn narrate(event: &Event, detail: Detail) -> Option<String> {
    Some(match event {
        Event::LockWaiting { holder } => {
            format!("waiting for the run lock of {}\n", printable(holder))
        }
        Event::LockCleared { holder, evidence } => format!(
            "cleared away the run lock of {}: {}\n",
            printable(holder),
            printable(evidence)
        ),
        Event::Resource {
            address,
            step,
            action,
            seconds,
        } => return resource(address, step, action.as_deref(), *seconds),
        // An error comes again as the reason why there is no result.
        Event::Diagnostic {
            severity,
            summary,
            address,
            ..
        } if severity == "warning" => {
            let address = address
                .as_ref()
                .map(|address| format!("{}: ", printable(address)));
            warning(
                &format!("{}{}", address.unwrap_or_default(), printable(summary)),
                &[],
            )
        }
        Event::Refreshed { resources } => refreshed(resources, detail),
        Event::Contact {
            host,
            step,
            message,
        } => {
            return contact(host, step, message.as_deref());
        }
        Event::PlaybookStarted { playbook, hosts } => {
            let hosts = count(hosts.len(), "host");
            format!("{}: runs on {hosts}\n", printable(playbook))
        }
        Event::TaskStarted { playbook, task, .. } if detail == Detail::Full => {
            format!("{}: task {}\n", printable(playbook), printable(task))
        }
        Event::TaskFinished {
            playbook,
            task,
            host,
            status,
            message,
        } if status == "failed" || status == "unreachable" => result(
            playbook,
            host,
            &paint(BAD, format_args!("{status} in task {}", printable(task))).to_string(),
            message.as_deref(),
        ),
        Event::HostFinished {
            playbook,
            host,
            outcome,
            changed,
            message,
        } => {
            let outcome = match (outcome.as_str(), changed) {
                ("succeeded", true) => paint(GOOD, "succeeded (changed)").to_string(),
                ("succeeded", false) => paint(GOOD, "succeeded").to_string(),
                _ => paint(BAD, printable(outcome)).to_string(),
            };
            result(playbook, host, &outcome, message.as_deref())
        }
        Event::Health {
            playbook,
            host,
            check,
            healthy,
            message,
        } => {
            let text = format!("health check {}", printable(check));
            let text = if *healthy {
                format!("{text} {}", paint(GOOD, "passed"))
            } else {
                format!("{text} {}", paint(BAD, "failed"))
            };
            result(playbook, host, &text, message.as_deref())
        }
        Event::Interrupted { message } => {
            format!(
                "{}: {}\n",
                paint(WARNING, "interrupted"),
                printable(message)
            )
        }
        Event::Warning { message, hints } => warning(message, hints),
        _ => return None,
    })
}

/// What a stage is called while it goes on.
pub(super) fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Lock => "taking the run lock",
        Stage::Plan => "planning",
        Stage::Decide => "deciding",
        Stage::Check => "asking Ansible what it would change",
        Stage::Terraform => "applying",
        Stage::Dns => "names",
        Stage::Contact => "waiting for hosts",
        Stage::Playbooks => "running playbooks",
    }
}

fn resource(
    address: &str,
    step: &str,
    action: Option<&str>,
    seconds: Option<u64>,
) -> Option<String> {
    let done = match action {
        Some("create") => "created",
        Some("update") => "updated",
        Some("delete") => "deleted",
        Some("read") => "read",
        Some(_) | None => "done",
    };
    let time = seconds
        .map(|seconds| format!(" after {seconds}s"))
        .unwrap_or_default();
    let address = printable(address);
    match step {
        "apply_complete" => Some(format!("{address}: {}{time}\n", paint(GOOD, done))),
        "apply_errored" => Some(format!("{address}: {}{time}\n", paint(BAD, "failed"))),
        _ => None,
    }
}

fn refreshed(resources: &[Refreshed], detail: Detail) -> String {
    let number = count(resources.len(), "resource");
    let mut text = format!("recorded what the apply brought about in {number}\n");
    if detail == Detail::Full {
        for resource in resources {
            let _ = writeln!(
                text,
                "  {}: {}",
                printable(&resource.address),
                printable(&resource.attributes.join(", "))
            );
        }
    }
    text
}

fn contact(host: &str, step: &str, message: Option<&str>) -> Option<String> {
    let host = printable(host);
    let message = message.map(|message| format!(": {}", printable(message)));
    let message = message.unwrap_or_default();
    match step {
        "ready" => Some(format!("{host}: {}{message}\n", paint(GOOD, "reachable"))),
        "failed" => Some(format!(
            "{host}: {}{message}\n",
            paint(BAD, "can't be reached")
        )),
        _ => None,
    }
}

fn result(playbook: &str, host: &str, outcome: &str, message: Option<&str>) -> String {
    let mut text = format!("{}: {}: {outcome}\n", printable(playbook), printable(host));
    for line in message.into_iter().flat_map(str::lines) {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {}", paint(MUTED, printable(line)));
    }
    text
}

fn warning(message: &str, hints: &[String]) -> String {
    let mut text = format!("{}: {}\n", paint(WARNING, "warning"), multiline(message));
    for hint in hints {
        let _ = writeln!(text, "{}: {}", paint(HINT, "hint"), multiline(hint));
    }
    text
}

/// What a live display shows of a contact that is still tried.
pub(super) fn contact_step(step: &str) -> String {
    let what = match step {
        "tcp" => "waits for a connection",
        "banner" => "waits for ssh",
        "login" => "waits for a login",
        "cloud-init" => "waits for cloud-init",
        other => other,
    };
    paint(CHANGE, printable(what)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_has_each_result_once() {
        let text = |text: &str| text.to_owned();
        let resource = |step: &str| Event::Resource {
            address: text("aws_instance.leaf"),
            step: text(step),
            action: Some(text("create")),
            seconds: Some(31),
        };
        let contact = |step: &str| Event::Contact {
            host: text("leaf1"),
            step: text(step),
            message: None,
        };
        let finished = |host: &str, outcome: &str, message: Option<&str>| Event::HostFinished {
            playbook: text("site"),
            host: text(host),
            outcome: text(outcome),
            changed: true,
            message: message.map(str::to_owned),
        };
        let events = [
            resource("apply_start"),
            resource("apply_progress"),
            resource("apply_complete"),
            contact("tcp"),
            contact("login"),
            contact("ready"),
            Event::PlaybookStarted {
                playbook: text("site"),
                hosts: vec![text("leaf1"), text("leaf2")],
            },
            Event::TaskStarted {
                playbook: text("site"),
                task: text("Install"),
                place: None,
            },
            finished("leaf1", "succeeded", None),
            finished(
                "leaf2",
                "failed",
                Some("E: no such package\u{1b}[2J\nsecond line"),
            ),
            Event::Warning {
                message: text("the key is readable by others"),
                hints: vec![text("chmod 600 it")],
            },
            Event::Interrupted {
                message: text("waiting for Terraform to stop"),
            },
        ];
        let lines: String = events
            .iter()
            .filter_map(|event| narrate(event, Detail::Folded))
            .collect();
        insta::assert_snapshot!(anstream::adapter::strip_str(&lines).to_string(), @r"
        aws_instance.leaf: created after 31s
        leaf1: reachable
        site: runs on 2 hosts
        site: leaf1: succeeded (changed)
        site: leaf2: failed
          E: no such package\x1b[2J
          second line
        warning: the key is readable by others
        hint: chmod 600 it
        interrupted: waiting for Terraform to stop
        ");
    }
}
