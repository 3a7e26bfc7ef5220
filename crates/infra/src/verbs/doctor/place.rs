//! The directories that runs write to.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::time::{Duration, SystemTime};

use camino::{Utf8Path, Utf8PathBuf};
use infra_core::hint::Hint as _;
use rustix::fs::{Access, access, statvfs};

use super::answer::{Check, Status};
use crate::Project;
use crate::secret_key;

/// Whether the directory of the ledger can be written to, and is private.
pub(super) fn directory(project: &Project) -> Check {
    const NAME: &str = "state directory";
    let dir = project.state_dir();
    let there = existing(&dir);
    if let Err(error) = access(there.as_std_path(), Access::WRITE_OK | Access::EXEC_OK) {
        return Check::new(
            NAME,
            Status::Error,
            format!("{there} can't be written to: {error}"),
        )
        .hint(format!("make {there} writable for whoever runs infra"));
    }
    if there != dir {
        return Check::new(
            NAME,
            Status::Ok,
            format!("{dir} is made by the first apply"),
        );
    }
    let mode = dir
        .metadata()
        .map(|found| found.permissions().mode() & 0o777);
    match mode {
        Ok(mode) if mode & 0o077 != 0 => Check::new(
            NAME,
            Status::Warning,
            format!("others on this machine have access to {dir} (mode {mode:o})"),
        )
        .hint(format!(
            "chmod 700 {dir}: it holds copies of templates and the key for secrets"
        )),
        _ => Check::new(NAME, Status::Ok, format!("{dir} is writable and private")),
    }
}

/// Whether the key for secret values can be read. None where it can, or is yet to be made.
pub(super) fn key(project: &Project) -> Option<Check> {
    let error = secret_key::read(&project.state_dir()).err()?;
    let message = format!("{error}: {}", error.source);
    Some(Check::new("key", Status::Error, message).hints(error.hints()))
}

/// Whether there is room for records, and for the files of a run.
pub(super) fn space(project: &Project) -> Check {
    const NAME: &str = "free space";
    const MUCH: u64 = 100 << 20;
    const LITTLE: u64 = 10 << 20;
    let temporary = Utf8PathBuf::from_path_buf(std::env::temp_dir()).unwrap_or_default();
    let least = [existing(&project.state_dir()), temporary]
        .into_iter()
        .filter_map(|dir| {
            let found = statvfs(dir.as_std_path()).ok()?;
            Some((found.f_bavail.saturating_mul(found.f_frsize), dir))
        })
        .min();
    let Some((free, dir)) = least else {
        return Check::new(NAME, Status::Warning, "it can't be told");
    };
    let message = format!("{} MiB in {dir}", free >> 20);
    match free {
        free if free < LITTLE => Check::new(NAME, Status::Error, message)
            .hint("a run that can't write its records stops: free some space"),
        free if free < MUCH => Check::new(NAME, Status::Warning, message).hint("free some space"),
        _ => Check::new(NAME, Status::Ok, message),
    }
}

/// Directories of runs that were killed. They can hold a plan, and so secrets.
pub(super) fn leftovers() -> Check {
    const NAME: &str = "leftovers";
    // No run takes longer without touching its directory.
    const OLD: Duration = Duration::from_hours(24);
    let temporary = std::env::temp_dir();
    let me = rustix::process::getuid().as_raw();
    let found: Vec<String> = std::fs::read_dir(&temporary)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("infra-"))
        .filter(|entry| {
            entry.metadata().is_ok_and(|found| {
                let age = found
                    .modified()
                    .ok()
                    .and_then(|then| SystemTime::now().duration_since(then).ok());
                let private = found.permissions().mode() & 0o777 == 0o700;
                found.is_dir() && found.uid() == me && private && age > Some(OLD)
            })
        })
        .map(|entry| entry.path().display().to_string())
        .collect();
    if found.is_empty() {
        return Check::new(NAME, Status::Ok, "no run has left files behind");
    }
    Check::new(
        NAME,
        Status::Warning,
        format!(
            "killed runs have left files behind, secrets perhaps: {}",
            found.join(", ")
        ),
    )
    .hint(format!("rm -r {}", found.join(" ")))
}

/// The directory, or the nearest above it that is there.
fn existing(dir: &Utf8Path) -> Utf8PathBuf {
    dir.ancestors()
        .find(|dir| dir.is_dir())
        .unwrap_or(dir)
        .to_owned()
}
