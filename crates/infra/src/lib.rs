//! Terraform and Ansible run as one change: plan, apply, ledger, lock and events.

pub mod event;
pub mod files;
pub mod ledger;
pub mod lock;
mod pending;
mod project;

pub use pending::Pending;
pub use project::{FILE_NAME, Open, OpenError, Project};
