//! What is said of a state beside the inventory, collected on the way.

use super::draft::{Note, NoteKind, Skipped};

/// What is said of a state beside the inventory, collected on the way.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) skipped: Vec<Skipped>,
    pub(super) notes: Vec<Note>,
}

impl Findings {
    pub(super) fn note(&mut self, address: &str, about: NoteKind) {
        self.notes.push(Note {
            address: address.to_owned(),
            about,
        });
    }

    /// In an order that does not depend on that of the document.
    pub(super) fn sorted(mut self) -> (Vec<Skipped>, Vec<Note>) {
        self.skipped.sort();
        self.notes.sort();
        self.notes.dedup();
        (self.skipped, self.notes)
    }
}
