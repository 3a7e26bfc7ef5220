//! A run lock as a file of this machine.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;

use camino::{Utf8Path, Utf8PathBuf};
use rustix::fs::{FlockOperation, flock};

use super::{Acquired, Holder, LockError, RunLock};
use crate::files::atomic::{self, Created};
use crate::pending::Pending;

/// A lock that is a file: whoever makes it holds it.
#[derive(Debug, Clone)]
pub struct LocalLock {
    path: Utf8PathBuf,
}

impl LocalLock {
    /// The lock that is this file.
    pub fn new(path: impl Into<Utf8PathBuf>) -> Self {
        Self { path: path.into() }
    }

    fn error(&self, what: &'static str, source: io::Error) -> LockError {
        LockError::Place {
            place: self.path.to_string(),
            what,
            source: Box::new(source),
        }
    }

    fn read(&self) -> Result<Option<Holder>, LockError> {
        match fs::read(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.error("read", error)),
            Ok(bytes) => serde_json::from_slice::<Holder>(&bytes)
                .map_err(|error| error.to_string())
                .and_then(|holder| {
                    if holder.id.is_empty() {
                        Err("it has no ID".to_owned())
                    } else {
                        Ok(holder)
                    }
                })
                .map(Some)
                .map_err(|message| LockError::Malformed {
                    place: self.path.to_string(),
                    message,
                    remove: format!("rm {}", self.path),
                }),
        }
    }

    fn take(&self, holder: &Holder) -> Result<Acquired, LockError> {
        let bytes = serde_json::to_vec_pretty(holder).map_err(io::Error::other);
        let created = bytes.and_then(|bytes| {
            self.path.parent().map_or(Ok(()), atomic::private_dir)?;
            atomic::create(&self.path, &bytes)
        });
        if created.map_err(|error| self.error("taken", error))? == Created::New {
            return Ok(Acquired::Ours);
        }
        match self.read()? {
            Some(other) if other.id != holder.id => Ok(Acquired::Held(Box::new(other))),
            Some(_) => Ok(Acquired::Ours),
            // Given back in this very moment.
            None => self.take(holder),
        }
    }

    /// Removes the file if it holds this id. Looking and removing are two steps, and a
    /// second program between them could lose a lock that it has just taken: an advisory
    /// lock on a file beside keeps all who remove apart.
    fn give_back(&self, id: &str) -> Result<bool, LockError> {
        let guard = self.path.with_extension("guard");
        let removing = Guard::new(&guard).map_err(|error| self.error("given back", error))?;
        let ours = self.read()?.is_some_and(|holder| holder.id == id);
        if ours {
            fs::remove_file(&self.path).map_err(|error| self.error("given back", error))?;
        }
        drop(removing);
        Ok(ours)
    }
}

/// An advisory lock on a file, until dropped. The kernel gives it back with the process.
struct Guard {
    _file: File,
}

impl Guard {
    fn new(path: &Utf8Path) -> io::Result<Self> {
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(path)?;
        flock(&file, FlockOperation::LockExclusive)?;
        Ok(Self { _file: file })
    }
}

impl RunLock for LocalLock {
    fn acquire<'a>(&'a self, holder: &'a Holder) -> Pending<'a, Result<Acquired, LockError>> {
        Box::pin(async move { self.take(holder) })
    }

    fn holder(&self) -> Pending<'_, Result<Option<Holder>, LockError>> {
        Box::pin(async move { self.read() })
    }

    // The kernel knows whether a process of this machine lives, so there is nothing to write.
    fn beat<'a>(&'a self, id: &'a str) -> Pending<'a, Result<bool, LockError>> {
        Box::pin(async move { Ok(self.read()?.is_some_and(|holder| holder.id == id)) })
    }

    fn release<'a>(&'a self, id: &'a str) -> Pending<'a, Result<bool, LockError>> {
        Box::pin(async move { self.give_back(id) })
    }

    fn place(&self) -> String {
        self.path.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(dir: &tempfile::TempDir) -> Utf8PathBuf {
        Utf8Path::from_path(dir.path())
            .unwrap()
            .join("state/lock.json")
    }

    #[tokio::test(flavor = "current_thread")]
    async fn it_is_a_run_lock() {
        let dir = tempfile::tempdir().unwrap();
        crate::lock::suite::check(|| Box::new(LocalLock::new(path(&dir)))).await;
    }

    #[tokio::test(flavor = "current_thread")]
    async fn something_else_in_its_place_is_refused_and_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let lock = LocalLock::new(path(&dir));
        for content in ["", "{}", "nonsense"] {
            fs::create_dir_all(lock.path.parent().unwrap()).unwrap();
            fs::write(&lock.path, content).unwrap();
            let error = lock
                .acquire(&Holder {
                    id: "a".to_owned(),
                    ..Holder::default()
                })
                .await
                .unwrap_err();
            assert!(matches!(error, LockError::Malformed { .. }), "{error}");
            assert!(lock.release("a").await.is_err());
            assert_eq!(fs::read_to_string(&lock.path).unwrap(), content);
        }
    }
}
