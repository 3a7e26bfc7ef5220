//! Whether the holder of a lock still lives, as far as this machine can tell.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::{Holder, LOCK_FORMAT};

/// The environment variable by which every child of a run, and every child of those,
/// can be told: its value is the run.
pub const RUN_VARIABLE: &str = "INFRA_RUN";

/// What is known of the holder of a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Liveness {
    /// It runs, or something that it started does
    Alive(String),
    /// It is gone, with everything it started
    Dead(String),
    /// It can't be told from here
    Unknown(String),
}

/// Looks for the holder and for whatever it started. Only for a holder of this machine
/// and this boot can anything be said: elsewhere the same numbers mean other processes.
pub fn liveness(holder: &Holder) -> Liveness {
    let here = this_machine();
    if holder.format > LOCK_FORMAT {
        return Liveness::Unknown(format!(
            "a newer infra made the lock (format {}, this one knows {LOCK_FORMAT}): use that version to look at it",
            holder.format
        ));
    }
    if holder.host.is_empty() {
        return Liveness::Unknown("it was not made by infra, and shows no sign of life".to_owned());
    }
    if holder.host != here.host {
        return Liveness::Unknown(format!("it is on another machine, {}", holder.host));
    }
    if here.boot.is_empty() || holder.boot.is_empty() {
        return Liveness::Unknown("this system does not number its boots".to_owned());
    }
    if holder.boot != here.boot {
        return Liveness::Dead("the machine was started anew since".to_owned());
    }
    if started(holder.pid) == Some(holder.started) {
        return Liveness::Alive(format!("process {} runs", holder.pid));
    }
    match processes_of(&holder.id) {
        Ok(pids) if pids.is_empty() => Liveness::Dead(format!(
            "process {} is gone, and nothing that it started runs",
            holder.pid
        )),
        Ok(pids) => {
            let list: Vec<String> = pids.iter().map(ToString::to_string).collect();
            Liveness::Alive(format!(
                "process {} is gone, but what it started runs: {}",
                holder.pid,
                list.join(", ")
            ))
        }
        Err(why) => Liveness::Unknown(why),
    }
}

/// The parts of a [`Holder`] that this process can say of itself.
pub fn this_machine() -> Holder {
    let uname = rustix::system::uname();
    let host = uname.nodename().to_string_lossy().into_owned();
    let login = std::env::var("USER")
        .or_else(|_| std::env::var("LOGNAME"))
        .unwrap_or_else(|_| format!("uid-{}", rustix::process::getuid().as_raw()));
    let pid = std::process::id();
    Holder {
        who: format!("{login}@{host}"),
        host,
        boot: fs::read_to_string("/proc/sys/kernel/random/boot_id")
            .unwrap_or_default()
            .trim()
            .to_owned(),
        pid,
        started: started(pid).unwrap_or_default(),
        format: LOCK_FORMAT,
        ..Holder::default()
    }
}

/// When a process started: field 22 of `/proc/PID/stat` (proc(5)). None: no such process,
/// or one that has ended and waits to be collected.
fn started(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the program's name in parentheses and may hold anything.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_ascii_whitespace();
    let state = fields.next()?;
    if matches!(state, "Z" | "X") {
        return None;
    }
    fields.nth(18)?.parse().ok()
}

/// The processes that carry a run in their environment, this one aside.
fn processes_of(run: &str) -> Result<Vec<u32>, String> {
    let wanted = format!("{RUN_VARIABLE}={run}");
    let entries = fs::read_dir("/proc").map_err(|error| format!("/proc can't be read: {error}"))?;
    let mut found = Vec::new();
    for entry in entries.flatten() {
        let Some(pid) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse::<u32>().ok())
        else {
            continue;
        };
        let Some(environment) = environment(&entry.path()) else {
            continue;
        };
        let carries = environment
            .split(|byte| *byte == 0)
            .any(|variable| variable == wanted.as_bytes());
        if carries && pid != std::process::id() && started(pid).is_some() {
            found.push(pid);
        }
    }
    Ok(found)
}

/// The environment of a process. None where it can't be looked into: processes of other
/// users, which the holder did not start unless it changed user, as Terraform, Ansible and
/// ssh don't.
fn environment(process: &Path) -> Option<Vec<u8>> {
    // In the middle of an exec the environment reads as empty for a moment.
    const ATTEMPTS: u32 = 5;
    for _ in 1..ATTEMPTS {
        let environment = fs::read(process.join("environ")).ok()?;
        let is_program = fs::read_link(process.join("exe")).is_ok();
        if !environment.is_empty() || !is_program {
            return Some(environment);
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    fs::read(process.join("environ")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_alive_and_its_number_alone_is_not_enough() {
        let me = Holder {
            id: "none".to_owned(),
            ..this_machine()
        };
        assert!(matches!(liveness(&me), Liveness::Alive(_)));
        let predecessor = Holder {
            started: me.started + 1,
            ..me.clone()
        };
        assert!(matches!(liveness(&predecessor), Liveness::Dead(_)));
        let elsewhere = Holder {
            host: "elsewhere".to_owned(),
            ..me.clone()
        };
        assert!(matches!(liveness(&elsewhere), Liveness::Unknown(_)));
        let before = Holder {
            boot: "another".to_owned(),
            ..me
        };
        assert!(matches!(liveness(&before), Liveness::Dead(_)));
    }

    #[test]
    fn a_child_that_outlives_its_run_keeps_the_run_alive() {
        let run = format!("test-{}", std::process::id());
        let mut child = std::process::Command::new("sleep")
            .arg("60")
            .env(RUN_VARIABLE, &run)
            .spawn()
            .unwrap();
        let gone = Holder {
            id: run,
            started: u64::MAX,
            ..this_machine()
        };
        assert!(matches!(liveness(&gone), Liveness::Alive(_)));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(matches!(liveness(&gone), Liveness::Dead(_)));
    }
}
