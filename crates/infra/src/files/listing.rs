//! What is in a directory: names, and what stands there.

use std::ffi::{CStr, CString, OsStr};
use std::io;
use std::os::unix::ffi::OsStrExt as _;

use camino::Utf8Path;
use infra_core::ansible::Digest;
use rustix::fd::OwnedFd;
use rustix::fs::{AtFlags, Dir, Mode, OFlags};
use rustix::io::Errno;

use super::stat::Stat;

/// So many names of one directory are looked at by one thread.
pub(crate) const PART: usize = 1024;

/// What stands at a path can't be told.
#[derive(Debug)]
pub(crate) struct Unknown;

/// What stands at a path. None: nothing, or a link that leads nowhere.
pub(crate) type Found = Result<Option<Stat>, Unknown>;

/// All names in a directory, in no order. None: there is no directory.
pub(crate) fn names_in(dir: &Utf8Path) -> io::Result<Option<Vec<CString>>> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let opened = match rustix::fs::open(dir.as_std_path(), flags, Mode::empty()) {
        Ok(opened) => opened,
        Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let mut names = Vec::new();
    for entry in Dir::new(opened)? {
        let entry = entry?;
        let name = entry.file_name();
        if name != c"." && name != c".." {
            names.push(name.to_owned());
        }
    }
    Ok(Some(names))
}

/// Looks at names of a directory, following links.
pub(crate) fn look_in(dir: &Utf8Path, names: &[CString]) -> Vec<Found> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let everywhere = |found: fn() -> Found| names.iter().map(|_| found()).collect();
    match rustix::fs::open(dir.as_std_path(), flags, Mode::empty()) {
        Ok(opened) => names.iter().map(|name| stat(&opened, name)).collect(),
        Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => everywhere(|| Ok(None)),
        Err(_) => everywhere(|| Err(Unknown)),
    }
}

fn stat(dir: &OwnedFd, name: &CStr) -> Found {
    match rustix::fs::statat(dir, name, AtFlags::empty()) {
        Ok(found) => Ok(Some(Stat::from(&found))),
        Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => Ok(None),
        Err(_) => Err(Unknown),
    }
}

/// The digest of what a listing tells: each name, in order, with its
/// [`class`](super::stat::class).
pub(crate) fn listing_digest<'n>(names: impl Iterator<Item = (&'n OsStr, u8)>) -> Digest {
    let mut hasher = blake3::Hasher::new();
    for (name, class) in names {
        hasher.update(name.as_bytes()).update(&[b'/', class, b'\n']);
    }
    hasher.finalize()
}
