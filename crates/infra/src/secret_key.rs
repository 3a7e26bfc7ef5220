//! The key under which secret values are digested, so that the ledger gives none away.

use std::fs::File;
use std::io::{self, Read as _};

use camino::{Utf8Path, Utf8PathBuf};
use infra_core::ansible::SecretKey;
use infra_core::hint::Hint;

use crate::files::atomic;

/// A key that can't be kept.
#[derive(Debug, thiserror::Error)]
#[error("can't {what} the key for secret values, {path}")]
pub struct KeyError {
    /// The file
    pub path: Utf8PathBuf,
    /// What was tried
    pub what: &'static str,
    /// Why it failed
    #[source]
    pub source: io::Error,
}

impl Hint for KeyError {
    fn hints(&self) -> Vec<String> {
        if self.source.kind() != io::ErrorKind::InvalidData {
            return Vec::new();
        }
        vec![
            "restore it from a backup".to_owned(),
            "or remove it: a new one is made, and each playbook with secret variables runs once more"
                .to_owned(),
        ]
    }
}

/// The key of a stack. Without one, a key that nobody keeps: no success has been recorded
/// under any, so there is nothing to compare with.
pub(crate) fn read(state_dir: &Utf8Path) -> Result<SecretKey, KeyError> {
    let path = path(state_dir);
    match std::fs::read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => random(&path),
        Err(source) => Err(KeyError {
            path,
            what: "read",
            source,
        }),
        Ok(bytes) => bytes.try_into().map(SecretKey).map_err(|bytes: Vec<u8>| {
            let source = io::Error::new(
                io::ErrorKind::InvalidData,
                format!("it has {} bytes, not 32", bytes.len()),
            );
            KeyError {
                path,
                what: "read",
                source,
            }
        }),
    }
}

/// The key of a stack, made if there is none.
pub(crate) fn read_or_create(state_dir: &Utf8Path) -> Result<SecretKey, KeyError> {
    let path = path(state_dir);
    let key = random(&path)?;
    atomic::private_dir(state_dir)
        .and_then(|()| atomic::create(&path, &key.0))
        .map_err(|source| KeyError {
            path,
            what: "write",
            source,
        })?;
    read(state_dir)
}

fn path(state_dir: &Utf8Path) -> Utf8PathBuf {
    state_dir.join("key")
}

fn random(path: &Utf8Path) -> Result<SecretKey, KeyError> {
    let mut key = [0; 32];
    File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut key))
        .map_err(|source| KeyError {
            path: path.to_owned(),
            what: "make",
            source,
        })?;
    Ok(SecretKey(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_a_damaged_one_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let dir = Utf8Path::from_path(dir.path()).unwrap();
        assert_ne!(read(dir).unwrap().0, read(dir).unwrap().0);
        let key = read_or_create(dir).unwrap();
        assert_eq!(read_or_create(dir).unwrap().0, key.0);
        assert_eq!(read(dir).unwrap().0, key.0);
        std::fs::write(path(dir), "short").unwrap();
        let error = read(dir).unwrap_err();
        assert!(error.hints()[1].starts_with("or remove it"), "{error}");
    }
}
