//! `infra.hcl` and its expressions.

mod eval;
mod files;
mod init;
mod laws;
mod limits;
