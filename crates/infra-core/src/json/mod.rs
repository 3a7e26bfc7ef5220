//! JSON as Terraform writes it: exact numbers, ordered keys, and paths into values.

mod path;
mod value;

pub use path::{Path, Step};
pub use value::Value;
