//! The shared backend: records and lock where Terraform has its state.

mod bad_input;
mod lock;
mod race;
mod stack;
mod state;
