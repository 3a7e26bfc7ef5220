//! The binary as a person and a program meet it.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod support;

mod bad_input;
mod bad_tree;
mod colors;
mod docs;
mod drift;
mod environment;
mod help;
mod history;
mod inputs;
mod inventory;
mod json;
mod live;
mod lock;
mod plan;
mod progress;
mod schemas;
mod usage;
mod validate;
