//! The files of a project, as the search for inputs sees them.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::fs::{self, File, Metadata};
use std::io::{self, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use infra_core::ansible::{Attributes, Digest, Entry, Kind, Tree, TreeError};

/// Directories that tools keep for themselves, and change on their own. A search that goes
/// by directory passes over them, or each run would be a reason for the next; a path that
/// names a file in one of them finds it all the same.
const KEPT_BY_TOOLS: [&str; 3] = [".infra", ".git", ".terraform"];

/// Files below a directory, looked at once each: what a decision rests on must not change
/// half-way through it.
#[derive(Debug)]
pub struct FsTree {
    root: Utf8PathBuf,
    kinds: RefCell<HashMap<String, Option<Kind>>>,
    lists: RefCell<HashMap<String, Option<Vec<Entry>>>>,
    digests: RefCell<HashMap<String, Digest>>,
    /// Content that was fetched ahead of being asked for
    fetched: RefCell<HashMap<String, Arc<[u8]>>>,
    /// The names in each listed directory in lower case, to tell what is not there
    names: RefCell<HashMap<String, HashSet<String>>>,
}

impl FsTree {
    /// The files below this directory, which relative paths start from.
    pub fn new(root: impl Into<Utf8PathBuf>) -> Self {
        Self {
            root: root.into(),
            kinds: RefCell::default(),
            lists: RefCell::default(),
            digests: RefCell::default(),
            fetched: RefCell::default(),
            names: RefCell::default(),
        }
    }

    fn look(&self, path: &Utf8Path) -> Result<Option<Kind>, TreeError> {
        match fs::metadata(self.root.join(path)) {
            Ok(metadata) => Ok(Some(kind(&metadata))),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(unreadable(path, &error)),
        }
    }

    fn entries(&self, dir: &Utf8Path) -> Result<Option<Vec<Entry>>, TreeError> {
        let listing = match fs::read_dir(self.root.join(dir)) {
            Ok(listing) => listing,
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(unreadable(dir, &error)),
        };
        let mut names = Vec::new();
        for entry in listing {
            let entry = entry.map_err(|error| unreadable(dir, &error))?;
            if !KEPT_BY_TOOLS.iter().any(|kept| entry.file_name() == *kept) {
                names.push(entry.path());
            }
        }
        let entries = in_parts(&names, |path| {
            let name = path.file_name().unwrap_or_default();
            Entry {
                // A link that leads nowhere, or where this user may not look, is no file to Ansible.
                kind: fs::metadata(path).ok().map(|metadata| kind(&metadata)),
                exact: name.to_str().is_some(),
                name: name.to_string_lossy().into_owned(),
            }
        });
        self.remember(dir, &entries);
        Ok(Some(entries))
    }

    /// What a listing says of the paths in it.
    fn remember(&self, dir: &Utf8Path, entries: &[Entry]) {
        let mut kinds = self.kinds.borrow_mut();
        for entry in entries.iter().filter(|entry| entry.exact) {
            if entry.kind.is_some() {
                let path = dir.join(&entry.name).into_string();
                kinds.entry(path).or_insert(entry.kind);
            }
        }
        let names = entries.iter().map(|entry| entry.name.to_ascii_lowercase());
        self.names
            .borrow_mut()
            .insert(dir.to_string(), names.collect());
    }

    /// Whether a listing tells that there is nothing of this name, however the file system
    /// takes upper and lower case.
    fn is_unlisted(&self, path: &Utf8Path) -> bool {
        let (Some(dir), Some(name)) = (path.parent(), path.file_name()) else {
            return false;
        };
        let names = self.names.borrow();
        let Some(listed) = names.get(dir.as_str()) else {
            return false;
        };
        name.is_ascii()
            && !KEPT_BY_TOOLS.contains(&name)
            && !listed.contains(&name.to_ascii_lowercase())
    }
}

/// Nothing that is read as YAML or a template comes near this; larger files are digested
/// without being read into memory.
const LARGEST: u64 = 64 << 20;

/// A file that was read ahead.
struct Fetched {
    kind: Kind,
    digest: Digest,
    bytes: Arc<[u8]>,
}

/// Reads a file, if it is one that is read at all.
fn fetch(root: &Utf8Path, path: &Utf8Path) -> Option<Fetched> {
    let mut file = File::open(root.join(path)).ok()?;
    let metadata = file.metadata().ok()?;
    if !metadata.is_file() || metadata.len() > LARGEST {
        return None;
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).ok()? + 1);
    file.read_to_end(&mut bytes).ok()?;
    Some(Fetched {
        kind: kind(&metadata),
        digest: blake3::hash(&bytes),
        bytes: bytes.into(),
    })
}

/// Does the same with many things, a part of them on each of several threads, and returns
/// what came out in the order of the things.
fn in_parts<T: Sync, R: Send>(things: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    /// Fewer are done before a thread has started.
    const WORTH_THREADS: usize = 256;
    const THREADS: usize = 4;
    if things.len() < WORTH_THREADS {
        return things.iter().map(work).collect();
    }
    let work = &work;
    std::thread::scope(|scope| {
        let parts = things.chunks(things.len().div_ceil(THREADS));
        let workers: Vec<_> = parts
            .map(|part| scope.spawn(move || part.iter().map(work).collect::<Vec<R>>()))
            .collect();
        let done = workers.into_iter().map(|worker| match worker.join() {
            Ok(done) => done,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        done.flatten().collect()
    })
}

impl Tree for FsTree {
    fn read(&self, path: &Utf8Path) -> Result<Option<Arc<[u8]>>, TreeError> {
        if let Some(bytes) = self.fetched.borrow_mut().remove(path.as_str()) {
            return Ok(Some(bytes));
        }
        let Some(Kind::File { len, .. }) = self.kind(path)? else {
            return Ok(None);
        };
        if len > LARGEST {
            return Err(TreeError::TooLarge {
                path: path.to_owned(),
                len,
            });
        }
        let bytes = fs::read(self.root.join(path)).map_err(|error| unreadable(path, &error))?;
        self.digests
            .borrow_mut()
            .entry(path.to_string())
            .or_insert_with(|| blake3::hash(&bytes));
        Ok(Some(bytes.into()))
    }

    fn list(&self, dir: &Utf8Path) -> Result<Option<Vec<Entry>>, TreeError> {
        if let Some(known) = self.lists.borrow().get(dir.as_str()) {
            return Ok(known.clone());
        }
        let entries = self.entries(dir)?;
        self.lists
            .borrow_mut()
            .insert(dir.to_string(), entries.clone());
        Ok(entries)
    }

    fn kind(&self, path: &Utf8Path) -> Result<Option<Kind>, TreeError> {
        if let Some(known) = self.kinds.borrow().get(path.as_str()) {
            return Ok(*known);
        }
        let kind = if self.is_unlisted(path) {
            None
        } else {
            self.look(path)?
        };
        self.kinds.borrow_mut().insert(path.to_string(), kind);
        Ok(kind)
    }

    fn attributes(&self, path: &Utf8Path) -> Result<Option<Attributes>, TreeError> {
        let whole = self.root.join(path);
        let look = || -> io::Result<Attributes> {
            let link = fs::symlink_metadata(&whole)?
                .is_symlink()
                .then(|| fs::read_link(&whole))
                .transpose()?;
            Ok(Attributes {
                mode: fs::metadata(&whole)?.permissions().mode() & 0o7777,
                link: link.map(|link| link.to_string_lossy().into_owned()),
            })
        };
        match look() {
            Ok(attributes) => Ok(Some(attributes)),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(unreadable(path, &error)),
        }
    }

    fn digest(&self, path: &Utf8Path) -> Result<Option<Digest>, TreeError> {
        if let Some(known) = self.digests.borrow().get(path.as_str()) {
            return Ok(Some(*known));
        }
        let Some(Kind::File { .. }) = self.kind(path)? else {
            return Ok(None);
        };
        let mut hasher = blake3::Hasher::new();
        File::open(self.root.join(path))
            .and_then(|file| hasher.update_reader(file).map(|hasher| hasher.finalize()))
            .map(|digest| {
                self.digests.borrow_mut().insert(path.to_string(), digest);
                Some(digest)
            })
            .map_err(|error| unreadable(path, &error))
    }

    fn prefetch(&self, paths: &[&Utf8Path]) {
        let root = &self.root;
        let fetched = in_parts(paths, |path| fetch(root, path));
        let mut kinds = self.kinds.borrow_mut();
        let mut digests = self.digests.borrow_mut();
        let mut ready = self.fetched.borrow_mut();
        for (path, fetched) in paths.iter().zip(fetched) {
            // What was seen of a file before stays what is said of it.
            let Some(fetched) = fetched else { continue };
            let seen = kinds.entry(path.to_string()).or_insert(Some(fetched.kind));
            if *seen == Some(fetched.kind) && !digests.contains_key(path.as_str()) {
                digests.insert(path.to_string(), fetched.digest);
                ready.insert(path.to_string(), fetched.bytes);
            }
        }
    }

    fn canonical(&self, path: &Utf8Path) -> Result<Utf8PathBuf, TreeError> {
        self.root
            .join(path)
            .canonicalize_utf8()
            .map_err(|error| unreadable(path, &error))
    }
}

fn kind(metadata: &Metadata) -> Kind {
    if metadata.is_file() {
        Kind::File {
            len: metadata.len(),
        }
    } else if metadata.is_dir() {
        Kind::Dir
    } else {
        Kind::Other
    }
}

/// A file below what is not a directory is as absent as one that isn't there, and so is
/// one that a circle of links never leads to.
fn is_absent(error: &io::Error) -> bool {
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
        fs::write(root.join(".infra/index.json"), "x").unwrap();
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
            tree.read(".infra/index.json".into()).unwrap().is_some(),
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
