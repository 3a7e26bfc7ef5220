//! Waiting for a machine's first boot to finish.

use std::fmt;

/// What cloud-init says of the first boot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CloudInit {
    /// It has finished, or is disabled
    Done,
    /// It has finished, with warnings (`recoverable errors`, since cloud-init 23.4)
    Degraded(String),
    /// The machine has none
    NotInstalled,
    /// It was not asked
    NotAsked,
}

impl fmt::Display for CloudInit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done => f.write_str("cloud-init has finished"),
            Self::Degraded(message) => {
                write!(f, "cloud-init has finished with warnings: {message}")
            }
            Self::NotInstalled => f.write_str("no cloud-init"),
            Self::NotAsked => f.write_str("cloud-init not asked"),
        }
    }
}

/// Waits for cloud-init, in any login shell; exit code 42 says that there is none.
pub(super) const WAIT: &str = "sh -c 'command -v cloud-init >/dev/null 2>&1 || exit 42; exec cloud-init status --wait --long'";

impl CloudInit {
    /// Reads the answer to [`WAIT`] (cloud-init's documentation, "return codes"). An error
    /// is cloud-init's own account of it.
    pub(super) fn read(code: i32, stdout: &str) -> Result<Self, String> {
        match code {
            0 => Ok(Self::Done),
            2 => Ok(Self::Degraded(account(stdout))),
            42 => Ok(Self::NotInstalled),
            _ => Err(format!("exit code {code}: {}", account(stdout))),
        }
    }
}

/// The answer on one line, without the dots that show the wait.
fn account(stdout: &str) -> String {
    let lines: Vec<_> = stdout
        .lines()
        .map(|line| line.trim().trim_start_matches('.'))
        .filter(|line| !line.is_empty())
        .collect();
    let text: String = lines.join("; ").chars().take(500).collect();
    crate::escape::printable(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_exit_code_has_its_meaning() {
        assert_eq!(
            CloudInit::read(0, "....\nstatus: done\n"),
            Ok(CloudInit::Done)
        );
        assert_eq!(CloudInit::read(42, ""), Ok(CloudInit::NotInstalled));
        assert_eq!(
            CloudInit::read(2, "..\nstatus: done\nrecoverable_errors: x\n"),
            Ok(CloudInit::Degraded(
                "status: done; recoverable_errors: x".to_owned()
            ))
        );
        assert_eq!(
            CloudInit::read(1, "....\nstatus: error\ndetail: \u{1b}boom\n"),
            Err("exit code 1: status: error; detail: \\x1bboom".to_owned())
        );
    }
}
