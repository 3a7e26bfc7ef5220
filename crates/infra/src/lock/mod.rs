//! The run lock: it keeps two runs of a stack apart, over Terraform and Ansible both.

#[cfg(feature = "aws")]
mod both;
mod held;
mod holder;
#[cfg(feature = "aws")]
mod item;
mod liveness;
mod local;
#[cfg(feature = "aws")]
mod object;
mod port;
pub mod suite;
#[cfg(feature = "aws")]
mod wire;

#[cfg(feature = "aws")]
pub(crate) use both::Locks;
pub use held::{Waiting, acquire, watch};
pub use holder::{Holder, LOCK_FORMAT};
#[cfg(feature = "aws")]
pub(crate) use item::ItemLock;
pub use liveness::{Liveness, RUN_VARIABLE, liveness, this_machine};
pub use local::LocalLock;
#[cfg(feature = "aws")]
pub(crate) use object::ObjectLock;
pub use port::{Acquired, LockError, RunLock};
