//! Terraform and Ansible run as one change: plan, apply, ledger, lock and events.

pub mod files;
pub mod ledger;
pub mod lock;
mod pending;

pub use pending::Pending;
