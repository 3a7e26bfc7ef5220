//! JSON as Terraform writes it: exact numbers, ordered keys, paths into values, and what
//! differs between two values.

mod diff;
mod diff_list;
mod equal;
mod equal_policy;
mod members;
mod nullable;
mod path;
mod scan;
mod text;
mod value;

pub use diff::{Difference, Masks, diff};
pub(crate) use equal::normal_form;
pub use equal::{Order, equal, equal_in};
pub use members::Members;
pub(crate) use nullable::nullable;
pub use path::{Path, Step};
pub(crate) use scan::Scan;
pub use text::Text;
pub use value::Value;
