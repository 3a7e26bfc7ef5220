//! `infra.hcl`: what it may say, how it is read, and how its expressions are evaluated.

mod brackets;
mod duration;
mod error;
mod eval;
mod expr;
mod init;
mod locate;
mod model;
mod names;
pub(crate) mod operands;
mod read;
mod source;
mod syntax;
mod uses;

pub use error::{ConfigError, ConfigErrors, Problem};
pub use eval::{EvalError, EvalProblem, Scope, resource_names};
pub use expr::Expr;
pub use init::{Found, FoundPlaybook, Module, Runner, find_runners, read_module, write_config};
pub use locate::{Step, locate};
pub use model::*;
pub use source::Place;
