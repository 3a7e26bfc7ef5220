//! The runs of a stack, in the shape in which they are printed as JSON.

use infra_core::digest::Digest;
use infra_core::ledger::StateId;
use serde::Serialize;

/// The runs of a stack, the newest first. Serialises as the document of
/// `infra history --json`.
#[derive(Debug, Clone, Serialize)]
pub struct History {
    /// [`FORMAT_VERSION`](infra_core::decision::FORMAT_VERSION)
    pub format_version: &'static str,
    /// The stack
    pub stack: String,
    /// Where the ledger is
    pub ledger: String,
    /// The runs, the newest first
    pub runs: Vec<Run>,
    /// Records that can't be read, in words; they are in no run
    pub damaged: Vec<String>,
}

/// One run.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Run {
    /// Its id
    pub id: String,
    /// Login and machine
    pub who: String,
    /// When it took the lock: RFC 3339, UTC
    pub started: String,
    /// When it ended; absent as long as it hasn't, or if nobody knows
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<String>,
    /// The verb
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// The version of infra
    #[serde(skip_serializing_if = "Option::is_none")]
    pub infra: Option<String>,
    /// The version of Terraform or OpenTofu
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terraform: Option<String>,
    /// The version of ansible-core
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ansible: Option<String>,
    /// How it ended
    pub outcome: RunOutcome,
    /// The plans that Terraform applied
    pub applied: Vec<AppliedPlan>,
    /// How many hosts its inventory had
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inventory_hosts: Option<usize>,
    /// The playbooks in the order in which they ran
    pub playbooks: Vec<PlaybookRun>,
    /// Who broke its lock, if somebody did
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unlocked_by: Option<String>,
}

/// How a run ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum RunOutcome {
    /// It hasn't been said to end: it goes on, or was killed
    #[default]
    Open,
    /// It said how
    Finished {
        /// `done`, `failed`, `interrupted` or `lock lost`
        outcome: String,
    },
    /// A later run found it over
    Abandoned {
        /// How that was told
        evidence: String,
    },
}

/// A plan that Terraform applied.
#[derive(Debug, Clone, Serialize)]
pub struct AppliedPlan {
    /// When
    pub at: String,
    /// The digest of the saved plan
    pub plan: Digest,
    /// Whether all of it was applied
    pub complete: bool,
    /// The state before
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<StateId>,
    /// The state after
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<StateId>,
}

/// What one playbook did in a run.
#[derive(Debug, Clone, Serialize)]
pub struct PlaybookRun {
    /// Its name
    pub name: String,
    /// Per host, in the order in which they ended
    pub hosts: Vec<HostRun>,
}

/// How a playbook ended on a host.
#[derive(Debug, Clone, Serialize)]
pub struct HostRun {
    /// The host
    pub host: String,
    /// When
    pub at: String,
    /// `succeeded`, `failed`, `unreachable`, `not reached`, `no contact`, `unhealthy` or
    /// `interrupted`
    pub outcome: String,
    /// Whether anything was changed on the host, where that is recorded
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed: Option<bool>,
    /// The task it failed in
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
    /// What was said of a failure
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}
