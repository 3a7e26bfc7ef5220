//! The answer of `verify`: the document that it prints.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Verdict;
use crate::decision::FORMAT_VERSION;

/// What all sources say of all hosts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
    /// The version of the document
    pub format_version: &'static str,
    /// The stack
    pub stack: String,
    /// How many hosts there are of each verdict
    pub summary: Summary,
    /// The hosts by name
    pub hosts: Vec<Row>,
}

/// How many hosts there are of each verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Summary {
    /// All sources agree, and it can be reached
    pub ok: usize,
    /// A source has an address that isn't the host's any more
    pub stale: usize,
    /// It is stopped
    pub stopped: usize,
    /// It is terminated
    pub gone: usize,
    /// All sources agree, and it does not answer
    pub unreachable: usize,
    /// There is nothing to compare
    pub unchecked: usize,
}

/// What all sources say of one host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The host
    pub host: String,
    /// The resource that it is
    pub resource: Option<String>,
    /// The address that Ansible connects to, by the state
    pub address: Option<String>,
    /// Every address that the state has, by kind
    pub addresses: BTreeMap<String, String>,
    /// What EC2 says; none where the host is no EC2 instance
    pub ec2: Option<Ec2Side>,
    /// What Route 53 says of the records that should lead to it
    pub dns: Vec<DnsSide>,
    /// Whether ssh reaches it; none where nobody tried
    pub reachable: Option<bool>,
    /// The address that was tried
    pub tried: Option<String>,
    /// Why it is not reached
    pub message: Option<String>,
    /// What to make of it
    pub verdict: Verdict,
    /// Every address that isn't the host's any more, and who has it
    pub stale: Vec<Stale>,
}

/// What EC2 says of an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ec2Side {
    /// Its id
    pub instance: String,
    /// Its region, where the state has it
    pub region: Option<String>,
    /// Its status; `absent` where EC2 knows no such instance
    pub status: String,
    /// Its public IPv4 address
    pub public_ip: Option<String>,
    /// Its private IPv4 address
    pub private_ip: Option<String>,
    /// Its IPv6 address
    pub ipv6: Option<String>,
}

/// What Route 53 says of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DnsSide {
    /// The name
    pub name: String,
    /// The type
    #[serde(rename = "type")]
    pub kind: String,
    /// The zone
    pub zone: String,
    /// The resource that makes it, or `dns`
    pub made_by: String,
    /// The values; none where there is no such record
    pub values: Vec<String>,
    /// Whether it leads elsewhere
    pub stale: bool,
}

/// Who has an old address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// Terraform's state
    State,
    /// Route 53
    Dns,
}

/// An address that isn't the host's any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stale {
    /// Who has it
    pub source: Source,
    /// Of what: a kind of address in the state, or the name and type of a record
    pub what: String,
    /// What it says
    pub says: Vec<String>,
    /// What is right
    pub is: Vec<String>,
}

impl VerifyReport {
    /// Puts the rows together.
    pub fn new(stack: &str, hosts: Vec<Row>) -> Self {
        let count = |verdict| hosts.iter().filter(|row| row.verdict == verdict).count();
        Self {
            format_version: FORMAT_VERSION,
            stack: stack.to_owned(),
            summary: Summary {
                ok: count(Verdict::Ok),
                stale: count(Verdict::Stale),
                stopped: count(Verdict::Stopped),
                gone: count(Verdict::Gone),
                unreachable: count(Verdict::Unreachable),
                unchecked: count(Verdict::Unchecked),
            },
            hosts,
        }
    }

    /// Whether there is nothing to do about any host, as far as anybody looked.
    pub fn is_ok(&self) -> bool {
        self.summary.ok + self.summary.unchecked == self.hosts.len()
    }
}
