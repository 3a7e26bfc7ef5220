//! Why the inputs of a playbook can't be told.

use std::io;

use camino::Utf8PathBuf;
use infra_core::ansible::ClosureError;
use infra_core::hint::{Hint, did_you_mean};
use infra_exec::ansible::AnsibleError;

use crate::tools::ToolError;
use crate::verbs::inventory::InventoryVerbError;

/// Why the inputs of a playbook can't be told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InputsError {
    /// The configuration has no playbook of the name
    #[error("there is no playbook {name:?}")]
    UnknownPlaybook {
        /// The name
        name: String,
        /// The names that there are
        known: Vec<String>,
    },
    /// A path that leads nowhere
    #[error("can't find {path}")]
    Path {
        /// The path
        path: Utf8PathBuf,
        /// Why
        #[source]
        source: io::Error,
    },
    /// The inventory of the project can't be made
    #[error(transparent)]
    State(Box<InventoryVerbError>),
    /// Ansible is missing
    #[error(transparent)]
    Tool(Box<ToolError>),
    /// Ansible can't read the inventory
    #[error(transparent)]
    Ansible(Box<AnsibleError>),
    /// What Ansible says of the inventory is not what it should be
    #[error("ansible-inventory --list: {message}")]
    Listing {
        /// What is wrong
        message: String,
    },
    /// The playbook can't be followed
    #[error(transparent)]
    Closure(#[from] ClosureError),
    /// No play runs on the host
    #[error("no play of {playbook} runs on {host:?}")]
    UnknownHost {
        /// The playbook
        playbook: Utf8PathBuf,
        /// The host
        host: String,
        /// The hosts that plays run on
        hosts: Vec<String>,
    },
}

impl From<InventoryVerbError> for InputsError {
    fn from(error: InventoryVerbError) -> Self {
        Self::State(Box::new(error))
    }
}

impl From<ToolError> for InputsError {
    fn from(error: ToolError) -> Self {
        Self::Tool(Box::new(error))
    }
}

impl From<AnsibleError> for InputsError {
    fn from(error: AnsibleError) -> Self {
        Self::Ansible(Box::new(error))
    }
}

impl Hint for InputsError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::UnknownPlaybook { name, known } => {
                let meant = did_you_mean(name, known.iter().map(String::as_str));
                let meant = meant.map(|meant| format!("did you mean {meant:?}?"));
                let all = (!known.is_empty()).then(|| format!("there is: {}", known.join(", ")));
                let file = "or name the playbook by its path".to_owned();
                meant.into_iter().chain(all).chain([file]).collect()
            }
            Self::Path { .. } | Self::Listing { .. } => Vec::new(),
            Self::State(error) => error.hints(),
            Self::Tool(error) => error.hints(),
            Self::Ansible(error) => error.hints(),
            Self::Closure(error) => error.hints(),
            Self::UnknownHost { host, hosts, .. } => {
                let meant = did_you_mean(host, hosts.iter().map(String::as_str));
                let meant = meant.map(|meant| format!("did you mean {meant:?}?"));
                let none = hosts
                    .is_empty()
                    .then(|| "no host is known: name the inventory with --inventory".to_owned());
                meant.into_iter().chain(none).collect()
            }
        }
    }
}
