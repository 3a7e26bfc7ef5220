//! What an apply did.

use infra_core::decision::FORMAT_VERSION;
use infra_core::drift::DriftEntry;
use serde::Serialize;

/// What an apply did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ApplyReport {
    /// The version of the document
    pub format_version: &'static str,
    /// The stack
    pub stack: String,
    /// The run, as the ledger names it; none where nothing was done
    pub run: Option<String>,
    /// How it ended
    pub outcome: Outcome,
    /// Whether Terraform applied a plan
    pub terraform: bool,
    /// What was recorded of objects by a refresh after the apply
    pub refreshed: Vec<Refreshed>,
    /// What the playbooks did
    pub playbooks: Vec<PlaybookReport>,
    /// What went wrong, one sentence each
    pub problems: Vec<String>,
}

/// How an apply ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// There was nothing to do
    Nothing,
    /// Whoever was asked said no
    Declined,
    /// All is done
    Done,
    /// Part of it could not be done; the next apply does it
    Failed,
    /// Somebody stopped it; the next apply does the rest
    Interrupted,
    /// The lock was taken away in the middle
    LockLost,
}

impl Outcome {
    /// Whether all that was to be done is done.
    pub fn is_success(self) -> bool {
        matches!(self, Self::Nothing | Self::Done)
    }

    /// The word in the ledger.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Declined => "declined",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
            Self::LockLost => "lock lost",
        }
    }
}

/// What a provider has filled in of an object because of an apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refreshed {
    /// The object
    pub address: String,
    /// The attributes that have other values than Terraform wrote when it applied
    pub attributes: Vec<String>,
}

impl Refreshed {
    pub(crate) fn of(entry: &DriftEntry) -> Self {
        Self {
            address: entry.address.clone(),
            attributes: entry
                .attributes
                .iter()
                .map(|attribute| attribute.path.to_string())
                .collect(),
        }
    }
}

/// What a playbook did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlaybookReport {
    /// Its name
    pub name: String,
    /// The hosts that it was to run on
    pub hosts: Vec<HostReport>,
}

/// What a playbook did on a host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HostReport {
    /// The host
    pub host: String,
    /// `succeeded`, `failed`, `unreachable`, `unfinished`, `not reached`, `no contact`,
    /// `unhealthy`, `inputs changed` or `not started`
    pub outcome: String,
    /// Whether anything was changed on the host
    pub changed: bool,
    /// The task that it failed in
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
    /// What was said
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl HostReport {
    /// The outcome of a host whose work is done.
    pub const SUCCEEDED: &str = "succeeded";

    pub(crate) fn new(host: &str, outcome: &str, message: Option<String>) -> Self {
        Self {
            host: host.to_owned(),
            outcome: outcome.to_owned(),
            changed: false,
            task: None,
            message,
        }
    }

    /// Whether the playbook's work is done on the host.
    pub fn succeeded(&self) -> bool {
        self.outcome == Self::SUCCEEDED
    }
}

impl ApplyReport {
    pub(crate) fn new(stack: &str, outcome: Outcome) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            stack: stack.to_owned(),
            run: None,
            outcome,
            terraform: false,
            refreshed: Vec::new(),
            playbooks: Vec::new(),
            problems: Vec::new(),
        }
    }
}
