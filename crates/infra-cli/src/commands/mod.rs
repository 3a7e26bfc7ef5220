//! The verbs, one file each: the flags, and what is asked of the library.

pub(crate) mod apply;
#[cfg(feature = "aws")]
pub(crate) mod backend;
pub(crate) mod completions;
pub(crate) mod doctor;
pub(crate) mod drift;
pub(crate) mod explain;
pub(crate) mod force_unlock;
pub(crate) mod history;
pub(crate) mod init;
pub(crate) mod inputs;
pub(crate) mod inventory;
pub(crate) mod plan;
pub(crate) mod schema;
pub(crate) mod state;
pub(crate) mod validate;
#[cfg(feature = "aws")]
pub(crate) mod verify;

mod ci;
mod duration;
mod force;
