//! `inputs`: everything that decides what a playbook does, and how it was reached.

mod answer;
mod error;
mod verb;

pub use answer::{Collection, HostVariables, InputFile, InputsAnswer, Play, UnresolvedInput};
pub use error::InputsError;
pub use verb::{InputsOf, InputsOptions, inputs};
