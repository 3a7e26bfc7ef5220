//! Paths that were looked for in vain, kept so that nobody can read them.
//!
//! A path that a playbook looks for can be made of the values of variables, a password as well
//! as a name. So what is kept is the nearest directory above that is there, and a keyed digest
//! of the name that is missing in it.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use infra_core::ansible::{Digest, Kind};

use super::keyed::CacheKey;
use crate::files::account::Sight;
use crate::files::stat::Stat;
use crate::files::tree::is_absent;

/// What tells that nothing is at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Absence {
    /// The directory doesn't have this name
    Name(Utf8PathBuf, Digest),
    /// What stands at this path, which is no directory
    Kind(Utf8PathBuf, Sight<Kind>),
}

/// Finds out what tells that nothing is at paths.
pub(super) struct Absences<'a> {
    root: &'a Utf8Path,
    key: &'a CacheKey,
    /// What stands at the directories above
    known: HashMap<Utf8PathBuf, Option<Kind>>,
}

impl<'a> Absences<'a> {
    pub(super) fn new(root: &'a Utf8Path, key: &'a CacheKey) -> Self {
        Self {
            root,
            key,
            known: HashMap::new(),
        }
    }

    /// What tells that nothing is at a path. None: something is by now, or it can't be told.
    pub(super) fn of(&mut self, path: &Utf8Path) -> Option<Absence> {
        let mut missing = path;
        loop {
            let dir = missing.parent()?;
            let Some(kind) = self.kind(dir).ok()? else {
                missing = dir;
                continue;
            };
            if kind != Kind::Dir {
                return Some(Absence::Kind(dir.to_owned(), Sight::Thing(kind)));
            }
            let name = missing.file_name().filter(|name| name.is_ascii())?;
            let there = self.root.join(missing);
            return match fs::symlink_metadata(&there) {
                // A link that leads nowhere has its name in the directory.
                Ok(_) => match fs::metadata(&there) {
                    Err(error) if is_absent(&error) => {
                        Some(Absence::Kind(missing.to_owned(), Sight::Nothing))
                    }
                    _ => None,
                },
                Err(error) if is_absent(&error) => {
                    let name = self.key.name(OsStr::new(name));
                    Some(Absence::Name(dir.to_owned(), name))
                }
                Err(_) => None,
            };
        }
    }

    fn kind(&mut self, dir: &Utf8Path) -> io::Result<Option<Kind>> {
        if let Some(known) = self.known.get(dir) {
            return Ok(*known);
        }
        let found = match fs::metadata(self.root.join(dir)) {
            Ok(metadata) => Some(Stat::of(&metadata).kind()),
            Err(error) if is_absent(&error) => None,
            Err(error) => return Err(error),
        };
        self.known.insert(dir.to_owned(), found);
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use infra_core::ansible::SecretKey;

    use super::*;

    #[test]
    fn what_is_missing_is_told_by_the_nearest_that_is_there() {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(dir.path()).unwrap();
        fs::create_dir(root.join("a")).unwrap();
        fs::write(root.join("a/file"), "x").unwrap();
        symlink("nowhere", root.join("a/link")).unwrap();
        let key = CacheKey::new(&SecretKey([1; 32]));
        let mut absences = Absences::new(root, &key);
        let mut of = |path: &str| absences.of(path.into());
        let missing =
            |dir: &str, name: &str| Some(Absence::Name(dir.into(), key.name(OsStr::new(name))));
        let kind = |path: &str, kind| Some(Absence::Kind(path.into(), kind));
        assert_eq!(of("b"), missing("", "b"));
        assert_eq!(of("b/c/d"), missing("", "b"));
        assert_eq!(of("a/Hunter2"), missing("a", "hunter2"));
        let file = Sight::Thing(Kind::File { len: 1 });
        assert_eq!(of("a/file/x/y"), kind("a/file", file));
        assert_eq!(of("a/link"), kind("a/link", Sight::Nothing));
        assert_eq!(of("a/link/x"), kind("a/link", Sight::Nothing));
        assert_eq!(of("a/file"), None, "it is there");
    }
}
