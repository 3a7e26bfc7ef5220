//! The inventory as Ansible and ssh read it.
//!
//! What comes from a state is data. In JSON and YAML a string that could be a template is
//! marked as unsafe, which Ansible takes literally everywhere; in INI, which has no such
//! mark, the variable is left out with a comment.

mod ini;
mod list;
mod ssh_config;
mod template;
mod yaml;

pub use list::{HostVars, List};
pub(super) use template::is_live_key;
