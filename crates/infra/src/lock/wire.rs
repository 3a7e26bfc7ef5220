//! What stands in a lock that Terraform can read too.

use std::time::Duration;

use crate::lock::{Holder, LockError};

/// The holder as the text of a lock. Terraform reads the fields that it knows and leaves the
/// others alone (`internal/states/statemgr/locker.go`).
pub(super) fn write(holder: &Holder) -> Vec<u8> {
    // Text and numbers only: there is nothing in it that JSON could not hold.
    serde_json::to_vec(holder).unwrap_or_default()
}

/// The holder that the text of a lock tells of, or what is wrong with the text.
pub(super) fn parse(bytes: &[u8]) -> Result<Holder, String> {
    let holder: Holder = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if holder.id.is_empty() {
        return Err("it has no ID".to_owned());
    }
    Ok(holder)
}

/// Now, for a person.
pub(super) fn now() -> String {
    jiff::Timestamp::now()
        .strftime("%Y-%m-%dT%H:%M:%SZ")
        .to_string()
}

/// A beat that has an answer soon, or fails: several must fit into the time after which a
/// lock counts as lost.
pub(super) async fn soon(
    place: String,
    beat: impl Future<Output = Result<bool, LockError>>,
) -> Result<bool, LockError> {
    const LIMIT: Duration = Duration::from_secs(8);
    match tokio::time::timeout(LIMIT, beat).await {
        Ok(answer) => answer,
        Err(elapsed) => Err(LockError::Place {
            place,
            what: "kept",
            source: Box::new(elapsed),
        }),
    }
}
