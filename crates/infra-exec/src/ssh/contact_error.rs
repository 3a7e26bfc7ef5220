//! Why a host can't be configured.

use std::path::PathBuf;
use std::time::Duration;

use infra_core::hint::Hint;

use crate::process::RunError;
use crate::ssh::Phase;

/// Why a host can't be configured.
#[derive(Debug, thiserror::Error)]
pub enum ContactError {
    /// It was not ready in time
    #[error("{host}: {} within {} seconds ({attempts} attempts); last: {last}", match phase {
        Phase::Tcp => "no TCP connection",
        Phase::Banner => "no answer of an ssh server",
        Phase::Login => "no login",
        Phase::CloudInit => "cloud-init did not finish",
    }, waited.as_secs())]
    Deadline {
        /// The host
        host: String,
        /// What it was waited for last
        phase: Phase,
        /// How many attempts there were in this phase
        attempts: u32,
        /// For how long it was waited for in all
        waited: Duration,
        /// How the last attempt failed
        last: String,
    },
    /// Its key is not the one that this machine had before
    #[error("{host}: the host key of {alias} has changed: {said}")]
    HostKeyChanged {
        /// The host
        host: String,
        /// What stands in `known_hosts`
        alias: String,
        /// The file
        known_hosts: PathBuf,
        /// What ssh said
        said: String,
    },
    /// It lets this user in, but not to a shell
    #[error("{host}: login refused: {said}")]
    Refused {
        /// The host
        host: String,
        /// What it said
        said: String,
    },
    /// cloud-init failed
    #[error("{host}: cloud-init failed: {said}")]
    CloudInit {
        /// The host
        host: String,
        /// Its own account
        said: String,
    },
    /// Somebody asked to stop
    #[error("{host}: not waited for any longer: interrupted")]
    Interrupted {
        /// The host
        host: String,
    },
    /// ssh could not be run
    #[error("{host}: cannot log in")]
    Run {
        /// The host
        host: String,
        /// Why
        source: RunError,
    },
}

impl Hint for ContactError {
    fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::Deadline { phase: Phase::Tcp | Phase::Banner, .. } => {
                "is the machine running, is the address right, and does its firewall or security group let this machine in?".to_owned()
            }
            Self::Deadline { phase: Phase::Login, last, .. } if last.contains("Permission denied") => {
                "check the user and the private key; `ssh-add -l` lists the keys of the agent".to_owned()
            }
            Self::HostKeyChanged { alias, known_hosts, .. } => format!(
                "somebody may be in between, or the machine was reinstalled under the same identity; if so, \
                 `ssh-keygen -R {alias} -f {}`",
                known_hosts.display()
            ),
            Self::Deadline { phase: Phase::CloudInit, .. } | Self::CloudInit { .. } => {
                "on the host, `cloud-init status --long` and /var/log/cloud-init-output.log tell more".to_owned()
            }
            _ => return Vec::new(),
        };
        vec![hint]
    }
}
