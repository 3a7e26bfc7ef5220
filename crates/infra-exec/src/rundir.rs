//! A private directory for the files of one run.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use infra_core::hint::Hint;
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
#[derive(Debug)]
pub struct RunDir {
    dir: TempDir,
}

impl RunDir {
    /// Creates a directory of a random name in `parent`.
    pub fn create_in(parent: &Path) -> Result<Self, RunDirError> {
        tempfile::Builder::new()
            .prefix("infra-")
            .permissions(std::fs::Permissions::from_mode(0o700))
            .tempdir_in(parent)
            .map(|dir| Self { dir })
            .map_err(|source| RunDirError::Create {
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
    fn a_missing_parent_is_named() {
        let error = RunDir::create_in(Path::new("/nonexistent")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "cannot create a private directory in /nonexistent"
        );
    }
}
