//! `cargo xtask bench`: what infra costs beside the tools that a user has.
//!
//! - `fleet` makes the documents, `stack` a root module that real Terraform plans.
//! - `measure` runs one program, `contest` a set of them in turns.
//! - `table` prints what came out.

mod contest;
mod documents;
mod fleet;
mod floor;
mod machine;
mod measure;
mod stack;
mod table;
mod verb;

pub(crate) use floor::floor;
pub(crate) use measure::run_once;
pub(crate) use verb::{Options, run};
