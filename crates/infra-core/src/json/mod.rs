//! JSON as Terraform writes it: exact numbers, ordered keys, paths into values, and what
//! differs between two values.

mod diff;
mod diff_list;
mod equal;
mod equal_policy;
mod nullable;
mod path;
mod text;
mod value;

pub use diff::{Difference, Masks, diff};
pub(crate) use equal::normal_form;
pub use equal::{Order, equal, equal_in};
pub(crate) use nullable::nullable;
pub use path::{Path, Step};
pub use text::Text;
pub use value::Value;
