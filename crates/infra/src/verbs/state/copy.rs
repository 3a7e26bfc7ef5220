//! A state as a file or a command gives it.

use infra_core::document::{DocumentError, decode, read_state};
use infra_core::ledger::StateId;
use serde_json::Value;

use super::StateError;
use super::difference::instances;

/// A copy of a state, read.
pub(super) struct Copy {
    pub(super) id: StateId,
    pub(super) json: Value,
}

/// Reads a state of version 4, and what tells it from others.
pub(super) fn read_copy(what: &str, bytes: &[u8]) -> Result<Copy, StateError> {
    let refused = |source: DocumentError| StateError::Document {
        what: what.to_owned(),
        source,
    };
    let text = decode(bytes).map_err(|error| refused(error.into()))?;
    let state = read_state(&text).map_err(refused)?;
    let id = StateId::of(&state).ok_or_else(|| StateError::NoIdentity(what.to_owned()))?;
    let json = serde_json::from_str(&text).map_err(|_| StateError::NoIdentity(what.to_owned()))?;
    Ok(Copy { id, json })
}

/// Reads the state that Terraform has pulled. None: there is none, which Terraform tells as
/// nothing, or as a state without a lineage and with nothing in it.
pub(super) fn read_present(bytes: &[u8]) -> Result<Option<Copy>, StateError> {
    const WHAT: &str = "the present state";
    if bytes.trim_ascii().is_empty() {
        return Ok(None);
    }
    match read_copy(WHAT, bytes) {
        Ok(copy) if !copy.id.lineage.is_empty() => Ok(Some(copy)),
        Err(error @ StateError::Document { .. }) => Err(error),
        _ => match serde_json::from_slice(bytes) {
            Ok(json) if instances(&json).is_empty() => Ok(None),
            _ => Err(StateError::NoIdentity(WHAT.to_owned())),
        },
    }
}
