//! What is wrong with a shared backend: one clear error each, with what to do, and nothing lost.

mod access;
mod locks;
mod midway;
mod records;
mod refusal;
