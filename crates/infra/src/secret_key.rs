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
            let inner = self.source.get_ref();
            return inner.and_then(crate::place::hints_of).unwrap_or_default();
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
        Ok(bytes) => from_bytes(&bytes, path.as_str()),
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

/// The key that some bytes are. `place` is where they come from.
pub(crate) fn from_bytes(bytes: &[u8], place: &str) -> Result<SecretKey, KeyError> {
    bytes.try_into().map(SecretKey).map_err(|_| KeyError {
        path: place.into(),
        what: "read",
        source: io::Error::new(
            io::ErrorKind::InvalidData,
            format!("it has {} bytes, not 32", bytes.len()),
        ),
    })
}

/// The error of a key that is kept elsewhere.
#[cfg(feature = "aws")]
pub(crate) fn away(what: &'static str, place: &str, error: infra_aws::AwsError) -> KeyError {
    KeyError {
        path: place.into(),
        what,
        source: io::Error::other(error),
    }
}

fn path(state_dir: &Utf8Path) -> Utf8PathBuf {
    state_dir.join("key")
}

pub(crate) fn random(path: &Utf8Path) -> Result<SecretKey, KeyError> {
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
