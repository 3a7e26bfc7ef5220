//! Writing files so that nobody ever sees half of one, and nobody else sees them at all.

use std::fs::{DirBuilder, File};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;

use camino::Utf8Path;

/// Whether [`create`] made the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// It did
    New,
    /// There was one of this name already, which is as it was
    Taken,
}

/// Makes a directory that only its owner may enter, and those above it.
pub fn private_dir(path: &Utf8Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Makes a file with this content if there is none of this name, all or nothing, and
/// durable when this returns.
pub fn create(path: &Utf8Path, bytes: &[u8]) -> io::Result<Created> {
    let dir = parent(path);
    // tempfile opens with O_EXCL and mode 0600. A hard link refuses an existing name,
    // where a rename would replace it.
    let file = written(dir, bytes)?;
    match std::fs::hard_link(file.path(), path) {
        Ok(()) => sync_dir(dir).map(|()| Created::New),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(Created::Taken),
        Err(error) => Err(error),
    }
}

/// Makes or replaces a file, all or nothing, and durable when this returns.
pub fn replace(path: &Utf8Path, bytes: &[u8]) -> io::Result<()> {
    let dir = parent(path);
    written(dir, bytes)?
        .persist(path)
        .map_err(|error| error.error)?;
    sync_dir(dir)
}

/// The same without waiting for the disk, for what can be made again: after a loss of power the
/// file can be the old one, empty or a part.
pub fn replace_unsynced(path: &Utf8Path, bytes: &[u8]) -> io::Result<()> {
    let file = new(parent(path), bytes)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

fn written(dir: &Utf8Path, bytes: &[u8]) -> io::Result<tempfile::NamedTempFile> {
    let file = new(dir, bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

fn new(dir: &Utf8Path, bytes: &[u8]) -> io::Result<tempfile::NamedTempFile> {
    let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(dir)?;
    file.write_all(bytes)?;
    Ok(file)
}

fn sync_dir(dir: &Utf8Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

fn parent(path: &Utf8Path) -> &Utf8Path {
    match path.parent() {
        Some(dir) if !dir.as_str().is_empty() => dir,
        _ => Utf8Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_file_is_made_once_and_is_private() {
        let dir = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(dir.path()).unwrap().join("record");
        assert_eq!(create(&path, b"one").unwrap(), Created::New);
        assert_eq!(create(&path, b"two").unwrap(), Created::Taken);
        assert_eq!(std::fs::read(&path).unwrap(), b"one");
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        replace(&path, b"three").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"three");
        assert_eq!(
            std::fs::read_dir(dir.path()).unwrap().count(),
            1,
            "no temporary file stays behind"
        );
    }
}
