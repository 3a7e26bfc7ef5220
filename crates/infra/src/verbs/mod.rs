//! What can be asked of a project besides `plan` and `apply`, one module each.
//!
//! Nothing here prints. Each answer is a value that serialises as the JSON document of its
//! verb.

#[cfg(feature = "aws")]
pub mod backend;
pub mod doctor;
pub mod drift;
pub mod explain;
pub mod force_unlock;
pub mod history;
pub mod init;
pub mod inputs;
pub mod inventory;
mod live;
mod recorded;
#[cfg(test)]
pub(crate) mod scene;
pub mod state;
pub mod validate;
#[cfg(feature = "aws")]
pub mod verify;

pub use live::LiveError;
pub use recorded::RecordedError;
