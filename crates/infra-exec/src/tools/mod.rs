//! Where the tools are, and which versions they have.

mod ansible_core;
mod locate;
mod python;
mod version;

pub use ansible_core::{AnsibleCore, AnsibleCoreError, MINIMUM_ANSIBLE_CORE};
pub use locate::{LocateError, MINIMUM_TERRAFORM, Tool, locate, locate_in};
pub use version::{NotAVersion, Version};
