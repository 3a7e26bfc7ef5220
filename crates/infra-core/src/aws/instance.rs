//! An EC2 instance, as EC2 itself tells it.

use std::collections::BTreeSet;

/// An EC2 instance, as EC2 itself tells it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Instance {
    /// `pending`, `running`, `shutting-down`, `terminated`, `stopping` or `stopped`
    pub status: String,
    /// The public IPv4 address of its first interface
    pub public_ip: Option<String>,
    /// The private IPv4 address of its first interface
    pub private_ip: Option<String>,
    /// The IPv6 address of its first interface
    pub ipv6: Option<String>,
    /// Every address and host name of every interface, the above included
    pub all: BTreeSet<String>,
}

impl Instance {
    /// Whether it can be logged in to, as far as EC2 knows.
    pub fn is_running(&self) -> bool {
        self.status == "running"
    }

    /// Whether it will never run again.
    pub fn is_gone(&self) -> bool {
        matches!(self.status.as_str(), "terminated" | "shutting-down")
    }
}
