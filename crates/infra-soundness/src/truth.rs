//! What the run of each host reads, from its traces.
//!
//! Each host is run alone (`--limit`). Ansible loads every play of a playbook first, those of
//! other hosts too; the marks of `tools/soundness/marked_ansible.py` say which play a file was
//! opened for, so that only the plays that run on the host count for it. Python is loaded once
//! and stays loaded, so what is Python counts whichever play loaded it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;

use anyhow::Result;
use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use crate::case::Case;
use crate::strace::{Event, What};
use crate::trace;

/// What the run of one host does with the tree. Paths are relative to it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostTruth {
    /// Files that Ansible's YAML loader opened
    pub data: BTreeSet<Utf8PathBuf>,
    /// Files that were opened in any other way
    pub bytes: BTreeSet<Utf8PathBuf>,
    /// Files whose mode was looked at, or that were run, and directories
    pub modes: BTreeSet<Utf8PathBuf>,
    /// What was found to be there
    pub found: BTreeSet<Utf8PathBuf>,
    /// What was looked for and not found
    pub absent: BTreeSet<Utf8PathBuf>,
    /// Directories whose names were read
    pub listed: BTreeSet<Utf8PathBuf>,
    /// Variables that a template read
    pub variables: BTreeSet<String>,
}

impl HostTruth {
    /// Whether a file was opened.
    pub fn opened(&self, path: &Utf8Path) -> bool {
        self.data.contains(path) || self.bytes.contains(path)
    }

    /// Whether a file in a directory was opened.
    pub fn opened_in(&self, dir: &Utf8Path) -> bool {
        self.data
            .iter()
            .chain(&self.bytes)
            .any(|file| file.starts_with(dir))
    }

    /// Whether anything was looked at in a directory, or the names beside it were read.
    pub fn looked_into(&self, dir: &Utf8Path) -> bool {
        let sets = [&self.found, &self.modes, &self.listed, &self.absent];
        self.opened_in(dir)
            || sets
                .iter()
                .any(|set| set.iter().any(|path| path.starts_with(dir)))
            || dir
                .parent()
                .is_some_and(|above| self.listed.contains(above))
    }

    /// Every file that was opened.
    pub fn files(&self) -> BTreeSet<&Utf8Path> {
        let files = self.data.iter().chain(&self.bytes);
        files.map(Utf8PathBuf::as_path).collect()
    }
}

/// What the run of each host does, by its name.
pub type Truth = BTreeMap<String, HostTruth>;

#[derive(Serialize, Deserialize)]
struct Kept {
    of: String,
    truth: Truth,
}

/// Traces the run of each of these hosts, or reads what was kept of it.
pub fn truth(case: &Case, hosts: &[String]) -> Result<Truth> {
    let file = case.scratch.join("truth.json");
    let of = format!("{} {hosts:?} {} 4", case.digest()?, trace::method()?);
    let kept = fs::read(&file).ok();
    if let Some(kept) = kept.and_then(|bytes| serde_json::from_slice::<Kept>(&bytes).ok())
        && kept.of == of
    {
        return Ok(kept.truth);
    }
    let mut truth = Truth::new();
    for host in hosts {
        let events = trace::run(case, Some(host))?;
        truth.insert(host.clone(), of_events(case, &events));
    }
    let kept = Kept { of, truth };
    fs::write(&file, serde_json::to_vec_pretty(&kept)?)?;
    Ok(kept.truth)
}

/// What one run opens, whatever the play.
pub(crate) fn opened_by_any(case: &Case) -> Result<BTreeSet<Utf8PathBuf>> {
    let events = trace::run(case, None)?;
    Ok(events
        .iter()
        .filter(|event| event.what == What::Opened)
        .filter_map(|event| inside(case, &event.path))
        .collect())
}

fn inside(case: &Case, path: &Utf8Path) -> Option<Utf8PathBuf> {
    path.strip_prefix(&case.root).ok().map(Utf8Path::to_owned)
}

/// What a file was opened for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum For {
    /// Whatever the play
    All,
    /// Loading the play that the next mark names
    Loading,
    /// A play while it is loaded
    Loaded(String),
    /// A play while it runs
    Running(String),
}

fn of_events(case: &Case, events: &[Event]) -> HostTruth {
    let mut parts: HashMap<For, HostTruth> = HashMap::new();
    let mut ran: BTreeSet<String> = BTreeSet::new();
    let mut at = For::All;
    // How deep each process is in reading a file as YAML.
    let mut data: HashMap<u32, u32> = HashMap::new();
    for event in events {
        if let Ok(mark) = event.path.strip_prefix("/@infra") {
            let words: Vec<&str> = mark.as_str().split('/').collect();
            match words.as_slice() {
                ["load"] => at = For::Loading,
                ["loaded", play] => {
                    let loading = parts.remove(&For::Loading).unwrap_or_default();
                    parts.insert(For::Loaded((*play).to_owned()), loading);
                    at = For::All;
                }
                ["play", play] => at = For::Running((*play).to_owned()),
                ["hosts", ..] => {
                    if let For::Running(play) = &at {
                        ran.insert(play.clone());
                    }
                }
                ["end"] => at = For::All,
                ["mode", path @ ..] => {
                    let path = Utf8PathBuf::from(format!("/{}", path.join("/")));
                    if let Some(path) = inside(case, &path) {
                        parts.entry(at.clone()).or_default().modes.insert(path);
                    }
                }
                ["data"] => *data.entry(event.pid).or_default() += 1,
                ["read"] => {
                    let depth = data.entry(event.pid).or_default();
                    *depth = depth.saturating_sub(1);
                }
                ["var", name] => {
                    let part = parts.entry(at.clone()).or_default();
                    part.variables.insert((*name).to_owned());
                }
                _ => {}
            }
            continue;
        }
        let Some(path) = inside(case, &event.path) else {
            continue;
        };
        let python = path.extension() == Some("py");
        let to = if python { &For::All } else { &at };
        let part = parts.entry(to.clone()).or_default();
        match event.what {
            // A collection's routing is read as YAML by the loader of collections.
            What::Opened
                if data.get(&event.pid).copied().unwrap_or_default() > 0
                    || path.ends_with("meta/runtime.yml") =>
            {
                part.data.insert(path);
            }
            What::Opened => {
                part.bytes.insert(path);
            }
            What::Executed => {
                part.modes.insert(path.clone());
                part.bytes.insert(path);
            }
            What::Found => {
                part.found.insert(path);
            }
            What::Absent => {
                part.absent.insert(path);
            }
            What::Listed => {
                part.listed.insert(path);
            }
            What::Written => {}
        }
    }
    let mut truth = HostTruth::default();
    for (of, part) in parts {
        let counts = match &of {
            For::All | For::Loading => true,
            For::Loaded(play) | For::Running(play) => ran.contains(play),
        };
        if counts {
            truth.data.extend(part.data);
            truth.bytes.extend(part.bytes);
            truth.modes.extend(part.modes);
            truth.found.extend(part.found);
            truth.absent.extend(part.absent);
            truth.listed.extend(part.listed);
            // What the inventory's own plugins read is said by the inventory.
            if of != For::All {
                truth.variables.extend(part.variables);
            }
        }
    }
    // A link that leads nowhere is opened by nobody, and a directory is no file.
    let is_file = |path: &Utf8PathBuf| case.root.join(path).is_file();
    truth.data.retain(is_file);
    truth.bytes.retain(is_file);
    truth
}
