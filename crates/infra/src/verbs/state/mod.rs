//! `state`: copies of Terraform's state, its versions, and the way back to one of them.

mod backup;
mod copy;
mod difference;
mod error;
#[cfg(feature = "aws")]
mod list;
mod present;
#[cfg(feature = "aws")]
mod refused;
mod restore;

pub use backup::{Backup, backup};
pub use difference::{Difference, ResourceChange};
pub use error::StateError;
#[cfg(feature = "aws")]
pub use list::{StateVersion, StateVersions, list};
pub use restore::{Restored, Source, restore};
