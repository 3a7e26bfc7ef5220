//! Where the records and the run lock of a stack are, and where Terraform has its state.

mod error;
#[cfg(feature = "aws")]
mod key;
mod open;
#[cfg(feature = "aws")]
pub(crate) mod s3;
#[cfg(feature = "aws")]
#[cfg(test)]
mod shared_tests;
#[cfg(feature = "aws")]
mod spool;
#[cfg(feature = "aws")]
pub(crate) mod terraform;
#[cfg(feature = "aws")]
#[cfg(test)]
mod tests;
mod watch;
#[cfg(feature = "aws")]
mod witness;

pub use error::PlaceError;
pub(crate) use error::hints_of;
pub(crate) use open::Place;
#[cfg(test)]
pub(crate) use open::open_ledger;
pub(crate) use watch::StateWatch;
#[cfg(feature = "aws")]
pub use witness::DigestMismatch;
