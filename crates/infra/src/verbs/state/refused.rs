//! A state in S3 that Terraform neither reads nor replaces, because the digest that it keeps in
//! DynamoDB is another's: "state data in S3 does not have the expected content".
//!
//! So it is where the object was deleted or replaced by hand, or the bucket was lost and the
//! table was not.

use infra_aws::s3::{Created, Object, md5_hex};

use super::StateError;
use crate::Project;
use crate::place::PlaceError;
use crate::place::s3::StatePlace;

/// What is in S3, and the digest that it doesn't have.
pub(super) struct Refused {
    state: StatePlace,
    object: Option<Object>,
    digest: String,
}

impl Refused {
    /// Looks whether Terraform would refuse the state of a project. None: it wouldn't.
    pub(super) async fn of(project: &Project) -> Result<Option<Self>, PlaceError> {
        let Some(state) = StatePlace::of(project)? else {
            return Ok(None);
        };
        let Some(digest) = state.digest().await? else {
            return Ok(None);
        };
        let object = state.objects.get(&state.key).await?;
        let fits = |object: &Object| md5_hex(&object.bytes) == digest;
        if object.as_ref().is_some_and(fits) {
            return Ok(None);
        }
        Ok(Some(Self {
            state,
            object,
            digest,
        }))
    }

    /// What is there; empty if nothing is.
    pub(super) fn bytes(&self) -> &[u8] {
        self.object.as_ref().map_or(&[], |object| &object.bytes)
    }

    /// Puts a state there whose digest is right. First its digest: whatever is interrupted,
    /// Terraform takes nothing for the state but this one, and least of all that there is none.
    pub(super) async fn replace(&self, bytes: &[u8]) -> Result<(), StateError> {
        let Self { state, digest, .. } = self;
        let right = md5_hex(bytes);
        let is_set = state.set_digest(digest, &right).await;
        if !is_set.map_err(PlaceError::from)? || !self.write(bytes).await? {
            return Err(StateError::Moved(state.objects.uri(&state.key)));
        }
        Ok(())
    }

    /// Writes the object if it is still the one that was read, and says whether it was.
    async fn write(&self, bytes: &[u8]) -> Result<bool, PlaceError> {
        const JSON: &str = "application/json";
        let StatePlace { objects, key, .. } = &self.state;
        let is_written = match &self.object {
            None => matches!(objects.create(key, bytes, JSON).await?, Created::New(_)),
            Some(object) => objects
                .replace(key, &object.stamp.etag, bytes, JSON)
                .await?
                .is_some(),
        };
        // Of a request whose answer was lost the second attempt finds what the first wrote.
        Ok(is_written
            || objects
                .get(key)
                .await?
                .is_some_and(|object| object.bytes == bytes))
    }
}
