//! The process edge against real processes: shells, Terraform, Ansible and sshd.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests fail where a test would"
)]

mod ansible;
mod process;
mod ssh;
mod sshd;
mod support;
mod terraform;
