//! Environments for the end-to-end tests and the demo.
//!
//! Nothing here knows the insides of `infra`: it is run as a person runs it, beside real
//! Terraform and real Ansible, against a simulated AWS.

#![expect(clippy::missing_panics_doc, reason = "a fixture that fails ends its test, and says why")]

mod tools;

pub use tools::{Tools, target_directory, workspace_root};
