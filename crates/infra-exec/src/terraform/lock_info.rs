//! Who holds the lock on a state.

use std::fmt;

use crate::escape::printable;

/// The holder of a state lock, as Terraform prints it
/// (`internal/states/statemgr/locker.go`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LockInfo {
    /// What `force-unlock` takes
    pub id: String,
    /// The state
    pub path: String,
    /// What the holder does, such as `OperationTypeApply`
    pub operation: String,
    /// `user@host` of the holder
    pub who: String,
    /// The holder's version of Terraform
    pub version: String,
    /// When the lock was taken, as printed
    pub created: String,
    /// What the holder wants to be known
    pub info: String,
}

impl LockInfo {
    /// Finds the block that begins with `Lock Info:` in a message.
    pub fn parse(text: &str) -> Option<Self> {
        let (_, block) = text.split_once("Lock Info:")?;
        let mut lock = Self::default();
        for line in block.lines() {
            let line = line.trim_start_matches(['│', ' ', '\t']);
            let Some((key, value)) = line.split_once(':') else {
                continue;
            };
            let field = match key {
                "ID" => &mut lock.id,
                "Path" => &mut lock.path,
                "Operation" => &mut lock.operation,
                "Who" => &mut lock.who,
                "Version" => &mut lock.version,
                "Created" => &mut lock.created,
                "Info" => &mut lock.info,
                _ => continue,
            };
            // What is said first counts: the advice below the block may hold colons too.
            if field.is_empty() {
                value.trim().clone_into(field);
            }
        }
        (!lock.id.is_empty()).then_some(lock)
    }
}

impl fmt::Display for LockInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} since {} ({}), lock ID {}",
            printable(&self.who),
            printable(&self.created),
            printable(&self.operation),
            printable(&self.id)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_holder_is_read_from_the_message() {
        let text = "Error message: resource temporarily unavailable\nLock Info:\n  ID:        4b0d\n  \
                    Path:      terraform.tfstate\n  Operation: OperationTypeApply\n  Who:       ann@ci-7\n  \
                    Version:   1.11.4\n  Created:   2026-01-02 03:04:05.6 +0000 UTC\n  Info:      \n\n\nTerraform \
                    acquires a state lock: ID: no";
        let lock = LockInfo::parse(text).unwrap();
        assert_eq!(
            lock.to_string(),
            "ann@ci-7 since 2026-01-02 03:04:05.6 +0000 UTC (OperationTypeApply), lock ID 4b0d"
        );
        assert_eq!(
            (
                lock.path.as_str(),
                lock.version.as_str(),
                lock.info.as_str()
            ),
            ("terraform.tfstate", "1.11.4", "")
        );
        assert_eq!(LockInfo::parse("no block"), None);
        assert_eq!(LockInfo::parse("Lock Info:\n\n"), None);
    }
}
