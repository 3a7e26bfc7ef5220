//! The process edge against real processes: shells, Terraform, Ansible and sshd.

mod ansible;
mod process;
mod ssh;
mod sshd;
mod support;
mod terraform;
