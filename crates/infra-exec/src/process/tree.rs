//! All processes that a child has started, however they try to get away.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::process::{Pid, Signal, kill_process};

/// The variable by which descendants are known, as Jenkins does with `BUILD_ID`: it is
/// inherited by those that left the session and lost their parent, such as the ssh
/// connection masters of Ansible and a `nohup … &` of a `local-exec`.
pub(super) const MARKER: &str = "_INFRA_PROCESS_TREE";

/// A process that a child had left running when it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    /// Its process id
    pub pid: i32,
    /// The name of its program, as the kernel has it (15 bytes at most)
    pub program: String,
    /// Whether it had to be killed, because it did not end when asked
    pub killed: bool,
}

impl fmt::Display for Stray {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} (process {})",
            crate::escape::printable(&self.program),
            self.pid
        )
    }
}

/// The processes of one child.
#[derive(Debug)]
pub(super) struct Tree {
    leader: i32,
    /// When the leader was started: nobody who was there before is of its tree
    born: Option<u64>,
    marker: String,
}

impl Tree {
    /// A value for [`MARKER`] that no other child has.
    pub(super) fn new_marker() -> OsString {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let since_epoch = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        format!("{}-{}-{number}", std::process::id(), since_epoch.as_nanos()).into()
    }

    /// The tree of the session leader `leader`, whose environment has `marker`.
    pub(super) fn new(leader: i32, marker: &OsString) -> Self {
        Self {
            leader,
            born: std::fs::read(format!("/proc/{leader}/stat"))
                .ok()
                .and_then(|stat| parse_stat(leader, &stat))
                .and_then(|process| process.started),
            marker: format!("{MARKER}={}", marker.to_string_lossy()),
        }
    }

    /// Its living members, the leader included.
    pub(super) fn members(&self) -> Vec<Stray> {
        let all = processes();
        let mut found: BTreeSet<i32> = BTreeSet::new();
        loop {
            let before = found.len();
            for process in &all {
                if process.pid == self.leader
                    || process.session == self.leader
                    || found.contains(&process.parent)
                {
                    found.insert(process.pid);
                }
            }
            if found.len() == before {
                break;
            }
        }
        let own = i32::try_from(std::process::id()).unwrap_or_default();
        all.into_iter()
            .filter(|process| process.pid != own)
            .filter(|process| {
                found.contains(&process.pid)
                    || (self.is_new(process) && has_marker(process.pid, self.marker.as_bytes()))
            })
            .map(|process| Stray {
                pid: process.pid,
                program: process.program,
                killed: false,
            })
            .collect()
    }

    /// Whether a process may have been started by the leader, as far as its age says.
    fn is_new(&self, process: &Process) -> bool {
        match (self.born, process.started) {
            (Some(born), Some(started)) => started >= born,
            _ => true,
        }
    }

    /// Sends `signal` to every member, and returns who they were.
    pub(super) fn signal(&self, signal: Signal) -> Vec<Stray> {
        let members = self.members();
        for member in &members {
            send(member.pid, signal);
        }
        members
    }
}

/// Sends a signal. That the process is gone already is what was wanted.
pub(super) fn send(pid: i32, signal: Signal) {
    if let Some(pid) = Pid::from_raw(pid)
        && let Err(error) = kill_process(pid, signal)
    {
        tracing::debug!(pid = pid.as_raw_nonzero(), ?signal, %error, "signal not delivered");
    }
}

struct Process {
    pid: i32,
    parent: i32,
    session: i32,
    /// In ticks since the machine was started
    started: Option<u64>,
    program: String,
}

/// Every living process that `/proc` shows. None at all where there is no `/proc`: then
/// only the child itself is signalled.
fn processes() -> Vec<Process> {
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok())
        .filter_map(|pid| parse_stat(pid, &std::fs::read(format!("/proc/{pid}/stat")).ok()?))
        .collect()
}

/// Reads `/proc/PID/stat` (proc(5)): the name stands in parentheses and may hold any
/// character, so that the fields are counted from the last `)`.
fn parse_stat(pid: i32, stat: &[u8]) -> Option<Process> {
    let open = stat.iter().position(|&byte| byte == b'(')?;
    let close = stat.iter().rposition(|&byte| byte == b')')?;
    let program = String::from_utf8_lossy(stat.get(open + 1..close)?).into_owned();
    let fields = std::str::from_utf8(stat.get(close + 1..)?).ok()?;
    let mut fields = fields.split_ascii_whitespace();
    // A zombie has ended; it only waits for its parent to notice.
    if matches!(fields.next()?, "Z" | "X" | "x") {
        return None;
    }
    let parent = fields.next()?.parse().ok()?;
    let session = fields.nth(1)?.parse().ok()?;
    // The 22nd field of all.
    let started = fields.nth(15).and_then(|field| field.parse().ok());
    Some(Process {
        pid,
        parent,
        session,
        started,
        program,
    })
}

fn has_marker(pid: i32, marker: &[u8]) -> bool {
    std::fs::read(format!("/proc/{pid}/environ")).is_ok_and(|environ| {
        environ
            .split(|&byte| byte == 0)
            .any(|variable| variable == marker)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_name_with_parentheses_does_not_shift_the_fields() {
        let process = parse_stat(7, b"7 (a) S 1 (b) S 41 42 43 0 -1").unwrap();
        assert_eq!(
            (process.parent, process.session, process.program.as_str()),
            (41, 43, "a) S 1 (b")
        );
        let stat = b"7 (a) S 41 42 43 0 -1 4194560 9 0 0 0 1 2 0 0 20 0 1 0 5309 8 9";
        assert_eq!(parse_stat(7, stat).unwrap().started, Some(5309));
        assert!(parse_stat(7, b"7 (a) Z 41 42 43").is_none());
        assert!(parse_stat(7, b"7 (a").is_none());
        assert!(parse_stat(7, b"").is_none());
    }
}
