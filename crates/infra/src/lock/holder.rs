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
    /// The format of what Terraform doesn't know of a lock. 0: Terraform itself made the lock
    #[serde(rename = "InfraLock", skip_serializing_if = "is_zero")]
    pub format: u64,
    /// How many signs of life there were, in a place where they can be written
    #[serde(skip_serializing_if = "is_zero")]
    pub beat: u64,
    /// When the last one was: RFC 3339, UTC. Told to people; nothing is decided by it
    #[serde(skip_serializing_if = "String::is_empty")]
    pub beat_at: String,
}

/// The format that this version writes, and the newest that it knows.
pub const LOCK_FORMAT: u64 = 1;

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// One line for a person.
impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}", self.who, self.operation)?;
        if self.pid != 0 {
            write!(f, ", process {}", self.pid)?;
        }
        write!(f, ") since {}, lock {}", self.created, self.id)?;
        if !self.beat_at.is_empty() {
            write!(f, ", last sign of life {}", self.beat_at)?;
        }
        if self.info.is_empty() {
            Ok(())
        } else {
            write!(f, ", {}", self.info)
        }
    }
}
