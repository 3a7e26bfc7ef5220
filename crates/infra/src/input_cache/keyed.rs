//! Digests under a key, so that what is kept gives away neither a short text nor a name.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use infra_core::ansible::{Digest, SecretKey};

/// The key of the cache, made of the stack's.
#[derive(Debug)]
pub(super) struct CacheKey([u8; 32]);

impl CacheKey {
    pub(super) fn new(key: &SecretKey) -> Self {
        Self(blake3::derive_key("infra 2026 cache of inputs", &key.0))
    }

    /// The digest of some bytes.
    pub(super) fn bytes(&self, bytes: &[u8]) -> Digest {
        blake3::keyed_hash(&self.0, bytes)
    }

    /// The digest of an environment variable's value, or of there being none.
    pub(super) fn value(&self, value: Option<&String>) -> Digest {
        // No value has a NUL.
        self.bytes(value.map_or(b"\0", String::as_bytes))
    }

    /// Digests what comes piece by piece.
    pub(super) fn hasher(&self) -> blake3::Hasher {
        blake3::Hasher::new_keyed(&self.0)
    }

    /// The digest of a digest.
    pub(super) fn digest(&self, digest: &Digest) -> Digest {
        self.bytes(digest.as_bytes())
    }

    /// The digest of a name, however the file system takes upper and lower case.
    pub(super) fn name(&self, name: &OsStr) -> Digest {
        let folded = name.to_str().map(fold);
        self.bytes(folded.as_ref().map_or(name.as_bytes(), String::as_bytes))
    }
}

/// A name of which the letters' case is gone, that of `ſ` and `K` (Kelvin) as well, which some
/// file systems take for `s` and `k`.
fn fold(name: &str) -> String {
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    name.to_uppercase().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_a_file_system_could_take_for_one_have_one_digest() {
        let key = CacheKey::new(&SecretKey([1; 32]));
        let name = |name: &str| key.name(OsStr::new(name));
        for alike in ["Tasks", "TASKS", "taſks", "tas\u{212a}s"] {
            assert_eq!(name(alike), name("tasks"), "{alike}");
        }
        assert_ne!(name("task"), name("tasks"));
        let other = CacheKey::new(&SecretKey([2; 32]));
        assert_ne!(name("tasks"), other.name(OsStr::new("tasks")));
    }
}
