//! What keeps a state from being copied, listed or restored.

use std::io;

use camino::Utf8PathBuf;
use infra_core::document::DocumentError;
use infra_core::hint::Hint;
use infra_exec::rundir::RunDirError;
use infra_exec::terraform::Failure;

use crate::files::document::ReadError;
use crate::ledger::LedgerError;
use crate::lock::LockError;
use crate::place::PlaceError;
use crate::tools::ToolError;

/// A state that can't be copied, listed or restored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// Terraform is missing
    #[error(transparent)]
    Tool(#[from] ToolError),
    /// Terraform failed
    #[error(transparent)]
    Terraform(#[from] Failure),
    /// The backend is not known or not reachable
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// The lock can't be had
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The ledger can't be read or written
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A file of a run can't be written
    #[error(transparent)]
    RunDir(#[from] RunDirError),
    /// A file can't be read
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The copy can't be written
    #[error("can't write {path}")]
    Write {
        /// The file
        path: Utf8PathBuf,
        /// Why
        #[source]
        source: io::Error,
    },
    /// The copy would replace a file
    #[error("{path} is there already")]
    Taken {
        /// The file
        path: Utf8PathBuf,
    },
    /// The copy has no place
    #[error("can't write {path}: {dir} is no directory")]
    NoDirectory {
        /// The file
        path: Utf8PathBuf,
        /// The directory that it would be in
        dir: Utf8PathBuf,
    },
    /// Something isn't a state
    #[error("{what} is no state that can be restored: {source}")]
    Document {
        /// What was read
        what: String,
        /// Why
        #[source]
        source: DocumentError,
    },
    /// A state that doesn't say which one it is
    #[error("{0} has no lineage and serial")]
    NoIdentity(String),
    /// There is no state yet
    #[error("there is no state yet")]
    Nothing,
    /// Only S3 keeps versions
    #[error("Terraform's state is not in S3, so nothing here knows its versions")]
    NotS3,
    /// There is no such version
    #[error("{place} has no version {version:?}")]
    NoVersion {
        /// The object
        place: String,
        /// The version
        version: String,
    },
    /// The copy is of another state
    #[error("{what} is a copy of another state: its lineage is {found}, this stack's is {present}")]
    OtherLineage {
        /// What was to be restored
        what: String,
        /// Its lineage
        found: String,
        /// The lineage of the present state, or of the last one that is known
        present: String,
    },
    /// Somebody else wrote the state after it was read
    #[error("somebody else wrote the state {0} in this very moment")]
    Moved(String),
    /// Somebody said no
    #[error("not approved: the state stays as it is")]
    Declined,
    /// Terraform pushed, and the state is another
    #[error(
        "terraform state push succeeded, but the state is now {found}, and not the copy with serial {expected} or more"
    )]
    NotPushed {
        /// What is there
        found: String,
        /// What should be
        expected: u64,
    },
}

impl Hint for StateError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Tool(error) => error.hints(),
            Self::Terraform(error) => error.hints(),
            Self::Place(error) => error.hints(),
            Self::Lock(error) => error.hints(),
            Self::Ledger(error) => error.hints(),
            Self::RunDir(error) => error.hints(),
            Self::NotS3 => vec![
                "`infra state backup` writes a copy, and `infra state restore FILE` takes one".to_owned(),
            ],
            Self::Taken { .. } => vec![
                "a copy never replaces a file: choose another name, or none for one in .infra"
                    .to_owned(),
            ],
            Self::NoVersion { .. } => vec!["`infra state list` shows the versions".to_owned()],
            Self::OtherLineage { .. } => vec![
                "a copy of this very state has the same lineage; `infra state list` shows the versions".to_owned(),
            ],
            Self::NotPushed { .. } | Self::Moved(_) => {
                vec!["look with `infra state list`".to_owned()]
            }
            Self::Document { .. }
            | Self::Read(_)
            | Self::Write { .. }
            | Self::NoDirectory { .. }
            | Self::NoIdentity(_)
            | Self::Nothing
            | Self::Declined => Vec::new(),
        }
    }
}
