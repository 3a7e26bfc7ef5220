//! What a file of Terraform's is: recognised, checked and typed, or refused with the way out.

#[cfg(test)]
mod alike;
mod encoding;
mod error;
mod format;
mod read;
mod refuse;

pub use encoding::{EncodingError, decode};
pub use error::DocumentError;
pub use read::{Document, read_plan, read_state};
