//! What was followed already.

use std::collections::{HashMap, HashSet};

use camino::Utf8Path;

use crate::ansible::path_text::PathText;

/// Files and roles that were followed, in each play.
#[derive(Debug, Default)]
pub(super) struct Visited {
    /// By play and path, what else decides what following them brings
    ways: HashMap<usize, HashMap<PathText, HashSet<String>>>,
    len: usize,
}

impl Visited {
    /// How often something was followed.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Whether a path was followed in a play, in whatever way.
    pub(super) fn knows(&self, play: usize, path: &Utf8Path) -> bool {
        self.ways(play, path).is_some()
    }

    /// Whether a path was followed in this way.
    pub(super) fn contains(&self, play: usize, path: &Utf8Path, way: &str) -> bool {
        self.ways(play, path).is_some_and(|ways| ways.contains(way))
    }

    /// Notes that a path is followed in this way. Whether it is for the first time.
    pub(super) fn insert(&mut self, play: usize, path: &Utf8Path, way: String) -> bool {
        let of_play = self.ways.entry(play).or_default();
        let new = of_play.entry(path.into()).or_default().insert(way);
        self.len += usize::from(new);
        new
    }

    fn ways(&self, play: usize, path: &Utf8Path) -> Option<&HashSet<String>> {
        self.ways.get(&play)?.get(path.as_str())
    }
}
