//! What a run tells while it goes on. The only channel: the library never prints.

use serde::Serialize;

use crate::apply::Refreshed;

/// Somebody who is told.
///
/// A call comes from the thread that the run goes on in and holds it up, so it must not
/// wait for anything.
pub trait Observer: Sync {
    /// Told that something happened.
    fn event(&self, event: &Event);
}

/// Nobody is told.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Observer for Silent {
    fn event(&self, _event: &Event) {}
}

/// The parts of a run, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Taking the run lock
    Lock,
    /// `terraform plan`
    Plan,
    /// Drift, inventory and inputs
    Decide,
    /// Asking Ansible what a playbook would change
    Check,
    /// `terraform apply`
    Terraform,
    /// Setting the names of hosts in Route 53
    Dns,
    /// Waiting until new hosts can be logged in to
    Contact,
    /// Running playbooks
    Playbooks,
}

/// Something that happened. Text that came from outside is as it came: who shows it on a
/// terminal must escape it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// A part of the run began
    StageStarted {
        /// Which
        stage: Stage,
    },
    /// A part of the run ended
    StageFinished {
        /// Which
        stage: Stage,
        /// How long it took
        milliseconds: u64,
    },
    /// The lock is another's, and is waited for
    LockWaiting {
        /// Who has it
        holder: String,
    },
    /// The lock of a run that is provably over was cleared away
    LockCleared {
        /// Who had it
        holder: String,
        /// How it is known that the run is over
        evidence: String,
    },
    /// Terraform works on a resource
    Resource {
        /// The address
        address: String,
        /// Terraform's word: `refresh_start`, `apply_complete`, …
        step: String,
        /// `create`, `update`, …
        #[serde(skip_serializing_if = "Option::is_none")]
        action: Option<String>,
        /// How long it has taken so far
        #[serde(skip_serializing_if = "Option::is_none")]
        seconds: Option<u64>,
    },
    /// Terraform warns, or reports an error
    Diagnostic {
        /// `error` or `warning`
        severity: String,
        /// One line
        summary: String,
        /// The rest
        detail: String,
        /// The resource
        #[serde(skip_serializing_if = "Option::is_none")]
        address: Option<String>,
    },
    /// What providers have filled in because of the apply is recorded in the state
    Refreshed {
        /// The objects
        resources: Vec<Refreshed>,
    },
    /// A host is waited for
    Contact {
        /// The host
        host: String,
        /// What is waited for: `tcp`, `banner`, `login`, `cloud-init`, `ready` or `failed`
        step: String,
        /// More about it
        #[serde(skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    },
    /// A playbook starts
    PlaybookStarted {
        /// Its name
        playbook: String,
        /// The hosts it runs on
        hosts: Vec<String>,
    },
    /// A task starts
    TaskStarted {
        /// The playbook
        playbook: String,
        /// The name of the task
        task: String,
        /// Where it stands
        #[serde(skip_serializing_if = "Option::is_none")]
        place: Option<String>,
    },
    /// A task ended on a host
    TaskFinished {
        /// The playbook
        playbook: String,
        /// The task
        task: String,
        /// The host
        host: String,
        /// `ok`, `changed`, `failed`, `unreachable`, `skipped`, …
        status: String,
        /// What was said of a failure
        #[serde(skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    },
    /// A playbook ended on a host
    HostFinished {
        /// The playbook
        playbook: String,
        /// The host
        host: String,
        /// `succeeded`, `failed`, `unreachable`, `not reached`, `no contact`, `unhealthy` or `interrupted`
        outcome: String,
        /// Whether anything was changed on the host
        changed: bool,
        /// What was said of a failure
        #[serde(skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    },
    /// A health check was answered, or not in time
    Health {
        /// The playbook
        playbook: String,
        /// The host
        host: String,
        /// The check
        check: String,
        /// Whether it was answered
        healthy: bool,
        /// What was said of a failure
        #[serde(skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    },
    /// An interrupt arrived
    Interrupted {
        /// What happens now
        message: String,
    },
    /// Something that a person should know and that stops nothing
    Warning {
        /// What
        message: String,
        /// What to do about it
        #[serde(skip_serializing_if = "Vec::is_empty")]
        hints: Vec<String>,
    },
}
