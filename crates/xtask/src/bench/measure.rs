//! What one run of a program costs.

use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use camino::{Utf8Path, Utf8PathBuf};
use duct::cmd;
use infra_testkit::target_directory;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;
use serde::{Deserialize, Serialize};

/// What one run cost.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct Cost {
    /// Seconds from start to end
    pub(super) wall: f64,
    /// Seconds of CPU, user and system, of the program and what it started
    pub(super) cpu: f64,
    /// The most memory that was resident at once, in MiB
    pub(super) memory: f64,
}

impl Cost {
    /// Adds the cost of another run. Memory is not used twice.
    pub(super) fn add(&mut self, other: Self) {
        self.wall += other.wall;
        self.cpu += other.cpu;
        self.memory = self.memory.max(other.memory);
    }

    /// The mean of so many runs.
    pub(super) fn shared_by(self, runs: u32) -> Self {
        Self {
            wall: self.wall / f64::from(runs),
            cpu: self.cpu / f64::from(runs),
            memory: self.memory,
        }
    }
}

/// A program of this workspace as it is released.
pub(super) fn released(name: &str) -> Utf8PathBuf {
    target_directory().join("release").join(name)
}

/// The search path with what `cargo xtask setup` installed before all else, so that infra
/// and the benchmark's own programs find the same Ansible.
pub(super) fn path() -> String {
    let tools = target_directory().join("tools/venv/bin");
    let inherited = std::env::var("PATH").unwrap_or_default();
    format!("{tools}:{inherited}")
}

/// Runs `command` in `dir`, in a process of its own that runs nothing else: the kernel
/// adds up the costs of all children of a process, and the peak of memory of a new one
/// is at least that of the process that started it, which must therefore be small.
pub(super) fn measure(command: &[String], dir: &Utf8Path) -> Result<Cost> {
    let args = ["bench-run".to_owned(), "--".to_owned()];
    let printed = cmd(released("xtask").as_std_path(), args.iter().chain(command))
        .dir(dir)
        .env("PATH", path())
        .read()?;
    serde_json::from_str(&printed).with_context(|| format!("what a run cost: {printed:?}"))
}

/// Runs a program once, its output thrown away, and prints what it cost.
pub(crate) fn run_once(command: &[String]) -> Result<()> {
    let [program, args @ ..] = command else {
        bail!("there is no program to run");
    };
    let begin = Instant::now();
    let status = Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .with_context(|| format!("can't run {program}"))?;
    let wall = begin.elapsed().as_secs_f64();
    if !status.success() {
        bail!("{program} ended with {status}");
    }
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let cost = Cost {
        wall,
        cpu: micros as f64 / 1e6,
        memory: usage.max_rss() as f64 / 1024.0,
    };
    anstream::println!("{}", serde_json::to_string(&cost)?);
    Ok(())
}
