//! Secrets that must not be found anywhere.

use std::collections::BTreeSet;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};

use super::Text;

/// Texts that stand for secrets, each by the place in which it belongs.
#[derive(Debug, Clone)]
pub struct Canaries(Vec<(&'static str, String)>);

impl Canaries {
    /// One for each place. They differ, so that a leak names its source, also from those of
    /// other tests, whose processes are seen as well.
    pub fn new(owner: &str, places: &[&'static str]) -> Self {
        let of = |place: &&'static str| (*place, format!("canary-{place}-{owner}"));
        Self(places.iter().map(of).collect())
    }

    /// The secret of a place.
    pub fn of(&self, place: &str) -> &str {
        let found = self.0.iter().find(|(name, _)| *name == place);
        &found
            .unwrap_or_else(|| panic!("no secret belongs to {place}"))
            .1
    }

    /// Where one of them stands in the open.
    pub(super) fn found_in(&self, texts: &[Text]) -> Vec<String> {
        let mut findings = BTreeSet::new();
        for text in texts {
            for (place, secret) in &self.0 {
                let needle = secret.as_bytes();
                if text
                    .bytes
                    .windows(needle.len())
                    .any(|window| window == needle)
                {
                    findings.insert(format!("the secret of {place} is in {}", text.place));
                }
            }
        }
        findings.into_iter().collect()
    }
}

/// The texts of files.
pub fn texts(files: impl IntoIterator<Item = Utf8PathBuf>) -> Vec<Text> {
    let read = |path: Utf8PathBuf| {
        let bytes = fs::read(&path).ok()?;
        let place = path.into_string();
        Some(Text { place, bytes })
    };
    files.into_iter().filter_map(read).collect()
}

/// The files below a directory, those in directories of it included. Links are not followed.
pub fn files_below(directory: &Utf8Path) -> Vec<Utf8PathBuf> {
    let mut files = Vec::new();
    for entry in directory.read_dir_utf8().into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => files.extend(files_below(entry.path())),
            Ok(kind) if kind.is_file() => files.push(entry.into_path()),
            _ => {}
        }
    }
    files
}

/// Reads the command lines of all processes, again and again, until it is asked what it saw.
pub struct Watcher {
    seen: Arc<Mutex<BTreeSet<Vec<u8>>>>,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Watcher {
    /// Begins to watch.
    pub fn start() -> Self {
        let seen = Arc::new(Mutex::new(BTreeSet::new()));
        let ended = Arc::new(AtomicBool::new(false));
        let (into, until) = (Arc::clone(&seen), Arc::clone(&ended));
        let thread = thread::spawn(move || {
            while !until.load(Ordering::Relaxed) {
                let commands = command_lines();
                into.lock().expect("nobody panics with it").extend(commands);
                thread::sleep(Duration::from_millis(20));
            }
        });
        Self {
            seen,
            ended,
            thread: Some(thread),
        }
    }

    /// What `ps` would have shown at any time since.
    pub fn seen(&self) -> Text {
        let seen = self.seen.lock().expect("nobody panics with it");
        let bytes = seen
            .iter()
            .flat_map(|command| [command.as_slice(), b"\n"].concat())
            .collect();
        Text {
            place: "the command line of a process".to_owned(),
            bytes,
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn command_lines() -> Vec<Vec<u8>> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter_map(|process| fs::read(process.path().join("cmdline")).ok())
        .collect()
}
