//! The machine behind an instance, as the simulator describes it.

use std::fs;
use std::process::{Command, Output, Stdio};

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
    /// The first process of a booted host, as this computer numbers it
    pub init: Option<u32>,
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

    /// Runs a command on a booted host, as root and without its network, and returns what it
    /// prints. What the host's own sshd or proxy would refuse can be looked at this way.
    ///
    /// # Panics
    ///
    /// If the host doesn't run, or the command fails.
    #[track_caller]
    pub fn shell(&self, script: &str) -> String {
        let output = self.try_shell(script);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "{}: `{script}`: {stderr}",
            self.name
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Runs a command on a booted host that may fail.
    ///
    /// # Panics
    ///
    /// If the host doesn't run.
    #[track_caller]
    pub fn try_shell(&self, script: &str) -> Output {
        let init = self
            .init
            .unwrap_or_else(|| panic!("{} is no host that runs", self.name));
        Command::new("nsenter")
            .args(["--all", "--target", &init.to_string()])
            .args(["sh", "-c", script])
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .stdin(Stdio::null())
            .output()
            .expect("nsenter comes with every Linux")
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
