//! EC2: where instances are now.
//!
//! Spoken to directly, by the signer, the HTTP client and the retries of AWS's own crates: the
//! SDK of EC2 has hundreds of operations, and compiling it takes more than 6 GB of memory and
//! minutes for the one that is needed.

mod answer;
mod instances;
mod query;

pub use instances::instances;
pub(crate) use query::default_endpoint;
