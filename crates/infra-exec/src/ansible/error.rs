//! Why Ansible could not be run, or did nothing.

use std::io;
use std::path::PathBuf;

use infra_core::hint::Hint;

use crate::process::{Completed, Exit, RunError, Stopped};
use crate::rundir::RunDirError;

/// Why there is nothing to say about the hosts of a playbook.
#[derive(Debug, thiserror::Error)]
pub enum AnsibleError {
    /// It could not be run
    #[error(transparent)]
    Run(#[from] RunError),
    /// Its files could not be written
    #[error(transparent)]
    Files(#[from] RunDirError),
    /// No hosts were named
    #[error("no hosts to run {} on", playbook.display())]
    NoHosts {
        /// The playbook
        playbook: PathBuf,
    },
    /// A host has a name that Ansible would take for a pattern
    #[error("host name {name:?} means something else to Ansible's --limit")]
    HostName {
        /// The name
        name: String,
    },
    /// The pipe of events could not be opened
    #[error("cannot read events from {}", path.display())]
    Events {
        /// The pipe
        path: PathBuf,
        /// Why
        source: io::Error,
    },
    /// It was told to stop before it had begun
    #[error("{program} was stopped before it began: {why:?}")]
    Stopped {
        /// The program
        program: String,
        /// Why
        why: Stopped,
    },
    /// It ended before the playbook began
    #[error("{program} failed before the playbook began ({exit}): {said}")]
    Refused {
        /// The program
        program: String,
        /// How it ended
        exit: Exit,
        /// What it said
        said: String,
    },
    /// `ansible-inventory` failed
    #[error("{program} failed ({exit}): {said}")]
    Inventory {
        /// The program
        program: String,
        /// How it ended
        exit: Exit,
        /// What it said
        said: String,
    },
}

impl Hint for AnsibleError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Run(error) => error.hints(),
            Self::Files(error) => error.hints(),
            Self::Refused { exit: Exit::Code(0), .. } => vec![
                "Ansible ran, but without infra's callback plugin: does something else set ANSIBLE_CALLBACK_PLUGINS or replace the environment?".to_owned(),
            ],
            _ => Vec::new(),
        }
    }
}

/// What Ansible said on stderr: its errors with what follows them, warnings left out where
/// there are errors. Escaped, several lines.
pub(super) fn said(completed: &Completed, stdout: &str) -> String {
    let text = &completed.stderr_tail;
    // `ERROR! …` up to ansible-core 2.18, `[ERROR]: …` from 2.19 on.
    let start = ["ERROR!", "[ERROR]:"]
        .iter()
        .filter_map(|word| text.find(word))
        .min();
    let said = start
        .and_then(|start| text.get(start..))
        .unwrap_or(text)
        .trim();
    let said = if said.is_empty() { stdout.trim() } else { said };
    if said.is_empty() {
        "it did not say why".to_owned()
    } else {
        crate::escape::multiline(said).into_owned()
    }
}
