//! What the library promises, with the real Terraform and the real Ansible, on this machine.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say where"
)]

mod apply;
mod embed;
mod project;
mod state_guard;
