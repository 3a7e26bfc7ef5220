//! The Ansible inventory, as a pure function of Terraform state.

mod model;

pub use model::{Group, Host, Inventory, is_connection_variable};
