//! How a plan is asked for.

use std::time::Duration;

use camino::Utf8PathBuf;

use crate::state_guard::AcceptState;

/// How a plan is asked for.
#[derive(Debug, Clone, Default)]
pub struct PlanOptions {
    /// Recorded documents in place of Terraform
    pub recorded: Option<RecordedPlan>,
    /// Playbooks that run whatever their inputs; an empty list is all of them
    pub force: Option<Vec<String>>,
    /// How long Terraform waits for the lock on its state. None: it doesn't
    pub lock_timeout: Option<Duration>,
    /// Only record in the state what changed outside of Terraform
    pub refresh_only: bool,
    /// Accept an inventory without a host
    pub allow_empty: bool,
    /// Read every input, whatever an earlier plan found
    pub no_cache: bool,
    /// The state that is the right one, though the ledger remembers another
    pub accept_state: Option<AcceptState>,
}

/// Recorded documents.
#[derive(Debug, Clone)]
pub struct RecordedPlan {
    /// The output of `terraform show -json PLANFILE`, or the stream of `terraform plan -json`
    pub plan: Utf8PathBuf,
    /// A state for the inventory. None: the plan's own
    pub state: Option<Utf8PathBuf>,
}
