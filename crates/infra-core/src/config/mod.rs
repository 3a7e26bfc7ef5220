//! `infra.hcl`: what it may say, how it is read, and how its expressions are evaluated.

mod expr;
mod model;

pub use expr::Expr;
pub use model::*;
