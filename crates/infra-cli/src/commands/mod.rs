//! The verbs, one file each: the flags, and what is asked of the library.

pub(crate) mod completions;
pub(crate) mod plan;
pub(crate) mod schema;

mod duration;
mod force;
