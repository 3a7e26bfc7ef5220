//! Stderr, shared by lines that stay and a display that is drawn again and again.

use indicatif::MultiProgress;

use crate::output;

/// Stderr, shared by lines that stay and a display that is drawn again and again.
#[derive(Debug, Clone, Default)]
pub(crate) struct Screen {
    bars: MultiProgress,
}

impl Screen {
    /// Writes lines that stay, above the display if there is one.
    pub(crate) fn above(&self, text: &str) {
        self.bars.suspend(|| output::tell(text));
    }

    /// The display.
    pub(super) fn bars(&self) -> &MultiProgress {
        &self.bars
    }
}
