//! What went wrong, told apart by what a person has to do.

use std::fmt;
use std::path::PathBuf;

use infra_core::hint::Hint;

use crate::process::{Completed, Exit, RunError, Stopped};
use crate::terraform::{Diagnostic, LockInfo};
use crate::tools::Version;

/// What kind of trouble Terraform is in, where the way out depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// Somebody else holds the lock on the state
    StateLocked(Option<Box<LockInfo>>),
    /// The lock on the state can't be written where it belongs
    LockNotWritten,
    /// The saved plan was made for another state than the present one
    StalePlan,
    /// Providers, modules or the backend are not there yet
    NotInitialized,
    /// The backend block is not the one that the directory was initialized with
    BackendChanged,
    /// A call of a provider broke off: it ended by itself, or was killed
    ProviderGone,
    /// The program doesn't know an argument, because it is too old
    UnknownArgument,
    /// Anything else
    Other,
}

/// Whether an error is about a place that can't be written to (texts of `strerror(3)`, as Go
/// has them).
fn is_about_the_place(detail: &str) -> bool {
    [
        "no space left on device",
        "read-only file system",
        "permission denied",
        "disk quota exceeded",
    ]
    .iter()
    .any(|text| detail.contains(text))
}

/// Terraform's own account of a failure. Its `Display` is what Terraform said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TerraformError {
    /// The command, such as `plan`
    pub command: String,
    /// How it ended
    pub exit: Exit,
    /// Its errors, warnings left out
    pub diagnostics: Vec<Diagnostic>,
    /// The last 64 KiB of stderr
    pub stderr_tail: String,
    /// What kind of trouble it is
    pub trouble: Trouble,
}

/// Why a command of Terraform gave no result.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It could not be run
    #[error(transparent)]
    Run(#[from] RunError),
    /// It was told to stop before it was done
    #[error("terraform {command} was stopped: {}", match why {
        Stopped::Interrupted => "interrupted",
        Stopped::Killed => "killed",
        Stopped::Deadline => "its deadline passed",
    })]
    Stopped {
        /// The command, such as `plan`
        command: String,
        /// Why
        why: Stopped,
    },
    /// It failed, and said why
    #[error(transparent)]
    Terraform(#[from] Box<TerraformError>),
    /// It is too old
    #[error("{} is version {found}; infra needs {minimum} or newer", program.display())]
    TooOld {
        /// The program
        program: PathBuf,
        /// What it is
        found: Version,
        /// What it must be
        minimum: Version,
    },
    /// It succeeded, but didn't write what it should have
    #[error("terraform {command} succeeded but its {what} is {problem}")]
    Incomplete {
        /// The command, such as `show`
        command: String,
        /// What it should have written
        what: &'static str,
        /// What is wrong with that
        problem: &'static str,
    },
}

impl Hint for Failure {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Run(error) => error.hints(),
            Self::Terraform(error) => error.hints(),
            Self::TooOld { .. } => vec![
                "install a newer one from https://developer.hashicorp.com/terraform/install or https://opentofu.org/docs/intro/install".to_owned(),
            ],
            Self::Incomplete { .. } => vec!["is the disk full?".to_owned()],
            Self::Stopped { why: Stopped::Killed, .. } => vec![
                "a killed Terraform may have created something that is not in its state, and may have left its lock: look before the next apply".to_owned(),
            ],
            Self::Stopped { .. } => Vec::new(),
        }
    }
}

impl TerraformError {
    /// Makes the error of a command that has ended badly. `diagnostics` are those of its JSON
    /// stream; those of its stderr are added if there are no errors among them.
    pub(super) fn new(command: &str, completed: &Completed, diagnostics: Vec<Diagnostic>) -> Self {
        let mut errors: Vec<_> = diagnostics
            .into_iter()
            .filter(Diagnostic::is_error)
            .collect();
        if errors.is_empty() {
            errors = Diagnostic::parse_text(&completed.stderr_tail);
            errors.retain(Diagnostic::is_error);
        }
        let trouble = Trouble::recognize(&errors, &completed.stderr_tail);
        Self {
            command: command.to_owned(),
            exit: completed.exit,
            diagnostics: errors,
            stderr_tail: completed.stderr_tail.clone(),
            trouble,
        }
    }
}

impl Trouble {
    /// Tells by the texts of Terraform 0.15 to 1.14 and OpenTofu 1.6 to 1.10
    /// (`internal/command/meta_backend_errors.go`, `internal/backend/local`,
    /// `internal/command/clistate`, `internal/plans/planfile`).
    fn recognize(errors: &[Diagnostic], stderr: &str) -> Self {
        for Diagnostic {
            summary, detail, ..
        } in errors
        {
            if summary.contains("acquiring the state lock") {
                let lock = LockInfo::parse(detail);
                // Who holds it is said where somebody does; else it may be the disk.
                return if lock.is_none() && is_about_the_place(detail) {
                    Self::LockNotWritten
                } else {
                    Self::StateLocked(lock.map(Box::new))
                };
            }
            // `grpcErr` of `internal/plugin/grpc_error.go`.
            if [
                "Plugin did not respond",
                "Request cancelled",
                "Plugin error",
            ]
            .contains(&summary.as_str())
            {
                return Self::ProviderGone;
            }
            if summary.contains("Saved plan is stale") {
                return Self::StalePlan;
            }
            let backend = summary.contains("Backend initialization required")
                || summary.contains("Backend configuration changed")
                || summary.contains("Initialization required");
            let initial = detail.contains("Initial configuration of the requested backend");
            if backend
                && !initial
                && (summary.contains("changed")
                    || detail.contains("changed")
                    || detail.contains("Unsetting"))
            {
                return Self::BackendChanged;
            }
            let uninitialized = [
                "Module not installed",
                "Required plugins are not installed",
                "Could not load plugin",
                "Inconsistent dependency lock file",
                "Missing required provider",
                "Provider requirements cannot be satisfied by locked dependencies",
            ];
            if backend
                || uninitialized.iter().any(|text| summary.contains(text))
                || ["terraform init", "tofu init"]
                    .iter()
                    .any(|text| detail.contains(text))
            {
                return Self::NotInitialized;
            }
        }
        if stderr.contains("flag provided but not defined")
            || stderr.contains("Failed to parse command-line flags")
        {
            return Self::UnknownArgument;
        }
        Self::Other
    }
}

impl fmt::Display for TerraformError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "terraform {} failed ({})", self.command, self.exit)?;
        if self.diagnostics.is_empty() {
            let said = self.stderr_tail.trim();
            if said.is_empty() {
                return f.write_str(match self.exit {
                    Exit::Signal(_) => ": it was killed",
                    Exit::Code(_) => " and did not say why",
                });
            }
            return write!(f, ":\n{}", crate::escape::multiline(said));
        }
        let separator = if self.diagnostics.len() > 1 {
            "\n\n"
        } else {
            ""
        };
        write!(f, ": ")?;
        for (index, diagnostic) in self.diagnostics.iter().enumerate() {
            if index > 0 {
                f.write_str(separator)?;
            }
            write!(f, "{diagnostic}")?;
        }
        Ok(())
    }
}

impl std::error::Error for TerraformError {}

impl Hint for TerraformError {
    fn hints(&self) -> Vec<String> {
        let hint = match &self.trouble {
            Trouble::StateLocked(Some(lock)) => format!(
                "wait for {} to finish; if that run is surely dead, {}",
                crate::escape::printable(&lock.who),
                unlock(lock)
            ),
            Trouble::StateLocked(None) => "wait for the other run to finish".to_owned(),
            Trouble::LockNotWritten => {
                "the lock stands beside the state: make that place writable, with some space left, and run again".to_owned()
            }
            Trouble::StalePlan => "the state has changed since the plan: plan again".to_owned(),
            Trouble::NotInitialized => "run `terraform init` in the root module".to_owned(),
            Trouble::BackendChanged => {
                "run `terraform init -migrate-state` or `terraform init -reconfigure` in the root module".to_owned()
            }
            Trouble::UnknownArgument => "this Terraform is too old: infra needs 1.2 or newer".to_owned(),
            // An apply that was killed, by the kernel for want of memory perhaps, could not
            // write down what the cloud had begun to make for it; nor can one whose provider was.
            Trouble::Other if self.command == "apply" && matches!(self.exit, Exit::Signal(_)) => {
                lost("what it was making when it was killed")
            }
            Trouble::ProviderGone if self.command == "apply" => {
                let at_work = self.diagnostics.iter().filter_map(|of| of.address.as_deref());
                let at_work: Vec<_> = at_work.map(crate::escape::printable).collect();
                lost(&match at_work.as_slice() {
                    [] => "what the provider was making".to_owned(),
                    of => format!("what the provider was making of {}", of.join(", ")),
                })
            }
            Trouble::ProviderGone => {
                "the provider ended by itself or was killed, for want of memory perhaps: see the log of the kernel".to_owned()
            }
            Trouble::Other => return Vec::new(),
        };
        vec![hint]
    }
}

/// How a lock on the state is broken: that of a run by infra, which notes it in the ledger, and
/// one of Terraform's own by Terraform, as infra has none where its ledger is another place.
fn unlock(lock: &LockInfo) -> String {
    let id = crate::escape::printable(&lock.id);
    if lock.version.starts_with("infra ") {
        format!("`infra force-unlock {id}`")
    } else {
        format!("`terraform force-unlock {id}` in the root module")
    }
}

fn lost(what: &str) -> String {
    format!(
        "{what} may be among the resources that no state knows: look for them before the next apply, and `terraform import` or delete them"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trouble(summary: &str, detail: &str) -> Trouble {
        let text = format!("Error: {summary}\n\n{detail}\n");
        Trouble::recognize(&Diagnostic::parse_text(&text), &text)
    }

    #[test]
    fn a_lock_is_broken_by_whoever_made_it() {
        let lock = |version: &str| LockInfo {
            id: "42".to_owned(),
            version: version.to_owned(),
            ..LockInfo::default()
        };
        assert_eq!(unlock(&lock("infra 0.1.0")), "`infra force-unlock 42`");
        assert_eq!(
            unlock(&lock("1.11.4")),
            "`terraform force-unlock 42` in the root module"
        );
    }

    #[test]
    fn each_kind_of_trouble_is_told_by_its_text() {
        let lock = trouble(
            "Error acquiring the state lock",
            "Lock Info:\n  ID:  42\n  Who: ann@ci\n",
        );
        assert!(matches!(lock, Trouble::StateLocked(Some(lock)) if lock.id == "42"));
        assert_eq!(
            trouble("Error acquiring the state lock", "?"),
            Trouble::StateLocked(None)
        );
        for detail in [
            "Error message: write .terraform.tfstate.lock.info: no space left on device",
            "Error message: open terraform.tfstate: read-only file system",
        ] {
            assert_eq!(
                trouble("Error acquiring the state lock", detail),
                Trouble::LockNotWritten
            );
        }
        assert_eq!(trouble("Saved plan is stale", "…"), Trouble::StalePlan);
        for (summary, detail) in [
            (
                "Plugin did not respond",
                "The plugin encountered an error, and failed to respond to the plugin.(*GRPCProvider).ApplyResourceChange call.",
            ),
            (
                "Request cancelled",
                "The plugin.(*GRPCProvider).ApplyResourceChange request was cancelled.",
            ),
        ] {
            assert_eq!(trouble(summary, detail), Trouble::ProviderGone);
        }
        assert_eq!(
            trouble(
                "Backend initialization required, please run \"terraform init\"",
                "Reason: Initial configuration of the requested backend \"s3\"\n… has changed …"
            ),
            Trouble::NotInitialized
        );
        assert_eq!(
            trouble(
                "Backend initialization required: please run \"terraform init\"",
                "Reason: Backend configuration block has changed"
            ),
            Trouble::BackendChanged
        );
        assert_eq!(trouble("Module not installed", ""), Trouble::NotInitialized);
        assert_eq!(trouble("Invalid reference", "no"), Trouble::Other);
        assert_eq!(
            Trouble::recognize(&[], "flag provided but not defined: -json"),
            Trouble::UnknownArgument
        );
    }
}
