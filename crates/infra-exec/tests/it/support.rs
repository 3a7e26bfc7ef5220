//! What the tests of this crate share: tools, files, and waiting for a condition.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use infra_exec::process::{Interrupt, Runner};
use infra_exec::tools::{Tool, locate};

/// A tool on PATH. Without it the test can't say anything, so it fails.
pub(crate) fn tool(tool: Tool) -> PathBuf {
    locate(tool, None, Path::new("/")).unwrap_or_else(|error| {
        panic!("{error}; these tests need it on PATH (`cargo xtask test` sets it up)")
    })
}

pub(crate) fn runner() -> Runner {
    Runner::new(Interrupt::never())
}

/// Writes a file that can be run.
pub(crate) fn script(path: &Path, text: &str) -> PathBuf {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.to_owned()
}

/// Waits until `condition` holds, for at most 20 seconds.
pub(crate) async fn until(what: &str, condition: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !condition() {
        assert!(Instant::now() < end, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Whether a process is alive, zombies not counted.
pub(crate) fn alive(pid: i32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| {
        !stat
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .trim_start()
            .starts_with('Z')
    })
}

/// The process id that a script wrote to a file.
pub(crate) fn pid_in(path: &Path) -> Option<i32> {
    std::fs::read_to_string(path).ok()?.trim().parse().ok()
}
