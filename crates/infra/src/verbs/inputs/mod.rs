//! `inputs`: everything that decides what a playbook does, and how it was reached.

mod answer;
mod describe;
mod error;
mod listing;
mod settings;
mod tree;
mod verb;

pub use answer::{Collection, HostVariables, InputFile, InputsAnswer, Play, UnresolvedInput};
pub use error::InputsError;
pub use listing::read_listing;
pub use verb::{InputsOf, InputsOptions, inputs};

#[cfg(test)]
mod tests;
