//! Ansible: playbooks under settings of our own, and what they did on each host.

mod cfg;
mod error;
mod event;
mod files;
mod inventory;
mod masters;
mod outcome;
mod playbook;
mod run;
mod settings;

pub use cfg::AnsibleCfg;
pub use error::AnsibleError;
pub use event::{AnsibleEvent, HostStats, Status};
pub use inventory::InventoryListing;
pub use outcome::{HostOutcome, PlaybookOutcome};
pub use playbook::{Mode, PlaybookRun};
pub use run::{AnsibleSink, AnsibleUpdate};
pub use settings::host_key_vars;
