//! A fault at exactly one of the things that a command does to the world outside of it.

use camino::{Utf8Path, Utf8PathBuf};

/// The system calls by which a process changes what outlives it: names of files, their
/// durability, and new processes. Reading, and writing into a file that has no name yet, is
/// not among them: nobody else can tell whether it happened.
const EFFECTS: &str = "link,linkat,rename,renameat,renameat2,unlink,unlinkat,rmdir,mkdir,mkdirat,\
                       fsync,fdatasync,ftruncate,fork,vfork,clone,clone3";

/// The effects that can fail because a disk is full or broken. A process that can't be
/// started is another fault, and one that can't remove a file has nothing to lose.
const WRITES: &str = "link,linkat,rename,renameat,renameat2,mkdir,mkdirat,fsync,fdatasync";

/// What happens to a command at its nth effect. The first is number 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strike {
    /// It is killed before the effect takes place, which is right after the one before
    Kill(u32),
    /// Its nth write fails, as on a disk that is full
    DiskFull(u32),
    /// From its nth write on every write fails, as on a disk that is broken
    DiskBroken(u32),
}

impl Strike {
    /// The number of the effect.
    pub fn nth(self) -> u32 {
        match self {
            Self::Kill(nth) | Self::DiskFull(nth) | Self::DiskBroken(nth) => nth,
        }
    }

    /// The arguments that make strace deal this blow and note what it did in `log`:
    /// "Syscall tampering" in strace(1). Only the process itself is struck, none of its
    /// children.
    pub(crate) fn arguments(self, log: &Utf8Path) -> Vec<String> {
        let (effects, blow) = match self {
            Self::Kill(nth) => (EFFECTS, format!("signal=KILL:when={nth}")),
            Self::DiskFull(nth) => (WRITES, format!("error=ENOSPC:when={nth}")),
            Self::DiskBroken(nth) => (WRITES, format!("error=EIO:when={nth}+")),
        };
        let words = [
            "-qq",
            "-o",
            log.as_str(),
            "-e",
            &format!("trace={effects}"),
            "-e",
            &format!("inject={effects}:{blow}"),
            "--",
        ];
        words.map(str::to_owned).into()
    }

    /// Whether the blow fell, by strace's log: a command that ends before its nth effect is
    /// never struck.
    pub(crate) fn fell(self, log: &Utf8PathBuf) -> bool {
        let text = std::fs::read(log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        match self {
            Self::Kill(_) => text.contains("+++ killed by SIGKILL +++"),
            Self::DiskFull(_) | Self::DiskBroken(_) => text.contains("(INJECTED)"),
        }
    }
}
