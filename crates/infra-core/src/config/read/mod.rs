//! From the syntax tree to the model, one file per block. What is wrong is collected, so
//! that a person sees all of it at once.

mod ansible;
mod attribute;
mod backend;
mod config;
mod dns;
mod drift;
mod expression;
mod fields;
mod homes;
mod inventory;
mod playbook;
mod reader;
mod stack;
mod terraform;
