//! What `infra init` needs: reading Terraform's source as far as it helps, and writing the
//! first `infra.hcl`.

mod command;
mod module;
mod runner;
mod write;

pub use module::{Module, read_module};
pub use runner::{Runner, find_runners};
pub use write::{Found, FoundPlaybook, write_config};
