//! A tree in memory, for tests, fuzzers and recorded documents.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::tree::{Attributes, Entry, Kind, Tree, TreeError};

/// A [`Tree`] that holds its files in memory.
#[derive(Debug, Clone, Default)]
pub struct MemoryTree {
    files: BTreeMap<Utf8PathBuf, (Arc<[u8]>, u32)>,
    dirs: BTreeSet<Utf8PathBuf>,
}

impl MemoryTree {
    /// An empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds or replaces a file, with the directories above it.
    pub fn insert(&mut self, path: impl Into<Utf8PathBuf>, bytes: impl AsRef<[u8]>) -> &mut Self {
        let path = path.into();
        let mut dir = path.parent();
        while let Some(above) = dir {
            self.dirs.insert(above.to_owned());
            dir = above.parent();
        }
        self.files.insert(path, (Arc::from(bytes.as_ref()), 0o644));
        self
    }

    /// Removes a file. Its directory stays.
    pub fn remove(&mut self, path: impl AsRef<Utf8Path>) -> &mut Self {
        self.files.remove(path.as_ref());
        self
    }

    /// The paths of all files.
    pub fn paths(&self) -> impl Iterator<Item = &Utf8Path> {
        self.files.keys().map(Utf8PathBuf::as_path)
    }

    /// Sets the permission bits of a file, which are `0644` at first.
    pub fn set_mode(&mut self, path: impl AsRef<Utf8Path>, mode: u32) -> &mut Self {
        if let Some(file) = self.files.get_mut(path.as_ref()) {
            file.1 = mode;
        }
        self
    }
}

impl<P: Into<Utf8PathBuf>, B: AsRef<[u8]>> FromIterator<(P, B)> for MemoryTree {
    fn from_iter<I: IntoIterator<Item = (P, B)>>(files: I) -> Self {
        let mut tree = Self::new();
        for (path, bytes) in files {
            tree.insert(path, bytes);
        }
        tree
    }
}

impl Tree for MemoryTree {
    fn read(&self, path: &Utf8Path) -> Result<Option<Arc<[u8]>>, TreeError> {
        Ok(self.files.get(path).map(|(bytes, _)| Arc::clone(bytes)))
    }

    fn list(&self, dir: &Utf8Path) -> Result<Option<Vec<Entry>>, TreeError> {
        if !self.dirs.contains(dir) && !dir.as_str().is_empty() {
            return Ok(None);
        }
        let in_dir = |path: &Utf8Path| {
            (path.parent() == Some(dir))
                .then(|| path.file_name().map(str::to_owned))
                .flatten()
        };
        let mut entries = Vec::new();
        for path in self.files.keys().chain(&self.dirs) {
            if let Some(name) = in_dir(path) {
                entries.push(Entry {
                    name,
                    kind: self.kind(path)?,
                    exact: true,
                });
            }
        }
        Ok(Some(entries))
    }

    fn kind(&self, path: &Utf8Path) -> Result<Option<Kind>, TreeError> {
        if let Some((bytes, _)) = self.files.get(path) {
            return Ok(Some(Kind::File {
                len: bytes.len() as u64,
            }));
        }
        Ok((self.dirs.contains(path) || path.as_str().is_empty()).then_some(Kind::Dir))
    }

    fn attributes(&self, path: &Utf8Path) -> Result<Option<Attributes>, TreeError> {
        let found = match self.files.get(path) {
            Some((_, mode)) => Some((*mode, false)),
            None => self.dirs.contains(path).then_some((0o755, true)),
        };
        Ok(found.map(|(mode, is_dir)| Attributes {
            mode,
            link: None,
            is_dir,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_lists_only_what_is_directly_in_it() {
        let tree = MemoryTree::from_iter([("a/b/c.yml", "x"), ("a/d.yml", "y"), ("e", "z")]);
        let mut names: Vec<String> = tree
            .list("a".into())
            .unwrap()
            .unwrap()
            .into_iter()
            .map(|entry| entry.name)
            .collect();
        names.sort();
        assert_eq!(names, ["b", "d.yml"]);
        assert_eq!(tree.list("nothing".into()).unwrap(), None);
        assert_eq!(tree.kind("a/b".into()).unwrap(), Some(Kind::Dir));
    }
}
