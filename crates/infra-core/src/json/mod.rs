//! JSON as Terraform writes it: exact numbers, ordered keys, paths into values, and what
//! differs between two values.

mod block;
mod diff;
mod diff_list;
mod equal;
mod equal_policy;
mod members;
mod nullable;
mod outline;
mod path;
mod raw;
mod read;
mod repeated;
mod scan;
mod shape;
mod text;
mod value;

pub use diff::{Difference, Masks, diff};
pub(crate) use equal::normal_form;
pub use equal::{Order, equal, equal_in};
pub use members::Members;
pub(crate) use nullable::nullable;
pub(crate) use outline::Outlined;
pub use path::{Path, Step};
pub use raw::Raw;
pub(crate) use read::from_str;
#[cfg(test)]
pub(crate) use read::quickly;
pub use text::Text;
pub use value::Value;
