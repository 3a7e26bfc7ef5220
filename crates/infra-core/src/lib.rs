//! Plans, drift, inventory, inputs and decisions, as pure functions of bytes.
//!
//! Nothing in this crate starts a process, opens a file or a socket, reads the clock or
//! the environment. What it needs from outside comes in as an argument, so that each
//! decision of `infra` can be repeated from recorded documents, in a test, in a fuzzer
//! or in another program.

pub mod ansible;
pub mod aws;
pub mod config;
pub mod consequence;
pub mod decision;
pub mod digest;
pub mod dns;
pub mod document;
pub mod drift;
pub mod gate;
pub mod hint;
pub mod inventory;
pub mod json;
pub mod ledger;
pub mod secret;
pub mod terraform;
pub mod verify;
