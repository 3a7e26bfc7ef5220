//! Why hosts can't be verified.

use infra_aws::AwsError;
use infra_aws::route53::ZoneError;
use infra_core::dns::DnsError;
use infra_core::hint::Hint;
use infra_core::inventory::InventoryError;
use infra_exec::ansible::AnsibleError;
use infra_exec::rundir::RunDirError;
use infra_exec::tools::LocateError;

use crate::place::PlaceError;
use crate::tools::ToolError;
use crate::verbs::{LiveError, RecordedError};

/// Why hosts can't be verified.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// Terraform gave no state
    #[error(transparent)]
    Live(#[from] LiveError),
    /// The state can't be read
    #[error(transparent)]
    Recorded(#[from] RecordedError),
    /// Its hosts can't be told
    #[error(transparent)]
    Inventory(#[from] InventoryError),
    /// It isn't known how AWS is reached
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// A `dns` block gives no records
    #[error(transparent)]
    Dns(#[from] DnsError),
    /// There is no such zone
    #[error(transparent)]
    Zone(#[from] ZoneError),
    /// AWS does not answer as it should
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// A program is missing
    #[error(transparent)]
    Tool(#[from] ToolError),
    /// A program is missing
    #[error(transparent)]
    Locate(#[from] LocateError),
    /// Ansible could not be asked how hosts are reached
    #[error(transparent)]
    Ansible(#[from] AnsibleError),
    /// There is no place for files
    #[error(transparent)]
    RunDir(#[from] RunDirError),
}

impl Hint for VerifyError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Live(error) => error.hints(),
            Self::Recorded(error) => error.hints(),
            Self::Inventory(error) => error.hints(),
            Self::Place(error) => error.hints(),
            Self::Dns(error) => error.hints(),
            Self::Zone(error) => error.hints(),
            Self::Aws(error) => error.hints(),
            Self::Tool(error) => error.hints(),
            Self::Locate(error) => error.hints(),
            Self::Ansible(error) => error.hints(),
            Self::RunDir(error) => error.hints(),
        }
    }
}
