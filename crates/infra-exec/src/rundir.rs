//! A private directory for the files of one run.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use infra_core::hint::Hint;
use rustix::fs::{FlockOperation, flock};
use tempfile::TempDir;

/// Why a file of a run could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum RunDirError {
    /// The directory could not be created
    #[error("cannot create a private directory in {}", parent.display())]
    Create {
        /// Where it should have been
        parent: PathBuf,
        /// Why
        source: io::Error,
    },
    /// A file could not be written
    #[error("cannot write {}", path.display())]
    Write {
        /// The file
        path: PathBuf,
        /// Why
        source: io::Error,
    },
}

impl Hint for RunDirError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Create { .. } => vec!["the directory must exist and be writable".to_owned()],
            Self::Write { source, .. } if source.kind() == io::ErrorKind::StorageFull => {
                vec!["free some space on this file system".to_owned()]
            }
            Self::Write { .. } => Vec::new(),
        }
    }
}

/// A directory with mode 0700, removed with all that is in it when this value is dropped.
///
/// Plans, states, inventories and extra variables hold secrets: they live here and nowhere else.
///
/// A killed run can't remove its own: the next one that makes a directory in the same place
/// does.
#[derive(Debug)]
pub struct RunDir {
    dir: TempDir,
    /// Locked as long as the process lives
    _owner: File,
}

/// What a directory of a run is called, before its random part.
const PREFIX: &str = "infra-";
/// The file in it that its process holds a lock on.
const OWNER: &str = "owner";
/// A directory that is younger may not have been locked yet, and the children of a run that
/// was just killed may not have ended.
const YOUNG: Duration = Duration::from_mins(1);

impl RunDir {
    /// Creates a directory of a random name in `parent`.
    pub fn create_in(parent: &Path) -> Result<Self, RunDirError> {
        clear(parent, YOUNG);
        let create = || {
            let dir = tempfile::Builder::new()
                .prefix(PREFIX)
                .permissions(std::fs::Permissions::from_mode(0o700))
                .tempdir_in(parent)?;
            let owner = File::options()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(dir.path().join(OWNER))?;
            flock(&owner, FlockOperation::NonBlockingLockExclusive)?;
            Ok(Self { dir, _owner: owner })
        };
        create().map_err(|source| RunDirError::Create {
            parent: parent.to_owned(),
            source,
        })
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// The path of a file in it, which need not exist.
    pub fn join(&self, name: impl AsRef<Path>) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes a new file of mode 0600. That it exists already is an error.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> Result<PathBuf, RunDirError> {
        let path = self.join(name);
        // create_new is O_EXCL, which follows no link either.
        File::options()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .and_then(|mut file| file.write_all(content.as_ref()))
            .map_err(|source| RunDirError::Write {
                path: path.clone(),
                source,
            })?;
        Ok(path)
    }

    /// Creates a directory of mode 0700 in it.
    pub fn subdir(&self, name: &str) -> Result<PathBuf, RunDirError> {
        use std::os::unix::fs::DirBuilderExt as _;
        let path = self.join(name);
        std::fs::DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .map_err(|source| RunDirError::Write {
                path: path.clone(),
                source,
            })?;
        Ok(path)
    }
}

/// Removes the directories of runs of this user that are gone. What can't be removed stays,
/// and `infra doctor` names it.
fn clear(parent: &Path, young: Duration) {
    for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
        if entry.file_name().as_bytes().starts_with(PREFIX.as_bytes())
            && is_abandoned(&entry.path(), young)
        {
            drop(std::fs::remove_dir_all(entry.path()));
        }
    }
}

fn is_abandoned(dir: &Path, young: Duration) -> bool {
    let mine = rustix::process::getuid().as_raw();
    let is_private = std::fs::symlink_metadata(dir).is_ok_and(|found| {
        found.is_dir() && found.uid() == mine && found.permissions().mode() & 0o777 == 0o700
    });
    if !is_private {
        return false;
    }
    let Ok(owner) = File::open(dir.join(OWNER)) else {
        return false;
    };
    let age = owner
        .metadata()
        .and_then(|found| found.modified())
        .ok()
        .and_then(|made| made.elapsed().ok());
    age >= Some(young) && flock(&owner, FlockOperation::NonBlockingLockExclusive).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn files_are_private_new_and_gone_with_the_directory() {
        let parent = tempfile::tempdir().unwrap();
        let run = RunDir::create_in(parent.path()).unwrap();
        let file = run.write("inventory.json", "{}").unwrap();
        let sub = run.subdir("plugins").unwrap();
        assert_eq!(
            (mode(run.path()), mode(&file), mode(&sub)),
            (0o700, 0o600, 0o700)
        );

        std::os::unix::fs::symlink("/nonexistent/elsewhere", run.join("trap")).unwrap();
        let again = run.write("inventory.json", "").unwrap_err();
        assert_eq!(
            again.to_string(),
            format!("cannot write {}", file.display())
        );
        assert!(
            run.write("trap", "secret").is_err(),
            "a link that is already there is not followed"
        );

        let path = run.path().to_owned();
        drop(run);
        assert!(!path.exists());
    }

    #[test]
    fn the_directory_of_a_run_that_is_gone_is_removed_and_no_other() {
        let parent = tempfile::tempdir().unwrap();
        let alive = RunDir::create_in(parent.path()).unwrap();
        let killed = parent.path().join("infra-killed");
        let strange = parent.path().join("infra-strange");
        for dir in [&killed, &strange] {
            std::fs::create_dir(dir).unwrap();
            std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o700)).unwrap();
            std::fs::write(dir.join("plan"), "secret").unwrap();
        }
        std::fs::write(killed.join(OWNER), "").unwrap();
        clear(parent.path(), YOUNG);
        assert!(killed.exists(), "it may be about to be locked");
        clear(parent.path(), Duration::ZERO);
        assert!(alive.path().exists() && strange.exists() && !killed.exists());
    }

    #[test]
    fn a_missing_parent_is_named() {
        let parent = tempfile::tempdir().unwrap();
        let missing = parent.path().join("missing");
        let error = RunDir::create_in(&missing).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("cannot create a private directory in {}", missing.display())
        );
    }
}
