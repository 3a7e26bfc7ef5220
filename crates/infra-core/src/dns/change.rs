//! What is done with one record.

use serde::Serialize;

/// What is done with one record of a zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DnsChange {
    /// The zone, by its name
    pub zone: String,
    /// The name
    pub name: String,
    /// The type; none where the address is known only after Terraform's apply
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// What is done
    pub action: DnsAction,
    /// The hosts that it leads to
    pub hosts: Vec<String>,
    /// The values that it has
    pub before: Vec<String>,
    /// The values that it gets
    pub after: Vec<String>,
    /// Why, where that isn't plain
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What is done with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DnsAction {
    /// Nothing: it is as it should be
    Keep,
    /// It is made
    Create,
    /// It gets other values
    Update,
    /// It is somebody else's, and becomes this stack's
    Adopt,
    /// It is removed
    Delete,
    /// It is known only after Terraform's apply
    Unknown,
    /// It is somebody else's, and stays: nothing is done at all before that is settled
    Refuse,
}

impl DnsAction {
    /// Whether there is anything to do.
    pub fn acts(self) -> bool {
        self != Self::Keep
    }
}
