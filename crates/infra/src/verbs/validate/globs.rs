//! Which globs match no file at all.

use std::collections::BTreeSet;

use camino::Utf8Path;
use globset::{Glob, GlobMatcher};

/// Globs for which no file has been found yet. One that is none is left out: following
/// the playbook reports it.
pub(super) struct Globs(Vec<GlobMatcher>);

impl Globs {
    pub(super) fn new<'g>(texts: impl Iterator<Item = &'g String>) -> Self {
        let texts: BTreeSet<&String> = texts.collect();
        Self(
            texts
                .into_iter()
                .filter_map(|text| Glob::new(text).ok())
                .map(|glob| glob.compile_matcher())
                .collect(),
        )
    }

    /// Those that match no file below a directory.
    pub(super) fn unmatched(mut self, root: &Utf8Path) -> BTreeSet<String> {
        let mut waiting = vec![root.to_owned()];
        while let Some(dir) = waiting.pop() {
            if self.0.is_empty() {
                break;
            }
            for entry in dir.read_dir_utf8().into_iter().flatten().flatten() {
                let path = entry.path();
                match entry.file_type() {
                    // A link to a directory could lead around in a circle.
                    Ok(kind) if kind.is_dir() => waiting.push(path.to_owned()),
                    _ => {
                        let relative = path.strip_prefix(root).unwrap_or(path);
                        self.0.retain(|glob| !glob.is_match(relative));
                    }
                }
            }
        }
        self.0
            .iter()
            .map(|glob| glob.glob().glob().to_owned())
            .collect()
    }
}
