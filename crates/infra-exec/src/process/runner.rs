//! Runs one child and watches it to its end.

use std::fs::File;
use std::future::pending;
use std::io::{self, Cursor};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use infra_core::hint::Hint;
use rustix::process::Signal;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStdin, Command};

use crate::process::ladder::{Ladder, Rung};
use crate::process::output::Output;
use crate::process::strays::{STRAY_GRACE, end_strays};
use crate::process::tree::{MARKER, Tree, send};
use crate::process::{Capture, Completed, Exit, Interrupt, Invocation, Level, Stray, session};

/// How long output is waited for once nobody can be writing it any more.
const DRAIN: Duration = Duration::from_secs(2);

/// What happens while a child runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProcessEvent<'a> {
    /// It has been started, with this process id
    Started(u32),
    /// It wrote a line on standard output
    Stdout(&'a str),
    /// It wrote a line on standard error
    Stderr(&'a str),
    /// It was sent SIGINT, because of an interrupt or because its deadline passed, and is
    /// being waited for
    Stopping,
    /// Somebody interrupted again. Worth explaining: it is stopping; one more kills it
    StillStopping,
    /// It was sent SIGTERM
    Terminating,
    /// It is being killed, with all that it started
    Killing,
    /// It has ended, and this process that it left was ended too
    Stray(&'a Stray),
}

/// Who is told what happens while a child runs.
pub type Sink<'a> = &'a (dyn Fn(ProcessEvent<'_>) + Send + Sync);

/// Why a child could not be run. How it ended is never an error here.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// It was not started, because somebody had asked to stop
    #[error("{program} was not started: interrupted")]
    Interrupted {
        /// The name of the program
        program: String,
    },
    /// It could not be started
    #[error("cannot run {}", program.display())]
    Spawn {
        /// The path of the program
        program: PathBuf,
        /// Why
        source: io::Error,
    },
    /// There is no such directory to start it in. The system reports that in the words of a
    /// program that is missing.
    #[error("cannot run {program} in {}: there is no such directory", dir.display())]
    Directory {
        /// The name of the program
        program: String,
        /// The directory
        dir: PathBuf,
    },
    /// A file for its output could not be created
    #[error("cannot create {}", path.display())]
    Create {
        /// The file
        path: PathBuf,
        /// Why
        source: io::Error,
    },
    /// It could not be waited for
    #[error("lost track of {program}")]
    Wait {
        /// The name of the program
        program: String,
        /// Why
        source: io::Error,
    },
}

impl Hint for RunError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Directory { .. } => {
                vec!["`infra validate` points at what infra.hcl names and is not there".to_owned()]
            }
            _ => Vec::new(),
        }
    }
}

/// Runs children, one after the other or several at once, and stops them when interrupted.
///
/// # Threads
///
/// Children must be spawned from a thread that lives as long as the process: on Linux they
/// get SIGINT when the thread that spawned them ends (`PR_SET_PDEATHSIG` in prctl(2)). Poll
/// [`Runner::run`] on a current-thread runtime of the main thread, or under `block_on` of any
/// runtime called there; not in a task that was spawned on a multi-thread runtime whose
/// workers come and go, and not in `spawn_blocking`.
#[derive(Debug, Clone)]
pub struct Runner {
    interrupt: Interrupt,
    env: Vec<(String, String)>,
}

impl Runner {
    /// A runner whose children stop as `interrupt` says.
    pub fn new(interrupt: Interrupt) -> Self {
        Self {
            interrupt,
            env: Vec::new(),
        }
    }

    /// Gives every child this environment variable, by which whatever it starts can be told.
    #[must_use]
    pub fn with_env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// What stops the children.
    pub fn interrupt(&self) -> &Interrupt {
        &self.interrupt
    }

    /// A runner for what must still be done after an interrupt: only the third one stops it.
    #[must_use]
    pub fn for_cleanup(&self) -> Self {
        Self {
            interrupt: self.interrupt.only_kill(),
            env: self.env.clone(),
        }
    }

    /// Runs `invocation` to its end.
    ///
    /// If the future is dropped before that, the child is sent SIGINT once and left alone.
    pub async fn run(
        &self,
        invocation: &Invocation,
        sink: Sink<'_>,
    ) -> Result<Completed, RunError> {
        if self.interrupt.level() >= Level::Stop {
            return Err(RunError::Interrupted {
                program: invocation.name(),
            });
        }
        let log = invocation.log.as_ref().map(create).transpose()?;
        let marker = Tree::new_marker();
        let mut command = command(invocation)?;
        command
            .env(MARKER, &marker)
            .envs(self.env.iter().map(|(name, value)| (name, value)));
        tracing::debug!(%invocation, "run");
        let started = Instant::now();
        let child = command
            .spawn()
            .map_err(|source| not_started(invocation, source))?;
        let pid = child.id().unwrap_or_default();
        sink(ProcessEvent::Started(pid));
        let leader = i32::try_from(pid).unwrap_or_default();
        Watch {
            tree: Tree::new(leader, &marker),
            leader: Leader { pid: Some(leader) },
            ladder: Ladder::new(started, invocation.deadline, invocation.grace),
            interrupt: self.interrupt.clone(),
            output: Output::new(invocation, log),
            sink,
        }
        .run(child, invocation, started)
        .await
    }
}

fn create(path: &PathBuf) -> Result<File, RunError> {
    File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|source| RunError::Create {
            path: path.clone(),
            source,
        })
}

fn not_started(invocation: &Invocation, source: io::Error) -> RunError {
    match &invocation.cwd {
        Some(dir) if source.kind() == io::ErrorKind::NotFound && !dir.is_dir() => {
            RunError::Directory {
                program: invocation.name(),
                dir: dir.clone(),
            }
        }
        _ => RunError::Spawn {
            program: invocation.program.clone(),
            source,
        },
    }
}

fn command(invocation: &Invocation) -> Result<Command, RunError> {
    let mut command = Command::new(&invocation.program);
    command.args(&invocation.args);
    for (name, _) in std::env::vars_os().filter(|(name, _)| invocation.removes(name)) {
        command.env_remove(name);
    }
    command.envs(&invocation.env);
    if let Some(cwd) = &invocation.cwd {
        command.current_dir(cwd);
    }
    command.stdin(if invocation.stdin.is_some() {
        Stdio::piped()
    } else {
        Stdio::null()
    });
    command.stdout(match &invocation.stdout {
        Capture::Lines | Capture::Whole => Stdio::piped(),
        Capture::File(path) => Stdio::from(create(path)?),
    });
    command.stderr(Stdio::piped());
    session::isolate(&mut command);
    Ok(command)
}

/// The child's process id while the child may be signalled: once it has been waited for,
/// the number may belong to another process.
struct Leader {
    pid: Option<i32>,
}

impl Drop for Leader {
    fn drop(&mut self) {
        if let Some(pid) = self.pid {
            send(pid, Signal::INT);
        }
    }
}

struct Watch<'a> {
    tree: Tree,
    leader: Leader,
    ladder: Ladder,
    interrupt: Interrupt,
    output: Output,
    sink: Sink<'a>,
}

impl Watch<'_> {
    async fn run(
        mut self,
        mut child: Child,
        invocation: &Invocation,
        started: Instant,
    ) -> Result<Completed, RunError> {
        let mut stdin = child
            .stdin
            .take()
            .zip(invocation.stdin.clone().map(Cursor::new));
        let (mut stdout, mut stderr) = (child.stdout.take(), child.stderr.take());
        let (mut out, mut err) = (Vec::with_capacity(64 << 10), Vec::with_capacity(8 << 10));
        let status = loop {
            let timer = self.ladder.timer();
            tokio::select! {
                // What the child has said comes before that it has ended.
                biased;
                level = self.interrupt.above(self.ladder.heard()) => {
                    let rung = self.ladder.interrupted(level);
                    self.climb(rung);
                }
                () = at(timer) => {
                    let rung = self.ladder.at(Instant::now());
                    self.climb(rung);
                }
                () = read(&mut stderr, &mut err) => self.output.stderr(&mut err, self.sink),
                () = read(&mut stdout, &mut out) => self.output.stdout(&mut out, self.sink),
                () = write(&mut stdin) => stdin = None,
                status = child.wait() => break status,
            }
        };
        self.leader.pid = None;
        let elapsed = started.elapsed();
        let status = status.map_err(|source| RunError::Wait {
            program: invocation.name(),
            source,
        })?;
        // A stray may hold the pipes open for ever: it has to go before they are drained.
        let draining = async {
            while stdout.is_some() || stderr.is_some() {
                tokio::select! {
                    () = read(&mut stderr, &mut err) => self.output.stderr(&mut err, self.sink),
                    () = read(&mut stdout, &mut out) => self.output.stdout(&mut out, self.sink),
                }
            }
        };
        let (strays, _) = tokio::join!(
            end_strays(&self.tree, &invocation.daemons, self.sink),
            tokio::time::timeout(STRAY_GRACE + DRAIN, draining)
        );
        self.output.end(self.sink);
        Ok(Completed {
            exit: Exit::from(status),
            stdout: self.output.whole,
            stderr_tail: self.output.tail.into_text(),
            elapsed,
            stopped: self.ladder.stopped(),
            strays,
            log_error: self.output.log_error,
        })
    }

    fn climb(&mut self, rung: Option<Rung>) {
        let Some(rung) = rung else { return };
        let Some(pid) = self.leader.pid else { return };
        match rung {
            Rung::Int => {
                send(pid, Signal::INT);
                (self.sink)(ProcessEvent::Stopping);
            }
            Rung::Explain => (self.sink)(ProcessEvent::StillStopping),
            Rung::Term => {
                send(pid, Signal::TERM);
                (self.sink)(ProcessEvent::Terminating);
            }
            Rung::Kill => {
                (self.sink)(ProcessEvent::Killing);
                // The leader last and in any case, so that nobody is orphaned unseen.
                self.tree.signal(Signal::KILL);
                send(pid, Signal::KILL);
            }
        }
    }
}

async fn at(instant: Option<Instant>) {
    match instant {
        Some(instant) => tokio::time::sleep_until(instant.into()).await,
        None => pending().await,
    }
}

/// Reads a chunk into `buffer`; a pipe that has ended is dropped.
async fn read(pipe: &mut Option<impl AsyncRead + Unpin>, buffer: &mut Vec<u8>) {
    let Some(open) = pipe else {
        return pending().await;
    };
    if matches!(open.read_buf(buffer).await, Ok(0) | Err(_)) {
        *pipe = None;
    }
}

/// Writes what is left to write; a child that doesn't read it has decided so.
async fn write(stdin: &mut Option<(ChildStdin, Cursor<Vec<u8>>)>) {
    let Some((pipe, bytes)) = stdin else {
        return pending().await;
    };
    while matches!(pipe.write_buf(bytes).await, Ok(written) if written > 0) {}
}
