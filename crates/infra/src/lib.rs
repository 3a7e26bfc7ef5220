//! Terraform and Ansible run as one change: plan, apply, ledger, lock and events.

mod ansible_run;
pub mod apply;
mod context;
pub mod event;
pub mod files;
pub mod ledger;
pub mod lock;
mod pending;
pub mod plan;
mod project;
mod secret_key;
pub mod tools;
pub mod verbs;

pub use apply::apply;
pub use context::Context;
pub use infra_core as core;
pub use infra_exec as exec;
pub use pending::Pending;
pub use plan::plan;
pub use project::{FILE_NAME, Open, OpenError, Project};
