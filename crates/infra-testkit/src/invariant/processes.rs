//! The processes of a project, found from outside.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use camino::Utf8Path;

/// The command lines of processes that work below a directory or name a file of it.
pub fn processes_of(directory: &Utf8Path) -> Vec<String> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter_map(|process| {
            let command = fs::read(process.path().join("cmdline")).ok()?;
            let command = String::from_utf8_lossy(&command).replace('\0', " ");
            let works_there = fs::read_link(process.path().join("cwd"))
                .is_ok_and(|place| place.starts_with(directory));
            (works_there || command.contains(directory.as_str())).then_some(command)
        })
        .collect()
}

/// Waits until no process of a directory is left, or for `patience`; returns those that are.
///
/// An ssh connection that waits for the next command is not at work, and ends by itself.
pub fn settle(directory: &Utf8Path, patience: Duration) -> Vec<String> {
    let end = Instant::now() + patience;
    loop {
        let mut left = processes_of(directory);
        left.retain(|command| !command.trim_end().ends_with("[mux]"));
        if left.is_empty() || Instant::now() >= end {
            return left;
        }
        thread::sleep(Duration::from_millis(100));
    }
}
