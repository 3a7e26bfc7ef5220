//! The Ansible inventory, as a pure function of Terraform state.

mod address;
mod build;
mod builtin;
mod configured;
mod connect;
mod declared;
mod diff;
mod digest;
mod draft;
mod error;
mod evaluate;
mod facts;
mod findings;
mod groups;
mod kinds;
mod machine;
mod model;
mod names;
mod naming;
mod nothing;
mod pick;
mod provider;
mod render;
mod roster;
mod survey;
mod variable;

pub use build::{BuildOptions, Built, build};
pub use connect::{is_connectable, is_user};
pub use diff::{GroupChange, HostChange, InventoryDiff, VariableChange, diff};
pub use draft::{Note, NoteKind, SkipReason, Skipped};
pub use error::InventoryError;
pub use model::{Group, Host, Inventory, is_connection_variable};
pub use names::{is_group_name, is_host_name, is_variable_name};
pub use render::{HostVars, List};
pub use roster::Roster;
