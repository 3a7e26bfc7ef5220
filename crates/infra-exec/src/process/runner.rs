//! Runs one child and watches it to its end.

use std::fs::File;
use std::future::pending;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use infra_core::hint::Hint;
use rustix::process::Signal;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStdin, Command};

use crate::process::ladder::{Ladder, Rung};
use crate::process::lines::Lines;
use crate::process::stderr_tail::StderrTail;
use crate::process::tree::{MARKER, Tree, send};
use crate::process::{Capture, Completed, Exit, Interrupt, Invocation, Level, Stray, session};

/// How long processes that outlive the child may take to end by themselves: those of a
/// shell's pipeline are gone in a moment.
const STRAY_PATIENCE: Duration = Duration::from_millis(300);
/// How long they may take to die of SIGTERM.
const STRAY_GRACE: Duration = Duration::from_secs(3);
/// How often it is looked whether they have.
const STRAY_POLL: Duration = Duration::from_millis(20);
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

impl Hint for RunError {}

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
}

impl Runner {
    /// A runner whose children stop as `interrupt` says.
    pub fn new(interrupt: Interrupt) -> Self {
        Self { interrupt }
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
        command.env(MARKER, &marker);
        tracing::debug!(%invocation, "run");
        let started = Instant::now();
        let child = command.spawn().map_err(|source| RunError::Spawn {
            program: invocation.program.clone(),
            source,
        })?;
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
        let mut stdin = child.stdin.take().zip(invocation.stdin.clone());
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
                open = read(&mut stderr, &mut err) => self.output.stderr(&mut err, open, self.sink),
                open = read(&mut stdout, &mut out) => self.output.stdout(&mut out, open, self.sink),
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
                    open = read(&mut stderr, &mut err) => self.output.stderr(&mut err, open, self.sink),
                    open = read(&mut stdout, &mut out) => self.output.stdout(&mut out, open, self.sink),
                }
            }
        };
        let (strays, _) = tokio::join!(
            end_strays(&self.tree, self.sink),
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

/// Ends the processes that the child has left: by themselves, else by SIGTERM, else by SIGKILL.
async fn end_strays(tree: &Tree, sink: Sink<'_>) -> Vec<Stray> {
    if gone_within(tree, STRAY_PATIENCE).await {
        return Vec::new();
    }
    let mut strays = tree.signal(Signal::TERM);
    if !gone_within(tree, STRAY_GRACE).await {
        // More than once, as a process may fork while it is being looked for.
        for _ in 0..10 {
            let killed = tree.signal(Signal::KILL);
            for stray in killed {
                match strays.iter_mut().find(|known| known.pid == stray.pid) {
                    Some(known) => known.killed = true,
                    None => strays.push(Stray {
                        killed: true,
                        ..stray
                    }),
                }
            }
            if gone_within(tree, STRAY_PATIENCE).await {
                break;
            }
        }
    }
    for stray in &strays {
        tracing::warn!(%stray, "left running by the child, and ended");
        sink(ProcessEvent::Stray(stray));
    }
    strays
}

async fn gone_within(tree: &Tree, limit: Duration) -> bool {
    let end = Instant::now() + limit;
    loop {
        if tree.members().is_empty() {
            return true;
        }
        if Instant::now() >= end {
            return false;
        }
        tokio::time::sleep(STRAY_POLL).await;
    }
}

async fn at(instant: Option<Instant>) {
    match instant {
        Some(instant) => tokio::time::sleep_until(instant.into()).await,
        None => pending().await,
    }
}

/// Reads a chunk into `buffer`. Says whether the pipe is still open; a closed one is dropped.
async fn read(pipe: &mut Option<impl AsyncRead + Unpin>, buffer: &mut Vec<u8>) -> bool {
    let Some(open) = pipe else {
        return pending().await;
    };
    match open.read_buf(buffer).await {
        Ok(0) | Err(_) => {
            *pipe = None;
            false
        }
        Ok(_) => true,
    }
}

/// Writes what is left to write; a child that doesn't read it has decided so.
async fn write(stdin: &mut Option<(ChildStdin, Vec<u8>)>) {
    let Some((pipe, bytes)) = stdin else {
        return pending().await;
    };
    while !bytes.is_empty() {
        match pipe.write(bytes).await {
            Ok(0) | Err(_) => return,
            Ok(written) => drop(bytes.drain(..written)),
        }
    }
}

/// What the child writes, on its way to the sink, the capture, the tail and the log.
struct Output {
    whole: Vec<u8>,
    keep_whole: bool,
    out_lines: Lines,
    err_lines: Lines,
    tail: StderrTail,
    log: Option<File>,
    log_error: Option<String>,
}

impl Output {
    fn new(invocation: &Invocation, log: Option<File>) -> Self {
        Self {
            whole: Vec::new(),
            keep_whole: invocation.stdout == Capture::Whole,
            out_lines: Lines::default(),
            err_lines: Lines::default(),
            tail: StderrTail::default(),
            log,
            log_error: None,
        }
    }

    fn stdout(&mut self, bytes: &mut Vec<u8>, _open: bool, sink: Sink<'_>) {
        self.log(bytes);
        if self.keep_whole {
            self.whole.append(bytes);
        } else {
            self.out_lines
                .push(bytes, |line| sink(ProcessEvent::Stdout(line)));
        }
        bytes.clear();
    }

    fn stderr(&mut self, bytes: &mut Vec<u8>, _open: bool, sink: Sink<'_>) {
        self.log(bytes);
        self.tail.push(bytes);
        self.err_lines
            .push(bytes, |line| sink(ProcessEvent::Stderr(line)));
        bytes.clear();
    }

    fn end(&mut self, sink: Sink<'_>) {
        self.out_lines.end(|line| sink(ProcessEvent::Stdout(line)));
        self.err_lines.end(|line| sink(ProcessEvent::Stderr(line)));
    }

    fn log(&mut self, bytes: &[u8]) {
        if let Some(log) = &mut self.log
            && let Err(error) = log.write_all(bytes)
        {
            self.log = None;
            self.log_error = Some(error.to_string());
        }
    }
}
