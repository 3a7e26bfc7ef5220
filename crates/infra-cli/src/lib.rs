//! The command `infra`: it parses arguments, asks the library, renders the answer and maps
//! it to an exit code. Nothing is decided here.
//!
//! - `cli` and `commands` say which verbs and flags there are, with a file per verb.
//! - `report` renders answers for people; `progress` shows a run while it goes on.
//! - `app` is what every verb is given: the flags of all verbs, a runtime when one is
//!   needed, and the two outputs.

mod app;
mod cli;
mod commands;
mod confirm;
mod dispatch;
mod exit;
mod failure;
mod global;
mod indent;
mod logging;
mod output;
mod progress;
mod report;
mod schemas;
mod style;
mod wrap;

pub use cli::Cli;
pub use dispatch::run;
