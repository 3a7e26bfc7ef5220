//! What the file system says of a file without opening it, and when that can be believed.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;

use infra_core::ansible::Kind;
use serde::{Deserialize, Serialize};

/// Nothing that is read as YAML or a template comes near this; larger files are digested
/// without being read into memory.
pub(super) const LARGEST: u64 = 64 << 20;

/// A file is not believed before it has been as it is for so long, in nanoseconds.
///
/// Two writes in one tick of the file system's clock have the same times; FAT's ticks are two
/// seconds. And a program that has mapped a file into memory moves the times when it first writes
/// to a page, and not again until the kernel has written that page to the disk, which it does
/// after 35 seconds at the latest (`vm.dirty_expire_centisecs` and `vm.dirty_writeback_centisecs`).
pub(crate) const BELIEVED_AFTER: i128 = 60_000_000_000;

/// What tells one content of a file from another without reading it.
///
/// The time of status change is what counts: no program can set it, and the kernel moves it
/// with every write, rename, link and change of mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stat {
    pub(crate) dev: u64,
    pub(crate) ino: u64,
    pub(crate) mode: u32,
    pub(crate) size: u64,
    /// Nanoseconds since the epoch
    pub(crate) modified: i128,
    /// Nanoseconds since the epoch
    pub(crate) changed: i128,
}

impl Stat {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        Self {
            dev: metadata.dev(),
            ino: metadata.ino(),
            mode: metadata.mode(),
            size: metadata.size(),
            modified: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
            changed: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    /// Whether another write after `at` would show: one in the same tick of the clock as the
    /// last doesn't. Git calls the other files
    /// [racy](https://git-scm.com/docs/racy-git). A time that is yet to come tells nothing.
    pub(crate) fn settled_by(&self, at: i128) -> bool {
        self.modified.max(self.changed) < at - BELIEVED_AFTER
    }

    /// What stands there.
    pub(crate) fn kind(&self) -> Kind {
        match self.mode & 0o170_000 {
            0o100_000 => Kind::File { len: self.size },
            0o040_000 => Kind::Dir,
            _ => Kind::Other,
        }
    }
}

impl From<&rustix::fs::Stat> for Stat {
    fn from(found: &rustix::fs::Stat) -> Self {
        Self {
            dev: found.st_dev,
            ino: found.st_ino,
            mode: found.st_mode,
            size: u64::try_from(found.st_size).unwrap_or_default(),
            modified: nanoseconds(found.st_mtime, found.st_mtime_nsec),
            changed: nanoseconds(found.st_ctime, found.st_ctime_nsec),
        }
    }
}

fn nanoseconds(seconds: i64, rest: impl Into<i128>) -> i128 {
    i128::from(seconds) * 1_000_000_000 + rest.into()
}

/// What a listing says of a name, in one byte. The size counts only as far as it decides
/// whether a file is read at all.
pub(crate) fn class(kind: Option<Kind>) -> u8 {
    match kind {
        None => b'-',
        Some(Kind::Dir) => b'd',
        Some(Kind::Other) => b'o',
        Some(Kind::File { len }) if len > LARGEST => b'F',
        Some(Kind::File { .. }) => b'f',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_this_moment_or_of_the_future_is_not_settled() {
        let second = 1_000_000_000;
        let stat = |modified, changed| Stat {
            dev: 1,
            ino: 2,
            mode: 0o100_644,
            size: 3,
            modified,
            changed,
        };
        assert!(stat(0, 39 * second).settled_by(100 * second));
        assert!(!stat(0, 40 * second).settled_by(100 * second));
        assert!(!stat(0, 101 * second).settled_by(100 * second));
        assert!(
            !stat(999 * second, 0).settled_by(100 * second),
            "mtime of the future"
        );
    }
}
