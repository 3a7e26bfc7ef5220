//! How files are seen: a read-only tree that the caller provides.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A blake3 digest.
pub type Digest = blake3::Hash;

/// A read-only view of files.
///
/// Paths are lexically normal (no `.` or `..`, no trailing slash). A relative path is
/// below the directory of `infra.hcl`, which itself is the empty path; an absolute path
/// is outside of it. An implementation follows symbolic links.
pub trait Tree {
    /// Reads a file. None: there is no such file, or it isn't a regular one.
    fn read(&self, path: &Utf8Path) -> Result<Option<Arc<[u8]>>, TreeError>;

    /// Lists a directory, in any order. None: there is no such directory.
    fn list(&self, dir: &Utf8Path) -> Result<Option<Vec<Entry>>, TreeError>;

    /// What stands at a path, after following links. None: nothing, or a broken link.
    fn kind(&self, path: &Utf8Path) -> Result<Option<Kind>, TreeError>;

    /// What a directory says of a path, whose content apart. None: there is nothing.
    fn attributes(&self, path: &Utf8Path) -> Result<Option<Attributes>, TreeError>;

    /// The digest of a file's content. An implementation may know it without reading.
    fn digest(&self, path: &Utf8Path) -> Result<Option<Digest>, TreeError> {
        Ok(self.read(path)?.map(|bytes| blake3::hash(&bytes)))
    }

    /// Says which files will be asked for next, so that an implementation can fetch them
    /// together. Whatever goes wrong shows when they are asked for.
    fn prefetch(&self, paths: &[&Utf8Path]) {
        let _ = paths;
    }

    /// The path with all links resolved, by which a cycle of links is noticed.
    fn canonical(&self, path: &Utf8Path) -> Result<Utf8PathBuf, TreeError> {
        Ok(path.to_owned())
    }
}

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    /// A regular file
    File {
        /// Its size in bytes
        len: u64,
    },
    /// A directory
    Dir,
    /// A socket, a device, a pipe
    Other,
}

/// What a directory says of a file or directory, its content apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attributes {
    /// The permission bits, after following links
    pub mode: u32,
    /// Where it leads, as written, if it is a link
    pub link: Option<String>,
    /// Whether a directory stands there, after following links
    pub is_dir: bool,
}

impl Attributes {
    /// The digest of its being there, as a directory or not, and of the mode and where it leads
    /// if these count.
    pub(crate) fn digest(&self, mode: bool, link: bool) -> Digest {
        let kind = if self.is_dir { "directory" } else { "file" };
        let mode = mode.then(|| format!("{:04o}", self.mode));
        let link = self.link.as_deref().filter(|_| link);
        let (mode, link) = (mode.unwrap_or_default(), link.unwrap_or_default());
        blake3::hash(format!("{kind} {mode} {link}").as_bytes())
    }
}

/// One name in a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name; with replacement characters if it isn't UTF-8
    pub name: String,
    /// What it is, after following links. None: a broken link
    pub kind: Option<Kind>,
    /// Whether `name` is the true name. A name that isn't UTF-8 can't be looked up.
    pub exact: bool,
}

/// A file or directory that is there and can't be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TreeError {
    /// The operating system refused
    #[error("cannot read {path}: {reason}")]
    Unreadable {
        /// The file or directory
        path: Utf8PathBuf,
        /// What the operating system said
        reason: String,
    },
    /// The file is larger than the tree is willing to read
    #[error("{path} is too large to read: {len} bytes")]
    TooLarge {
        /// The file
        path: Utf8PathBuf,
        /// Its size in bytes
        len: u64,
    },
}
