//! The key for secret values of a shared ledger: the same on every machine, or each would
//! take the other's digests for changes.

use camino::Utf8Path;
use infra_aws::s3::Created;
use infra_core::ansible::SecretKey;

use super::s3::Shared;
use crate::secret_key::{self, KeyError};

/// Reads the key beside the records, and makes none.
pub(super) async fn read(shared: &Shared, dir: &Utf8Path) -> Result<SecretKey, KeyError> {
    match shared.objects().get(&shared.key_of("key")).await {
        Ok(Some(object)) => secret_key::from_bytes(&object.bytes, &shared.uri_of("key")),
        Ok(None) => secret_key::random(&dir.join("key")),
        Err(error) => Err(secret_key::away("read", &shared.uri_of("key"), error)),
    }
}

/// Reads the key beside the records, and makes it if there is none.
pub(super) async fn read_or_create(shared: &Shared, dir: &Utf8Path) -> Result<SecretKey, KeyError> {
    let key = read(shared, dir).await?;
    let created = shared
        .objects()
        .create(&shared.key_of("key"), &key.0, "application/octet-stream")
        .await
        .map_err(|error| secret_key::away("write", &shared.uri_of("key"), error))?;
    match created {
        Created::New(_) => Ok(key),
        // It was there, or somebody else made one in this moment: theirs counts.
        Created::Taken => read(shared, dir).await,
    }
}
