//! A command under test: its environment, its deadline, its signals.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::{PipeWriter, Write as _, pipe};
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use duct::Handle;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::project::find_in;
use crate::{CommandOutput, Normaliser, Strike, Tools, wait_until, workspace_root};

/// Long enough for the slowest command on a busy machine; a test that hangs must not hang all.
const DEADLINE: Duration = Duration::from_mins(3);

/// A command that is about to be run. Its environment is only what is given here.
#[must_use]
pub struct Run {
    program: Utf8PathBuf,
    arguments: Vec<OsString>,
    directory: Utf8PathBuf,
    environment: BTreeMap<String, String>,
    deadline: Duration,
    terminal: Option<Tools>,
    normaliser: Normaliser,
}

impl Run {
    pub(crate) fn new(
        program: &Utf8Path,
        directory: &Utf8Path,
        environment: BTreeMap<String, String>,
        normaliser: Normaliser,
    ) -> Self {
        Self {
            program: program.to_owned(),
            arguments: Vec::new(),
            directory: directory.to_owned(),
            environment,
            deadline: DEADLINE,
            terminal: None,
            normaliser,
        }
    }

    /// Adds arguments.
    pub fn args<A: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Sets a variable of the environment.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Sets the working directory.
    pub fn dir(mut self, directory: &Utf8Path) -> Self {
        directory.clone_into(&mut self.directory);
        self
    }

    /// Sets how long it may take before it is killed and the test fails.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Gives it a terminal, on which a test can type. All that it prints is on stdout then.
    pub fn on_terminal(mut self) -> Self {
        self.terminal = Some(Tools::locate());
        self
    }

    /// Has a blow fall on it. `log` gets what strace saw.
    pub fn struck(mut self, strike: Strike, log: &Utf8Path) -> Self {
        let mut arguments: Vec<OsString> =
            strike.arguments(log).into_iter().map(Into::into).collect();
        arguments.push(self.program.as_str().into());
        arguments.append(&mut self.arguments);
        self.arguments = arguments;
        self.program = find_in(&self.environment, "strace");
        self
    }

    /// Runs it to its end.
    #[track_caller]
    pub fn output(self) -> CommandOutput {
        self.start().wait()
    }

    /// Runs it, and checks that it succeeds.
    #[track_caller]
    pub fn succeeds(self) -> CommandOutput {
        let output = self.output();
        output.succeeds();
        output
    }

    /// Starts it.
    #[track_caller]
    pub fn start(self) -> Running {
        let name = self.program.file_name().unwrap_or_default();
        let arguments: Vec<_> = self
            .arguments
            .iter()
            .map(|word| word.to_string_lossy())
            .collect();
        let command = format!("{name} {}", arguments.join(" "));
        // Files, not pipes: a grandchild that lives on would hold a pipe open.
        let streams = tempfile::tempdir().expect("a temporary directory can be made");
        let expression = self
            .expression()
            .dir(&self.directory)
            .full_env(&self.environment)
            .stdout_path(streams.path().join("stdout"))
            .stderr_path(streams.path().join("stderr"))
            .unchecked();
        let (expression, keyboard) = if self.terminal.is_some() {
            let (reader, writer) = pipe().expect("a pipe can be made");
            (expression.stdin_file(reader), Some(writer))
        } else {
            (expression.stdin_null(), None)
        };
        let handle = expression
            .start()
            .unwrap_or_else(|error| panic!("`{command}` cannot be started: {error}"));
        Running {
            command,
            handle,
            keyboard,
            streams,
            deadline: self.deadline,
            normaliser: self.normaliser,
        }
    }

    fn expression(&self) -> duct::Expression {
        let Some(tools) = &self.terminal else {
            return duct::cmd(self.program.as_str(), &self.arguments);
        };
        let script = workspace_root().join("tools/terminal.py");
        let words = [script.as_str(), self.program.as_str()].map(OsString::from);
        let python = tools.python_program("python");
        duct::cmd(python.as_str(), words.iter().chain(&self.arguments))
    }
}

/// A command that has been started. Killed when dropped.
pub struct Running {
    command: String,
    handle: Handle,
    keyboard: Option<PipeWriter>,
    streams: TempDir,
    deadline: Duration,
    normaliser: Normaliser,
}

impl Running {
    /// Types on its terminal.
    #[track_caller]
    pub fn type_text(&self, text: &str) {
        let mut keyboard = self.keyboard.as_ref().expect("the command has a terminal");
        keyboard
            .write_all(text.as_bytes())
            .expect("the terminal is there until the command ends");
    }

    /// Types Ctrl-C on its terminal.
    #[track_caller]
    pub fn press_ctrl_c(&self) {
        self.type_text("\u{3}");
    }

    /// Sends it a signal.
    #[track_caller]
    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal)
            .unwrap_or_else(|error| panic!("`{}`: {error}", self.command));
    }

    /// Its process.
    #[track_caller]
    pub fn pid(&self) -> Pid {
        let pids = self.handle.pids();
        let pid = pids
            .first()
            .and_then(|pid| i32::try_from(*pid).ok())
            .and_then(Pid::from_raw);
        pid.unwrap_or_else(|| panic!("`{}` has no process", self.command))
    }

    /// The process of this name among its descendants, as the kernel calls it: at most 15
    /// characters.
    #[track_caller]
    pub fn child(&self, name: &str) -> Pid {
        wait_until(&format!("a child {name}"), self.deadline, || {
            descendants(self.pid()).into_iter().find(|pid| {
                let file = format!("/proc/{}/comm", pid.as_raw_nonzero());
                fs::read_to_string(file).is_ok_and(|comm| comm.trim_end() == name)
            })
        })
    }

    /// Waits until it has printed this text on either stream.
    #[track_caller]
    pub fn wait_for(&self, text: &str) {
        wait_until(
            &format!("{text:?} from `{}`", self.command),
            self.deadline,
            || {
                // In this order: what it says last is not missed.
                let ended = self.has_ended();
                let printed = self.stream("stdout") + &self.stream("stderr");
                let said = printed.contains(text);
                assert!(
                    said || !ended,
                    "`{}` ended without saying {text:?}:\n{printed}",
                    self.command
                );
                said.then_some(())
            },
        );
    }

    /// Whether it has ended.
    pub fn has_ended(&self) -> bool {
        self.handle.try_wait().is_ok_and(|output| output.is_some())
    }

    /// Waits for its end.
    #[track_caller]
    pub fn wait(self) -> CommandOutput {
        let output = self
            .handle
            .wait_timeout(self.deadline)
            .expect("a child that was started can be waited for");
        let Some(status) = output.map(|output| output.status) else {
            drop(self.handle.kill());
            let (command, deadline) = (&self.command, self.deadline);
            panic!(
                "`{command}` ran for {deadline:?}:\n{}\n{}",
                self.stream("stdout"),
                self.stream("stderr")
            );
        };
        CommandOutput {
            command: self.command.clone(),
            stdout: self.stream("stdout"),
            stderr: self.stream("stderr"),
            status,
            normaliser: self.normaliser.clone(),
        }
    }

    fn stream(&self, name: &str) -> String {
        let bytes = fs::read(self.streams.path().join(name)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// Sends a signal to a process. That it is gone already is as good.
pub fn kill(process: Pid, signal: Signal) {
    let _already_gone = kill_process(process, signal);
}

/// The processes that a process has started, and those that these have. Linux only.
fn descendants(pid: Pid) -> Vec<Pid> {
    let number = pid.as_raw_nonzero();
    let file = format!("/proc/{number}/task/{number}/children");
    let children = fs::read_to_string(file).unwrap_or_default();
    let children = children.split_ascii_whitespace();
    let children: Vec<Pid> = children
        .filter_map(|child| Pid::from_raw(child.parse().ok()?))
        .collect();
    let below: Vec<Pid> = children
        .iter()
        .flat_map(|child| descendants(*child))
        .collect();
    [children, below].concat()
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.handle.kill());
    }
}
