//! The files of a project, as the search for inputs sees them.

use std::cell::RefCell;
use std::collections::HashSet;
use std::ffi::{CStr, CString, OsStr};
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use infra_core::ansible::{Attributes, Digest, Entry, Kind, Tree, TreeError};

use super::account::{Account, Answers, Listed, Seen, Sight};
use super::in_parts::{WORTH_THREADS, in_parts};
use super::listing::{PART, listing_digest, look_in, names_in};
use super::stat::{LARGEST, Stat, class};

/// Directories that tools keep for themselves, and change on their own. A search that goes
/// by directory passes over them, or each run would be a reason for the next; a path that
/// names a file in one of them finds it all the same.
const KEPT_BY_TOOLS: [&str; 3] = [".infra", ".git", ".terraform"];

/// Whether a listing passes over a name.
pub(crate) fn is_kept_by_tools(name: &OsStr) -> bool {
    KEPT_BY_TOOLS.iter().any(|kept| name == *kept)
}

/// Files below a directory, looked at once each: what a decision rests on must not change
/// half-way through it.
#[derive(Debug)]
pub struct FsTree {
    root: Utf8PathBuf,
    account: RefCell<Account>,
}

impl FsTree {
    /// The files below this directory, which relative paths start from.
    pub fn new(root: impl Into<Utf8PathBuf>) -> Self {
        Self {
            root: root.into(),
            account: RefCell::default(),
        }
    }

    /// The directory that relative paths start from.
    pub fn root(&self) -> &Utf8Path {
        &self.root
    }

    /// Everything that was asked so far, with the answers.
    pub(crate) fn answers(&self) -> Option<Vec<Answers>> {
        self.account.borrow().answers()
    }

    /// What stands at a path now.
    fn look(&self, path: &Utf8Path) -> Result<Option<Stat>, TreeError> {
        match fs::metadata(self.root.join(path)) {
            Ok(metadata) => Ok(Some(Stat::of(&metadata))),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(self.failed(path, &error)),
        }
    }

    fn entries(&self, dir: &Utf8Path) -> Result<Option<Listed>, TreeError> {
        let path = self.root.join(dir);
        let names = match names_in(&path) {
            Ok(names) => names,
            Err(error) => return Err(self.failed(dir, &error)),
        };
        let Some(mut names) = names else {
            return Ok(None);
        };
        names.retain(|name| !is_kept_by_tools(of(name)));
        names.sort_unstable();
        let parts: Vec<&[CString]> = names.chunks(PART).collect();
        // A link that leads nowhere, or where this user may not look, is no file to Ansible.
        let found = in_parts(&parts, 2, |names| look_in(&path, names));
        let stats: Vec<Option<Stat>> = found
            .into_iter()
            .flatten()
            .map(|found| found.ok().flatten())
            .collect();
        let digest = listing_digest(
            names
                .iter()
                .zip(&stats)
                .map(|(name, stat)| (of(name), class(stat.as_ref().map(Stat::kind)))),
        );
        let mut account = self.account.borrow_mut();
        let mut lower = HashSet::new();
        let mut entries = Vec::with_capacity(names.len());
        for (name, stat) in names.iter().map(|name| of(name)).zip(stats) {
            let shown = name.to_string_lossy();
            if let (Some(stat), true) = (stat, name.to_str().is_some()) {
                account.at(&dir.join(&*shown)).saw(Some(stat));
            }
            lower.insert(shown.to_ascii_lowercase());
            entries.push(Entry {
                kind: stat.as_ref().map(Stat::kind),
                exact: name.to_str().is_some(),
                name: shown.into_owned(),
            });
        }
        Ok(Some(Listed {
            entries,
            lower,
            digest,
        }))
    }

    fn failed(&self, path: &Utf8Path, error: &io::Error) -> TreeError {
        self.account.borrow_mut().spoil(path);
        unreadable(path, error)
    }
}

fn of(name: &CStr) -> &OsStr {
    OsStr::from_bytes(name.to_bytes())
}

/// A file that was read.
struct Fetched {
    stat: Stat,
    digest: Digest,
    bytes: Arc<[u8]>,
}

/// Reads a file, if it is one that is read at all. The stat is older than the content: if a
/// write comes between, a later look sees another stat, and reads again.
fn fetch(root: &Utf8Path, path: &Utf8Path) -> io::Result<Option<Fetched>> {
    let mut file = File::open(root.join(path))?;
    let metadata = file.metadata()?;
    if !metadata.is_file() || metadata.len() > LARGEST {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default() + 1);
    file.read_to_end(&mut bytes)?;
    Ok(Some(Fetched {
        stat: Stat::of(&metadata),
        digest: blake3::hash(&bytes),
        bytes: bytes.into(),
    }))
}

impl Tree for FsTree {
    fn read(&self, path: &Utf8Path) -> Result<Option<Arc<[u8]>>, TreeError> {
        let Some(Kind::File { len, .. }) = self.kind(path)? else {
            return Ok(None);
        };
        if let Some(bytes) = self.account.borrow_mut().at(path).content().fetched.take() {
            return Ok(Some(bytes));
        }
        if len > LARGEST {
            self.account.borrow_mut().spoil(path);
            return Err(TreeError::TooLarge {
                path: path.to_owned(),
                len,
            });
        }
        let found = fetch(&self.root, path).map_err(|error| self.failed(path, &error))?;
        let Some(found) = found else {
            self.account.borrow_mut().spoil(path);
            return Ok(None);
        };
        let mut account = self.account.borrow_mut();
        let seen = account.at(path).content();
        seen.saw(Some(found.stat));
        seen.has(found.digest);
        Ok(Some(found.bytes))
    }

    fn list(&self, dir: &Utf8Path) -> Result<Option<Vec<Entry>>, TreeError> {
        let entries = |seen: &Seen| seen.listed.thing().map(|listed| listed.entries.clone());
        {
            let mut account = self.account.borrow_mut();
            let seen = account.at(dir).list();
            if !seen.listed.is_none() {
                return Ok(entries(seen));
            }
        }
        let found = self.entries(dir)?;
        let mut account = self.account.borrow_mut();
        let seen = account.at(dir);
        seen.listed = Sight::of(found);
        Ok(entries(seen))
    }

    fn kind(&self, path: &Utf8Path) -> Result<Option<Kind>, TreeError> {
        {
            let mut account = self.account.borrow_mut();
            let seen = account.at(path).kind();
            if !seen.stat.is_none() {
                return Ok(seen.stat.thing().map(Stat::kind));
            }
            if account.is_unlisted(path, &KEPT_BY_TOOLS) {
                return Ok(None);
            }
        }
        let found = self.look(path)?;
        self.account.borrow_mut().at(path).saw(found);
        Ok(found.as_ref().map(Stat::kind))
    }

    fn attributes(&self, path: &Utf8Path) -> Result<Option<Attributes>, TreeError> {
        {
            let mut account = self.account.borrow_mut();
            let seen = account.at(path).attributes();
            if !seen.attributes.is_none() {
                return Ok(seen.attributes.thing().cloned());
            }
        }
        let found = attributes(&self.root.join(path)).map_err(|error| self.failed(path, &error))?;
        self.account.borrow_mut().at(path).attributes = Sight::of(found.clone());
        Ok(found)
    }

    fn digest(&self, path: &Utf8Path) -> Result<Option<Digest>, TreeError> {
        let Some(Kind::File { .. }) = self.kind(path)? else {
            return Ok(None);
        };
        if let Some(known) = self.account.borrow_mut().at(path).content().digest {
            return Ok(Some(known));
        }
        let mut hasher = blake3::Hasher::new();
        let digest = File::open(self.root.join(path)).and_then(|file| {
            let stat = Stat::of(&file.metadata()?);
            let digest = hasher.update_reader(file)?.finalize();
            Ok((stat, digest))
        });
        let (stat, digest) = digest.map_err(|error| self.failed(path, &error))?;
        let mut account = self.account.borrow_mut();
        let seen = account.at(path);
        seen.saw(Some(stat));
        seen.has(digest);
        Ok(Some(digest))
    }

    fn prefetch(&self, paths: &[&Utf8Path]) {
        let root = &self.root;
        let fetched = in_parts(paths, WORTH_THREADS, |path| fetch(root, path));
        let mut account = self.account.borrow_mut();
        for (path, fetched) in paths.iter().zip(fetched) {
            // What is wrong with it is told when it is asked for.
            let Ok(Some(fetched)) = fetched else { continue };
            let seen = account.at(path);
            // What was seen of a file before stays what is said of it.
            let kind = fetched.stat.kind();
            let same = seen.stat.is_none() || seen.stat.thing().map(Stat::kind) == Some(kind);
            seen.saw(Some(fetched.stat));
            if same && seen.digest.is_none() {
                seen.has(fetched.digest);
                seen.fetched = Some(fetched.bytes);
            }
        }
    }

    fn canonical(&self, path: &Utf8Path) -> Result<Utf8PathBuf, TreeError> {
        if let Some(known) = &self.account.borrow_mut().at(path).led().canonical {
            return Ok(known.clone());
        }
        let found = match self.root.join(path).canonicalize_utf8() {
            Ok(found) => found,
            // That it leads nowhere is an answer.
            Err(error) if is_absent(&error) => return Err(unreadable(path, &error)),
            Err(error) => return Err(self.failed(path, &error)),
        };
        self.account.borrow_mut().at(path).canonical = Some(found.clone());
        Ok(found)
    }
}

/// What a directory says of a path. None: there is nothing.
pub(crate) fn attributes(path: &Utf8Path) -> io::Result<Option<Attributes>> {
    let look = || -> io::Result<Attributes> {
        let link = fs::symlink_metadata(path)?
            .is_symlink()
            .then(|| fs::read_link(path))
            .transpose()?;
        let found = fs::metadata(path)?;
        Ok(Attributes {
            mode: found.permissions().mode() & 0o7777,
            link: link.map(|link| link.to_string_lossy().into_owned()),
            is_dir: found.is_dir(),
        })
    };
    match look() {
        Ok(attributes) => Ok(Some(attributes)),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A file below what is not a directory is as absent as one that isn't there, and so is
/// one that a circle of links never leads to.
pub(crate) fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    ) || error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error())
}

fn unreadable(path: &Utf8Path, error: &io::Error) -> TreeError {
    TreeError::Unreadable {
        path: path.to_owned(),
        reason: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_passes_over_what_tools_keep_for_themselves() {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(dir.path().to_owned()).unwrap();
        fs::create_dir(root.join(".infra")).unwrap();
        fs::write(root.join(".infra/index"), "x").unwrap();
        fs::write(root.join("site.yml"), "x").unwrap();
        let tree = FsTree::new(&root);
        let names: Vec<String> = tree
            .list("".into())
            .unwrap()
            .unwrap()
            .into_iter()
            .map(|entry| entry.name)
            .collect();
        assert_eq!(names, ["site.yml"]);
        assert!(
            tree.read(".infra/index".into()).unwrap().is_some(),
            "named, it is found"
        );
    }

    #[test]
    fn links_are_followed_and_a_circle_of_them_is_absent() {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(dir.path().to_owned()).unwrap();
        fs::create_dir(root.join("a")).unwrap();
        fs::write(root.join("a/file"), "x").unwrap();
        std::os::unix::fs::symlink("a/file", root.join("link")).unwrap();
        std::os::unix::fs::symlink("b", root.join("c")).unwrap();
        std::os::unix::fs::symlink("c", root.join("b")).unwrap();
        let tree = FsTree::new(&root);
        assert_eq!(
            tree.read("link".into()).unwrap().as_deref(),
            Some(&b"x"[..])
        );
        assert_eq!(
            tree.digest("link".into()).unwrap(),
            tree.digest("a/file".into()).unwrap()
        );
        assert_eq!(tree.kind("b".into()).unwrap(), None);
        assert_eq!(tree.kind("a/file/below".into()).unwrap(), None);
        assert_eq!(tree.list("".into()).unwrap().unwrap().len(), 4);
        assert_eq!(tree.list("none".into()).unwrap(), None);
    }
}
