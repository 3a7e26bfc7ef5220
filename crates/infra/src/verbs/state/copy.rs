//! A state as a file or a command gives it.

use infra_core::document::{DocumentError, decode, read_state};
use infra_core::ledger::StateId;
use serde_json::Value;

use super::StateError;

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
