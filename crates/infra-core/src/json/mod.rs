//! JSON as Terraform writes it: exact numbers, ordered keys, and paths into values.

mod nullable;
mod path;
mod text;
mod value;

pub(crate) use nullable::nullable;
pub use path::{Path, Step};
pub use text::Text;
pub use value::Value;
