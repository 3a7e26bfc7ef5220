//! Colours by meaning. Whatever they say, the text says too.

use std::fmt;

use anstyle::{AnsiColor, Style};

/// What stands above a part
pub(crate) const HEADING: Style = Style::new().bold();
/// What is made, or is well
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// What changes, or needs attention
pub(crate) const CHANGE: Style = AnsiColor::Yellow.on_default();
/// What goes away, or is wrong
pub(crate) const BAD: Style = AnsiColor::Red.on_default();
/// The word before an error
pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
/// The word before a warning
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// The word before advice
pub(crate) const HINT: Style = AnsiColor::Cyan.on_default().bold();
/// What matters less than the rest
pub(crate) const MUTED: Style = Style::new().dimmed();

/// Something shown in a style.
pub(crate) struct Painted<T>(Style, T);

/// Shows `what` in a style.
pub(crate) fn paint<T: fmt::Display>(style: Style, what: T) -> Painted<T> {
    Painted(style, what)
}

impl<T: fmt::Display> fmt::Display for Painted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(style, what) = self;
        write!(f, "{style}")?;
        what.fmt(f)?;
        write!(f, "{style:#}")
    }
}
