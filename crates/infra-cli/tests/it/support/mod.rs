//! A project in a directory of its own, and the binary run in it.

mod documents;
mod outcome;
mod project;

pub(crate) use documents::*;
pub(crate) use outcome::Outcome;
pub(crate) use project::{TestProject, recording};
