//! What `infra` is for, from end to end: real Terraform, real Ansible, real ssh.

#![expect(
    clippy::unwrap_used,
    reason = "a value that isn't there fails the test, as it should"
)]

mod environment;
