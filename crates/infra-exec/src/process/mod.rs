//! One child process: what to run, how it is watched, and how it is made to stop.

mod completed;
mod interrupt;
mod invocation;
mod ladder;
pub(crate) mod lines;
mod output;
mod probe;
mod runner;
mod session;
mod signals;
mod stderr_tail;
mod strays;
mod tree;

pub use completed::{Completed, Exit, Stopped};
pub use infra_core::secret::Secret;
pub use interrupt::{Interrupt, Interrupter, Level};
pub use invocation::{Capture, Invocation};
pub use probe::{ProbeError, probe};
pub use runner::{ProcessEvent, RunError, Runner, Sink};
pub use signals::{Signals, install_signal_handlers};
pub use tree::Stray;
