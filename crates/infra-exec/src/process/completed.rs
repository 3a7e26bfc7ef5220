//! How a child ended.

use std::fmt;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::time::Duration;

use crate::process::Stray;

/// How a child process ended. A code is data: what it means, the caller knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// It exited with this code
    Code(i32),
    /// This signal ended it
    Signal(i32),
}

impl Exit {
    /// Whether it exited with code 0.
    pub fn success(self) -> bool {
        self == Self::Code(0)
    }
}

impl From<ExitStatus> for Exit {
    fn from(status: ExitStatus) -> Self {
        match (status.code(), status.signal()) {
            (Some(code), _) => Self::Code(code),
            (None, signal) => Self::Signal(signal.unwrap_or(0)),
        }
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "exit code {code}"),
            Self::Signal(signal) => write!(f, "signal {signal}"),
        }
    }
}

/// Why a child was told to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// Somebody asked for it, and the child was left the time that it needed
    Interrupted,
    /// Somebody insisted, and its whole tree was killed
    Killed,
    /// Its deadline passed
    Deadline,
}

/// A child that has ended, with what it left.
#[derive(Debug, Clone)]
pub struct Completed {
    /// How it ended
    pub exit: Exit,
    /// What it wrote on standard output, if that was captured whole
    pub stdout: Vec<u8>,
    /// The last 64 KiB of what it wrote on standard error
    pub stderr_tail: String,
    /// How long it ran
    pub elapsed: Duration,
    /// Why it was told to stop, if it was
    pub stopped: Option<Stopped>,
    /// Processes that it had left running, which have been ended
    pub strays: Vec<Stray>,
    /// Why the log file is not complete, if it isn't. A full disk must not end a run
    pub log_error: Option<String>,
}
