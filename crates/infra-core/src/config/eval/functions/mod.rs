//! The functions, in the groups of [Terraform's documentation][1].
//!
//! Those that read files, the clock, the environment or randomness are left out: an
//! inventory is a function of state alone.
//!
//! [1]: https://developer.hashicorp.com/terraform/language/functions

mod args;
mod base64;
mod cidr;
mod collection;
mod encoding;
mod format;
mod list;
mod numeric;
mod regex;
mod set;
mod string;
mod table;
mod types;

pub(super) use args::{Args, Failure};
pub(super) use table::{Function, find};
pub(in crate::config) use table::{function_names, is_function, unknown_hint};
