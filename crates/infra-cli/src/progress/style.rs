//! Which kind of progress suits where stderr goes.

use std::io::IsTerminal as _;

use crate::global::ProgressChoice;

/// A kind of progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// Nothing
    Silent,
    /// A line for each result
    Plain,
    /// The events as JSON lines
    Json,
    /// A live display
    Live,
}

impl Style {
    /// What the flags say, or what suits stderr: a live display needs a terminal that can
    /// move its cursor, and nobody watches one in CI.
    pub(crate) fn choose(choice: ProgressChoice, quiet: bool) -> Self {
        match choice {
            ProgressChoice::Json => Self::Json,
            _ if quiet => Self::Silent,
            ProgressChoice::None => Self::Silent,
            ProgressChoice::Auto if is_watched() => Self::Live,
            ProgressChoice::Auto | ProgressChoice::Plain => Self::Plain,
        }
    }
}

fn is_watched() -> bool {
    let is_ci = std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false");
    let is_dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb" || term.is_empty());
    std::io::stderr().is_terminal() && !is_ci && !is_dumb
}
