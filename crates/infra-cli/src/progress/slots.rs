//! The lines of a live display that show what runs: each keeps its place while it runs.

use std::time::Instant;

/// How many things are shown at a time.
const ROOM: usize = 8;

/// What runs, in places that don't move. A finished one stays until another needs its
/// place, so that the display never jumps.
#[derive(Debug, Default)]
pub(super) struct Slots {
    shown: Vec<Item>,
    waiting: Vec<Item>,
}

/// Something that runs.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// A resource or a host
    pub(super) name: String,
    /// What it does
    pub(super) text: String,
    /// Since when
    pub(super) since: Instant,
    /// Whether it is over
    pub(super) done: bool,
}

impl Slots {
    /// Something starts, or does the next thing.
    pub(super) fn set(&mut self, name: &str, text: String) {
        let known = self.shown.iter_mut().chain(&mut self.waiting);
        if let Some(item) = known.into_iter().find(|item| item.name == name) {
            if item.done {
                item.since = Instant::now();
            }
            item.text = text;
            item.done = false;
            return;
        }
        let item = Item {
            name: name.to_owned(),
            text,
            since: Instant::now(),
            done: false,
        };
        self.place(item);
    }

    /// Something is over.
    pub(super) fn done(&mut self, name: &str, text: String) {
        self.waiting.retain(|item| item.name != name);
        let Some(position) = self.shown.iter().position(|item| item.name == name) else {
            return;
        };
        if self.waiting.is_empty() {
            if let Some(item) = self.shown.get_mut(position) {
                item.text = text;
                item.done = true;
            }
        } else if let Some(item) = self.shown.get_mut(position) {
            *item = self.waiting.remove(0);
        }
    }

    /// Nothing runs any more.
    pub(super) fn clear(&mut self) {
        self.shown.clear();
        self.waiting.clear();
    }

    /// What is shown, place by place.
    pub(super) fn shown(&self) -> &[Item] {
        &self.shown
    }

    /// How many more run than are shown.
    pub(super) fn hidden(&self) -> usize {
        self.waiting.len()
    }

    fn place(&mut self, item: Item) {
        if self.shown.len() < ROOM {
            self.shown.push(item);
        } else if let Some(free) = self.shown.iter_mut().find(|shown| shown.done) {
            *free = item;
        } else {
            self.waiting.push(item);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_keeps_its_place_and_what_waits_takes_a_free_one() {
        let mut slots = Slots::default();
        for host in 0..10 {
            slots.set(&format!("h{host}"), "runs".to_owned());
        }
        assert_eq!((slots.shown().len(), slots.hidden()), (8, 2));
        slots.done("h3", "ok".to_owned());
        let names: Vec<&str> = slots
            .shown()
            .iter()
            .map(|item| item.name.as_str())
            .collect();
        assert_eq!(names, ["h0", "h1", "h2", "h8", "h4", "h5", "h6", "h7"]);
        slots.done("h9", "ok".to_owned());
        slots.done("h0", "ok".to_owned());
        assert!(slots.shown().first().is_some_and(|item| item.done));
        slots.set("h10", "runs".to_owned());
        assert_eq!(
            slots.shown().first().map(|item| item.name.as_str()),
            Some("h10")
        );
    }
}
