//! What `infra` is for, from end to end: real Terraform, real Ansible, real ssh.

#![expect(
    clippy::unwrap_used,
    reason = "a value that isn't there fails the test, as it should"
)]

mod aftermath;
mod check;
mod environment;
mod exactly_these_hosts;
mod faults;
mod first_contact;
mod interrupted;
mod names;
mod new_machine;
mod old_pattern;
mod one_fails;
mod plan_document;
mod restart;
mod saved_decision;
mod shared;
mod slow_playbook;
mod two_applies;
mod verify;
