//! The content of a file in memory without a copy, while the kernel keeps writers away.

use std::fs::File;
use std::io;
use std::ops::Deref;

use memmap2::Mmap;

/// The bytes of a file that nobody can change while they are looked at.
///
/// Reading a large file is half of the time that a document takes: the kernel clears pages
/// and copies into them. A map takes none of it, but another program that cuts the file off
/// would end this one with a signal. A *read lease* ([fcntl_locking(2)][lease]) rules that
/// out: it is granted only while nobody has the file open for writing, and whoever wants
/// to waits until it is given back.
///
/// [lease]: https://man7.org/linux/man-pages/man2/F_GETLEASE.2const.html
#[derive(Debug)]
pub(super) struct Mapping {
    // In this order: the lease is given back after the map is gone.
    map: Mmap,
    _leased: File,
}

impl Mapping {
    /// Maps `file`, or gives it back where that can't be made safe: somebody writes to it,
    /// it is another user's, or it is in a place without leases, such as a network share.
    pub(super) fn new(file: File) -> Result<Self, File> {
        if lease(&file).is_err() {
            return Err(file);
        }
        match map(&file) {
            Ok(map) => Ok(Self { map, _leased: file }),
            Err(_) => Err(file),
        }
    }

    /// Gives back the memory that the bytes take which were looked at. When they are looked at
    /// again, the kernel maps them again.
    pub(super) fn release(&self) {
        if let Err(error) = release(&self.map) {
            tracing::debug!(%error, "the pages of a document stay in memory");
        }
    }
}

impl Deref for Mapping {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.map
    }
}

#[expect(unsafe_code, reason = "only a lease makes a map of a file safe")]
fn map(leased: &File) -> io::Result<Mmap> {
    // SAFETY: the bytes must not change while they are mapped. The lease keeps every
    // process from opening the file for writing and from cutting it off.
    unsafe { Mmap::map(leased) }
}

#[cfg(unix)]
#[expect(unsafe_code, reason = "not every map may lose its pages")]
fn release(map: &Mmap) -> io::Result<()> {
    // SAFETY: the map is of a file and for reading alone, so that nothing was ever written to
    // its pages, and each is again what the file has there.
    unsafe { map.unchecked_advise(memmap2::UncheckedAdvice::DontNeed) }
}

#[cfg(not(unix))]
fn release(_: &Mmap) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Takes a read lease, which ends when the file is closed.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "no crate has a safe way to take a lease")]
fn lease(file: &File) -> io::Result<()> {
    use std::os::fd::AsRawFd as _;

    // `F_SETSIG` of asm-generic/fcntl.h, which libc lacks.
    const SET_SIGNAL: libc::c_int = 10;
    let set = |command, argument: libc::c_int| {
        // SAFETY: both commands take an integer and touch no memory; the file is open.
        match unsafe { libc::fcntl(file.as_raw_fd(), command, argument) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    };
    // Whoever wants to write makes the kernel tell us. By default that is SIGIO, which ends
    // a program; this one is ignored unless a program asks for it.
    set(SET_SIGNAL, libc::SIGURG)?;
    set(libc::F_SETLEASE, libc::F_RDLCK)
}

#[cfg(not(target_os = "linux"))]
fn lease(_: &File) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::fs::OpenOptions;
    use std::os::unix::fs::OpenOptionsExt as _;

    use super::*;

    #[test]
    fn nobody_can_write_to_a_file_while_it_is_mapped() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "content").unwrap();
        let path = file.into_temp_path();
        let write = || {
            OpenOptions::new()
                .write(true)
                .truncate(true)
                .custom_flags(libc::O_NONBLOCK)
                .open(&path)
        };
        let mapping = Mapping::new(File::open(&path).unwrap()).unwrap();
        assert_eq!(&*mapping, b"content");
        mapping.release();
        let refused = write().unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::WouldBlock);
        assert_eq!(&*mapping, b"content");
        drop(mapping);
        let writer = write().unwrap();
        assert!(Mapping::new(File::open(&path).unwrap()).is_err());
        drop(writer);
    }
}
