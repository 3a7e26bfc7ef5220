//! Plain lines, as a log of CI wants them: each stage and each result once.

use std::time::Duration;

use infra::event::{Event, Stage};

use super::clock::length;
use super::narrate::{narrate, stage};
use super::screen::Screen;
use crate::report::Detail;

/// Plain lines on stderr.
pub(crate) struct Plain {
    screen: Screen,
    detail: Detail,
}

impl Plain {
    pub(super) fn new(screen: Screen, detail: Detail) -> Self {
        Self { screen, detail }
    }

    pub(super) fn event(&self, event: &Event) {
        let line = match event {
            Event::StageStarted { stage: which } if takes_time(*which) => {
                Some(format!("{} …\n", stage(*which)))
            }
            Event::StageFinished {
                stage: which,
                milliseconds,
            } if takes_time(*which) => Some(format!(
                "{} took {}\n",
                stage(*which),
                length(Duration::from_millis(*milliseconds))
            )),
            _ => narrate(event, self.detail),
        };
        if let Some(line) = line {
            self.screen.above(&line);
        }
    }
}

/// Whether a stage is worth two lines. The lock speaks up where it is waited for.
fn takes_time(stage: Stage) -> bool {
    !matches!(stage, Stage::Lock | Stage::Decide)
}
