//! `doctor`: whether everything that a run needs is there, and what to do where it isn't.

mod answer;
mod ledger;
mod lock;
mod place;
mod state;
#[cfg(test)]
mod tests;
mod tools;
mod verb;

pub use answer::{Check, Diagnosis, Status};
pub use verb::doctor;
