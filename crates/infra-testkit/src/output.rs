//! What a command did, as a person at a terminal saw it.

use std::fmt;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

use serde_json::Value;

use crate::Normaliser;

/// The output and exit status of a command that has ended.
///
/// [`Display`](fmt::Display) is for snapshots: what differs from run to run is replaced.
pub struct CommandOutput {
    pub(crate) command: String,
    /// Standard output
    pub stdout: String,
    /// Standard error
    pub stderr: String,
    /// How it ended
    pub status: ExitStatus,
    pub(crate) normaliser: Normaliser,
}

impl CommandOutput {
    /// The exit code; 128 and the signal's number after a signal, as shells have it.
    pub fn code(&self) -> i32 {
        self.status
            .code()
            .unwrap_or_else(|| 128 + self.status.signal().unwrap_or(0))
    }

    /// Checks that the command succeeded.
    #[track_caller]
    pub fn succeeds(&self) -> &Self {
        self.exits(0)
    }

    /// Checks the exit code.
    #[track_caller]
    pub fn exits(&self, code: i32) -> &Self {
        assert!(
            self.code() == code,
            "`{}` should exit with {code}\n{}",
            self.command,
            self.raw()
        );
        self
    }

    /// Checks that standard error has this text in it.
    #[track_caller]
    pub fn complains(&self, text: &str) -> &Self {
        assert!(
            self.stderr.contains(text),
            "`{}` should complain: {text}\n{}",
            self.command,
            self.raw()
        );
        self
    }

    /// Standard output as the one JSON document that it is.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| {
            panic!(
                "`{}` should print JSON: {error}\n{}",
                self.command,
                self.raw()
            )
        })
    }

    fn raw(&self) -> String {
        layout(&self.stdout, &self.stderr, self.code())
    }
}

impl fmt::Display for CommandOutput {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.normaliser.apply(&self.raw()))
    }
}

fn layout(stdout: &str, stderr: &str, code: i32) -> String {
    let mut text = stdout.to_owned();
    if !stderr.is_empty() {
        text.push_str("------- stderr -------\n");
        text.push_str(stderr);
    }
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text + &format!("[exit status: {code}]")
}
