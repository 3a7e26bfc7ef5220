//! Why an apply could not begin, or not go on.

use infra_core::dns::DnsError;
use infra_core::document::DocumentError;
use infra_core::hint::Hint;
use infra_core::inventory::InventoryError;
use infra_exec::ansible::AnsibleError;
use infra_exec::rundir::RunDirError;
use infra_exec::terraform::Failure;
use infra_exec::tools::LocateError;

use crate::dns::NamesError;
use crate::ledger::LedgerError;
use crate::lock::LockError;
use crate::place::PlaceError;
use crate::plan::{GateError, PlanError, SavedError};
use crate::secret_key::KeyError;
use crate::state_guard::{NotPushed, StateRefused};
use crate::tools::ToolError;

/// Why an apply could not begin, or not go on. What it had done by then is in the ledger.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApplyError {
    /// The lock can't be taken
    #[error(transparent)]
    Lock(#[from] LockError),
    /// There is no plan
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The saved decision can't be carried out
    #[error(transparent)]
    Saved(#[from] SavedError),
    /// The ledger can't be read or written
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The key for secret values can't be kept
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A program is missing or too old
    #[error(transparent)]
    Tool(#[from] ToolError),
    /// Terraform failed
    #[error(transparent)]
    Terraform(#[from] Failure),
    /// The plan file has gone
    #[error("can't read the plan file {}", path.display())]
    PlanFile {
        /// The file
        path: std::path::PathBuf,
        /// Why
        #[source]
        source: std::io::Error,
    },
    /// The state that Terraform left can't be read
    #[error("the state after terraform apply can't be read: {0}")]
    State(#[source] DocumentError),
    /// The state that Terraform left can't be the right one
    #[error(transparent)]
    Guard(#[from] StateRefused),
    /// A state that could not be written waits to be pushed
    #[error(transparent)]
    NotPushed(#[from] NotPushed),
    /// It isn't known where records and lock are, or they can't be reached
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// Somebody wrote the state between plan and apply, though this run holds its lock
    #[error("{0}")]
    ForeignWrite(String),
    /// The state that Terraform left gives no inventory
    #[error(transparent)]
    Inventory(#[from] InventoryError),
    /// A `dns` block gives no records
    #[error(transparent)]
    Dns(#[from] DnsError),
    /// The names of hosts can't be looked after
    #[error(transparent)]
    Names(#[from] NamesError),
    /// A playbook can't be decided about
    #[error(transparent)]
    Gate(#[from] GateError),
    /// Ansible could not be asked about the inventory
    #[error(transparent)]
    Ansible(#[from] AnsibleError),
    /// A program is missing
    #[error(transparent)]
    Locate(#[from] LocateError),
    /// There is no place for the files of the run
    #[error(transparent)]
    RunDir(#[from] RunDirError),
}

impl Hint for ApplyError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Lock(error) => error.hints(),
            Self::Plan(error) => error.hints(),
            Self::Saved(error) => error.hints(),
            Self::Ledger(error) => error.hints(),
            Self::Key(error) => error.hints(),
            Self::PlanFile { .. } => Vec::new(),
            Self::Ansible(error) => error.hints(),
            Self::Locate(error) => error.hints(),
            Self::Tool(error) => error.hints(),
            Self::Terraform(error) => error.hints(),
            Self::State(error) => error.hints(),
            Self::Guard(error) => error.hints(),
            Self::NotPushed(error) => error.hints(),
            Self::Place(error) => error.hints(),
            Self::ForeignWrite(_) => vec![
                "nothing was applied; find out who runs Terraform with -lock=false, then plan again".to_owned(),
            ],
            Self::Inventory(error) => error.hints(),
            Self::Dns(error) => error.hints(),
            Self::Names(error) => error.hints(),
            Self::Gate(error) => error.hints(),
            Self::RunDir(error) => error.hints(),
        }
    }
}
