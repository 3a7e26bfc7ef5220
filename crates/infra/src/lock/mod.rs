//! The run lock: it keeps two runs of a stack apart, over Terraform and Ansible both.

mod held;
mod holder;
mod liveness;
mod local;
mod port;
pub mod suite;

pub use held::{Waiting, acquire, watch};
pub use holder::Holder;
pub use liveness::{Liveness, RUN_VARIABLE, liveness, this_machine};
pub use local::LocalLock;
pub use port::{Acquired, LockError, RunLock};
