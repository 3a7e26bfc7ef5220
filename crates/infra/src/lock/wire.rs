//! What stands in a lock that Terraform can read too.

use std::time::Duration;

use serde_json::Value;

use crate::lock::{Holder, LOCK_FORMAT, LockError};

/// The holder as the text of a lock. Terraform reads the fields that it knows and leaves the
/// others alone (`internal/states/statemgr/locker.go`).
pub(super) fn write(holder: &Holder) -> Vec<u8> {
    // Text and numbers only: there is nothing in it that JSON could not hold.
    serde_json::to_vec(holder).unwrap_or_default()
}

/// The holder that the text of a lock tells of, or what is wrong with the text.
pub(super) fn parse(bytes: &[u8]) -> Result<Holder, String> {
    let holder: Holder = match serde_json::from_slice(bytes) {
        Ok(holder) => holder,
        Err(error) => newer(bytes).ok_or_else(|| error.to_string())?,
    };
    if holder.id.is_empty() {
        return Err("it has no ID".to_owned());
    }
    Ok(holder)
}

/// The holder of a lock whose format is newer than the one known here: what its other fields
/// mean by now is its own business, so that they may be anything.
fn newer(bytes: &[u8]) -> Option<Holder> {
    let fields: serde_json::Map<String, Value> = serde_json::from_slice(bytes).ok()?;
    let text = |name| {
        let text = fields.get(name).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let format = fields.get("InfraLock")?.as_u64()?;
    (format > LOCK_FORMAT).then(|| Holder {
        id: text("ID"),
        operation: text("Operation"),
        info: text("Info"),
        who: text("Who"),
        version: text("Version"),
        created: text("Created"),
        format,
        ..Holder::default()
    })
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
    let answer = tokio::time::timeout(LIMIT, beat).await;
    answer.unwrap_or(Err(LockError::Silent(place)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_of_a_newer_format_is_told_from_one_that_makes_no_sense() {
        let newer = br#"{"ID":"r","Who":"a@b","InfraLock":2,"Pid":"three","Beat":{"n":1}}"#;
        let holder = parse(newer).unwrap();
        assert_eq!((holder.id.as_str(), holder.format), ("r", 2));
        for malformed in [
            r#"{"ID":"r","Who":"a@b","InfraLock":1,"Pid":"three"}"#,
            r#"{"ID":"r","Pid":"three"}"#,
            r#"{"ID":7}"#,
            r#"{"ID":""}"#,
            "{}",
            "null",
            "[]",
            "",
            "{",
        ] {
            assert!(parse(malformed.as_bytes()).is_err(), "{malformed}");
        }
    }
}
