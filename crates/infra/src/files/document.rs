//! Reading a document of any size, fast, and safe against a file that changes meanwhile.

use std::fs::File;
use std::io::{self, Read as _};
use std::ops::Deref;

use camino::{Utf8Path, Utf8PathBuf};
use memmap2::{Advice, MmapMut, MmapOptions};

/// The bytes of a file.
///
/// Large files go into memory that asks for huge pages: with ordinary pages the page
/// faults cost more than the reading. The file itself is not mapped, because another
/// program may cut it off while it is read, and that would end this one with a signal.
pub struct Bytes(Memory);

enum Memory {
    Small(Vec<u8>),
    Large { map: MmapMut, length: usize },
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Memory::Small(bytes) => bytes,
            Memory::Large { map, length } => map.get(..*length).unwrap_or_default(),
        }
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
    const LARGE: usize = 4 << 20;
    if path == "-" {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes)?;
        return Ok(Bytes(Memory::Small(bytes)));
    }
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    let expected = usize::try_from(metadata.len()).map_err(io::Error::other)?;
    if !metadata.is_file() || expected < LARGE {
        let mut bytes = Vec::with_capacity(expected);
        file.read_to_end(&mut bytes)?;
        return Ok(Bytes(Memory::Small(bytes)));
    }
    let mut map = MmapOptions::new().len(expected).map_anon()?;
    // Only a wish: a kernel without huge pages is slower, not wrong.
    drop(map.advise(Advice::HugePage));
    let mut length = 0;
    while let Some(rest) = map.get_mut(length..).filter(|rest| !rest.is_empty()) {
        match file.read(rest) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Bytes(Memory::Large { map, length }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_file_is_read_whole() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let bytes: Vec<u8> = (0..5_000_000_u32).map(|n| (n % 251) as u8).collect();
        std::fs::write(file.path(), &bytes).unwrap();
        assert!(*read(Utf8Path::from_path(file.path()).unwrap()).unwrap() == bytes);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let error = read(Utf8Path::new("/no/such/file")).err().unwrap();
        assert_eq!(error.to_string(), "can't read /no/such/file");
    }
}
