//! The machine that the figures were taken on.

use std::fs;
use std::thread::available_parallelism;

use anyhow::{Context as _, Result};
use duct::cmd;
use serde::{Deserialize, Serialize};

/// The machine, and the programs that were run on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Machine {
    processor: String,
    cores: usize,
    memory_gib: u64,
    kernel: String,
    programs: Vec<String>,
}

impl Machine {
    /// Looks at this machine. A program that is missing is an error that names it.
    pub(super) fn look() -> Result<Self> {
        let programs = [
            ("jq", "--version"),
            ("python3", "--version"),
            ("terraform", "version"),
            ("cat", "--version"),
            ("git", "--version"),
        ];
        let versions = programs.iter().map(|(program, flag)| {
            let text = cmd!(*program, flag)
                .read()
                .with_context(|| format!("the benchmark compares with {program}: install it"))?;
            Ok(text.lines().next().unwrap_or(program).to_owned())
        });
        let field = |file: &str, name: &str| {
            let text = fs::read_to_string(file).unwrap_or_default();
            let line = text.lines().find(|line| line.starts_with(name));
            line.and_then(|line| line.split_once(':'))
                .map(|(_, value)| value.trim().to_owned())
                .unwrap_or_default()
        };
        let memory = field("/proc/meminfo", "MemTotal");
        let kib: u64 = memory.trim_end_matches(" kB").parse().unwrap_or_default();
        Ok(Self {
            processor: field("/proc/cpuinfo", "model name"),
            cores: available_parallelism()?.get(),
            memory_gib: kib.div_ceil(1 << 20),
            kernel: cmd!("uname", "-sr").read()?,
            programs: versions.collect::<Result<_>>()?,
        })
    }

    pub(super) fn line(&self) -> String {
        format!(
            "{}, {} cores, {} GiB, {}; {}",
            self.processor,
            self.cores,
            self.memory_gib,
            self.kernel,
            self.programs.join(", ")
        )
    }
}

/// How many processes were ready to run, a minute's mean.
pub(super) fn load() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace()
        .next()
        .and_then(|figure| figure.parse().ok())
        .unwrap_or(f64::NAN)
}
