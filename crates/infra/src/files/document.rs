//! Reading a document of any size, fast, and safe against a file that changes meanwhile.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::ops::Deref;

use camino::{Utf8Path, Utf8PathBuf};

use super::mapping::Mapping;

/// The bytes of a file. Until they are dropped, a program that wants to write to a large
/// file may have to wait.
pub struct Bytes(Memory);

impl Bytes {
    /// Gives back the memory of a large file, whose bytes stay readable: once it is known where
    /// everything stands in a document, less of it is needed at a time.
    pub(crate) fn release(&self) {
        match &self.0 {
            Memory::Read(_) => {}
            Memory::Mapped(mapping) => mapping.release(),
        }
    }
}

enum Memory {
    Read(Vec<u8>),
    Mapped(Mapping),
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Memory::Read(bytes) => bytes,
            Memory::Mapped(mapping) => mapping,
        }
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bytes")
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

/// A file that can't be read.
#[derive(Debug, thiserror::Error)]
#[error("can't read {path}")]
pub struct ReadError {
    /// The file
    pub path: Utf8PathBuf,
    /// Why
    #[source]
    pub source: io::Error,
}

/// Reads a file, or standard input for `-`.
pub fn read(path: &Utf8Path) -> Result<Bytes, ReadError> {
    read_bytes(path).map_err(|source| ReadError {
        path: path.to_owned(),
        source,
    })
}

fn read_bytes(path: &Utf8Path) -> io::Result<Bytes> {
    if path == "-" {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes)?;
        return Ok(Bytes(Memory::Read(bytes)));
    }
    read_open(File::open(path)?)
}

/// Reads a file that is open, from its start.
pub(crate) fn read_open(mut file: File) -> io::Result<Bytes> {
    const LARGE: u64 = 1 << 20;
    let mut bytes = Vec::new();
    let metadata = file.metadata()?;
    if metadata.is_file() && metadata.len() >= LARGE {
        match Mapping::new(file) {
            Ok(mapping) => return Ok(Bytes(Memory::Mapped(mapping))),
            Err(unmapped) => file = unmapped,
        }
    }
    file.read_to_end(&mut bytes)?;
    Ok(Bytes(Memory::Read(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_file_is_read_whole_also_while_somebody_may_write_to_it() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let path = Utf8Path::from_path(file.path()).unwrap();
        let bytes: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
        std::fs::write(path, &bytes).unwrap();
        let read_now = read(path).unwrap();
        assert!(matches!(read_now.0, Memory::Read(_)) && *read_now == bytes);
        let path = file.into_temp_path();
        let read_now = read(Utf8Path::from_path(&path).unwrap()).unwrap();
        assert!(matches!(read_now.0, Memory::Mapped(_)) == cfg!(target_os = "linux"));
        assert!(*read_now == bytes);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let error = read(Utf8Path::new("/no/such/file")).err().unwrap();
        assert_eq!(error.to_string(), "can't read /no/such/file");
    }
}
