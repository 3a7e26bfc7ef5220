//! The versions of the state that S3 keeps.

use infra_core::decision::FORMAT_VERSION;
use infra_core::ledger::StateId;
use serde::Serialize;

use super::StateError;
use crate::Project;
use crate::place::PlaceError;
use crate::place::s3::StatePlace;
use crate::state_guard::state_id;

/// The versions of a state. Serialises as the document of `infra state list --json`.
#[derive(Debug, Clone, Serialize)]
pub struct StateVersions {
    /// [`FORMAT_VERSION`](infra_core::decision::FORMAT_VERSION)
    pub format_version: &'static str,
    /// The stack
    pub stack: String,
    /// The object
    pub state: String,
    /// The versions, the newest first
    pub versions: Vec<StateVersion>,
    /// How many older ones are not listed
    pub more: usize,
}

/// One version of a state.
#[derive(Debug, Clone, Serialize)]
pub struct StateVersion {
    /// What `infra state restore` takes
    pub version: String,
    /// When it was written: RFC 3339, UTC
    pub at: String,
    /// How many bytes it has
    pub bytes: u64,
    /// Whether it is the present one
    pub present: bool,
    /// Whether it says that the state was removed
    pub removed: bool,
    /// Which state it is; null where it is none
    pub state: Option<StateId>,
}

/// Lists the newest versions of the state.
///
/// # Errors
///
/// If Terraform's state isn't in S3, or S3 can't be asked.
pub async fn list(project: &Project, most: usize) -> Result<StateVersions, StateError> {
    let state = StatePlace::of(project)?.ok_or(StateError::NotS3)?;
    let all = state
        .objects
        .versions(&state.key)
        .await
        .map_err(PlaceError::from)?;
    let mut versions = Vec::new();
    for version in all.iter().take(most) {
        let object = if version.removed {
            None
        } else {
            let read = state.objects.get_version(&state.key, &version.id).await;
            read.map_err(PlaceError::from)?
        };
        versions.push(StateVersion {
            version: version.id.clone(),
            at: version.at.clone(),
            bytes: version.size,
            present: version.latest,
            removed: version.removed,
            state: object.and_then(|object| state_id(&object.bytes).ok()),
        });
    }
    Ok(StateVersions {
        format_version: FORMAT_VERSION,
        stack: project.stack.name.clone(),
        state: state.objects.uri(&state.key),
        more: all.len() - versions.len(),
        versions,
    })
}
