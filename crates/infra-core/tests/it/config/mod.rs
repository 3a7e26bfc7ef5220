//! `infra.hcl` and its expressions.

mod eval;
mod files;
mod laws;
mod limits;
