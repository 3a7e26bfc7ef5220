//! States: the raw format of backends, the format of `show -json`, and what they share.

mod dynamic;
mod flat;
mod list;
mod model;
pub(crate) mod raw;
pub(crate) mod show;

pub(crate) use list::List;
pub use model::{Object, Output, Resource, State};
