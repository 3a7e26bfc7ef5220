//! `cargo xtask bench`: what infra costs beside the tools that a user has.
//!
//! - `fleet`, `documents`, `web` and `tree` make what is read, `stack` a root module that
//!   real Terraform plans.
//! - `part` says what there is to measure; `reading`, `ansible` and `terraform` say how.
//! - `measure` runs one program, `contest` a set of them in turns.
//! - `results` keeps the figures, `table`, `chart` and `docs` show them.

mod ansible;
mod chart;
mod contest;
mod docs;
mod documents;
mod fleet;
mod floor;
mod machine;
mod measure;
mod part;
mod reading;
mod results;
mod stack;
mod table;
mod terraform;
mod tree;
mod verb;
mod web;

pub(crate) use floor::floor;
pub(crate) use measure::run_once;
pub(crate) use verb::{Options, run};
