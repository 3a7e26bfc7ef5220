//! `doctor`: whether everything that a run needs is there, and what to do where it isn't.

mod answer;
#[cfg(feature = "aws")]
mod backend;
mod ledger;
mod lock;
mod place;
mod state;
#[cfg(test)]
mod tests;
mod tools;
mod verb;

pub use answer::{Check, Diagnosis, Status};
pub use verb::{Repair, doctor};
