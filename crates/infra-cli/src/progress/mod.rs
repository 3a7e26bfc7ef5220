//! What a person sees of a run while it goes on, on stderr.

mod clock;
mod json;
mod live;
mod narrate;
mod plain;
mod screen;
mod slots;
mod style;

pub(crate) use screen::Screen;
pub(crate) use style::Style;

use infra::event::{Event, Observer};

use crate::report::Detail;

/// Who is told of a run, as the flags want it.
pub(crate) enum Progress {
    /// Nobody
    Silent,
    /// A line for each result
    Plain(plain::Plain),
    /// The events as JSON lines
    Json,
    /// A live display, with the results as lines above it
    Live(live::Live),
}

impl Progress {
    pub(crate) fn new(style: Style, screen: Screen, detail: Detail) -> Self {
        match style {
            Style::Silent => Self::Silent,
            Style::Plain => Self::Plain(plain::Plain::new(screen, detail)),
            Style::Json => Self::Json,
            Style::Live => Self::Live(live::Live::new(screen, detail)),
        }
    }

    /// Clears the live display away.
    pub(crate) fn finish(&self) {
        if let Self::Live(live) = self {
            live.finish();
        }
    }
}

impl Observer for Progress {
    fn event(&self, event: &Event) {
        match self {
            Self::Silent => {}
            Self::Plain(plain) => plain.event(event),
            Self::Json => json::event(event),
            Self::Live(live) => live.event(event),
        }
    }
}
