//! The machine behind an instance, as the simulator describes it.

use std::fs;

use camino::Utf8PathBuf;
use serde::Deserialize;

/// An EC2 instance and its machine.
#[derive(Debug, Clone, Deserialize)]
pub struct Machine {
    /// The instance id
    pub id: String,
    /// The Name tag
    pub name: String,
    /// `running`, `stopped` or `terminated`
    pub state: String,
    /// None while it is stopped, unless it has an Elastic IP
    pub public_ip: Option<String>,
    /// Stays the same for the life of the instance
    pub private_ip: Option<String>,
    /// Whether sshd runs and can be reached
    pub listening: bool,
    /// What `~` is on the machine; absent once it is terminated
    pub home: Option<Utf8PathBuf>,
    /// The public host key of its sshd
    pub host_key: Option<String>,
}

impl Machine {
    /// A path below `~` of the machine.
    pub fn path(&self, path: &str) -> Utf8PathBuf {
        let home = self
            .home
            .as_ref()
            .unwrap_or_else(|| panic!("{} is terminated and has no disk", self.name));
        home.join(path)
    }

    /// The text of a file below `~` of the machine.
    pub fn read(&self, path: &str) -> String {
        let path = self.path(path);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {path}: {error}", self.name))
    }
}

/// How a machine becomes unreachable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Connections are closed, and new ones refused: sshd is not running
    Refuse,
    /// Nothing answers any more and nothing is closed: a network that is gone
    Silent,
}
