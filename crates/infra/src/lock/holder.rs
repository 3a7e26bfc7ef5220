//! Who holds a run lock: what the lock says of its holder.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The holder of a run lock, as it wrote itself down.
///
/// The first fields are those of Terraform's own lock (`internal/states/statemgr/locker.go`),
/// so that one text serves both.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Holder {
    /// The id of the lock, which is the id of the run
    #[serde(rename = "ID")]
    pub id: String,
    /// What it is held for, such as `apply`
    pub operation: String,
    /// More about it, such as the address of a CI job
    pub info: String,
    /// Login and machine
    pub who: String,
    /// The version of infra
    pub version: String,
    /// Since when: RFC 3339, UTC
    pub created: String,
    /// What is locked
    pub path: String,
    /// The machine's name
    pub host: String,
    /// The machine's boot, as Linux numbers it
    pub boot: String,
    /// The process
    pub pid: u32,
    /// When the process started, in clock ticks since boot: numbers of processes return
    pub started: u64,
}

/// One line for a person.
impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} ({}, process {}) since {}, lock {}",
            self.who, self.operation, self.pid, self.created, self.id
        )?;
        if self.info.is_empty() {
            Ok(())
        } else {
            write!(f, ", {}", self.info)
        }
    }
}
