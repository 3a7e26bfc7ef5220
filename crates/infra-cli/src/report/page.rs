//! The text of a page, line by line.

use std::fmt::{Display, Write as _};

use crate::style::{HEADING, paint};

/// How much is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    /// What a person reads: long lists are folded
    Folded,
    /// Everything
    Full,
}

impl Detail {
    /// How many of `all` are shown where a page has room for `room`. One more than there is
    /// room for is shown too: the line that says so would be as long.
    pub(super) fn fold(self, all: usize, room: usize) -> usize {
        match self {
            Self::Folded if all > room + 1 => room,
            _ => all,
        }
    }
}

/// The text of a page, line by line.
#[derive(Debug, Default)]
pub(super) struct Page(String);

impl Page {
    /// Adds a line.
    pub(super) fn line(&mut self, indent: usize, text: impl Display) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.0, "{:indent$}{text}", "");
    }

    /// Adds a heading, with an empty line before it.
    pub(super) fn heading(&mut self, text: &str) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        self.line(0, paint(HEADING, text));
    }

    /// Says how many of a list are not shown, if any.
    pub(super) fn folded(&mut self, indent: usize, hidden: usize) {
        if hidden > 0 {
            self.line(indent, format_args!("… and {hidden} more (-v shows all)"));
        }
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }
}
