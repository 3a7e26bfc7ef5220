//! Why a playbook runs or is skipped, in the shape in which it is printed as JSON.

use infra_core::gate::Action;
use infra_core::json::Value;
use serde::Serialize;

/// Why a playbook would run or be skipped. Serialises as the document of
/// `infra explain --json`.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    /// [`FORMAT_VERSION`](infra_core::decision::FORMAT_VERSION)
    pub format_version: &'static str,
    /// The stack
    pub stack: String,
    /// The playbook
    pub playbook: String,
    /// Per host, by name
    pub hosts: Vec<ExplainedHost>,
    /// What can't be known of the playbook's inputs: `file:line: what: why`
    pub unresolved: Vec<String>,
}

/// Why a playbook would run or be skipped on one host.
#[derive(Debug, Clone, Serialize)]
pub struct ExplainedHost {
    /// The host
    pub host: String,
    /// Run or skip
    pub action: Action,
    /// Why, the weightiest first
    pub reasons: Vec<ExplainedReason>,
    /// The last success, if there was one
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_success: Option<LastSuccess>,
}

/// When a playbook last succeeded on a host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LastSuccess {
    /// When: RFC 3339, UTC
    pub at: String,
    /// In which record of the ledger it stands
    pub record: u64,
    /// How many inputs decided it
    pub inputs: usize,
}

/// One reason, with what changed as far as it can be shown.
#[derive(Debug, Clone, Serialize)]
pub struct ExplainedReason {
    /// The input, such as `file ansible/site.yml` or `hostvars[leaf1].ansible_host`
    pub input: String,
    /// What about it, in words
    pub change: String,
    /// The value of a variable at the last success
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value<'static>>,
    /// Its value now
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value<'static>>,
    /// What changed in a text, as a unified diff
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diff: Option<String>,
    /// Why there is no diff of a file that changed
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_diff: Option<String>,
}
