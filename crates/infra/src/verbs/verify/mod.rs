//! `verify`: the addresses of the state against EC2, Route 53 and the hosts themselves.

mod contact;
mod error;
mod verb;

pub use error::VerifyError;
pub use verb::{VerifyOptions, verify};
