//! Making a copy of the state the present one again.

use std::path::Path;
use std::time::Duration;

use camino::Utf8PathBuf;
use infra_core::decision::FORMAT_VERSION;
use infra_core::digest::Digest;
use infra_core::ledger::{RecordEvent, StateId};
use infra_exec::process::Interrupter;
use infra_exec::rundir::RunDir;
use infra_exec::terraform::Terraform;
use serde::Serialize;
use serde_json::Value;

use super::StateError;
use super::copy::{Copy, read_copy};
use super::difference::{Difference, difference, instances};
use crate::context::Context;
use crate::files::document;
use crate::ledger::Writer;
use crate::locked::{Locked, Purpose};
use crate::pending::Pending;
use crate::place::Place;
use crate::{Project, tools};

/// The copy that is restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A version that S3 keeps
    Version(String),
    /// A file
    File(Utf8PathBuf),
}

/// A state that was restored. Serialises as the document of `infra state restore --json`.
#[derive(Debug, Clone, Serialize)]
pub struct Restored {
    /// [`FORMAT_VERSION`](infra_core::decision::FORMAT_VERSION)
    pub format_version: &'static str,
    /// The stack
    pub stack: String,
    /// What was changed
    pub difference: Difference,
    /// The state before
    pub before: StateId,
    /// The state now
    pub after: StateId,
}

/// Makes a copy the present state: under the run lock, with a serial above the present one's,
/// pushed by Terraform, so that nothing else that keeps track of the state is at odds with it.
///
/// `approve` is shown what changes. Resources that the copy doesn't know stay where they are,
/// and Terraform forgets them; this is why it asks.
///
/// # Errors
///
/// If the copy is no state of version 4, or one of another lineage.
pub async fn restore(
    context: &Context<'_>,
    project: &Project,
    source: &Source,
    approve: &dyn Fn(&Difference) -> Pending<'static, bool>,
    interrupter: Interrupter,
) -> Result<Restored, StateError> {
    let purpose = Purpose {
        verb: "state restore",
        info: "",
        timeout: Duration::ZERO,
        interrupter: Some(interrupter),
    };
    let locked = Locked::take::<StateError>(context, project, purpose).await?;
    let work = push(
        &locked.context,
        project,
        &locked.place,
        source,
        approve,
        &locked.writer,
    );
    let (result, lock) = locked.watch(work).await;
    locked.end(lock).await;
    result
}

async fn push(
    context: &Context<'_>,
    project: &Project,
    place: &Place,
    source: &Source,
    approve: &dyn Fn(&Difference) -> Pending<'static, bool>,
    writer: &Writer,
) -> Result<Restored, StateError> {
    let terraform = tools::terraform(project)?;
    let pulled = terraform.state_pull(&context.runner).await?;
    if pulled.trim_ascii().is_empty() {
        return Err(StateError::Nothing);
    }
    let present = read_copy("the present state", &pulled)?;
    let (what, bytes) = read_source(project, source).await?;
    let copy = read_copy(&what, &bytes)?;
    if copy.id.lineage != present.id.lineage {
        return Err(StateError::OtherLineage {
            what,
            found: copy.id.lineage,
            present: present.id.lineage,
        });
    }
    let difference = difference(what, &present, &copy);
    if !approve(&difference).await {
        return Err(StateError::Declined);
    }
    let serial = present.id.serial + 1;
    let mut json = copy.json;
    if let Some(state) = json.as_object_mut() {
        state.insert("serial".to_owned(), serial.into());
    }
    let dir = RunDir::create_in(&std::env::temp_dir())?;
    let file = dir.join("restored.tfstate");
    let text = serde_json::to_vec_pretty(&json).unwrap_or_default();
    std::fs::write(&file, &text).map_err(|source| StateError::Write {
        path: Utf8PathBuf::from_path_buf(file.clone()).unwrap_or_default(),
        source,
    })?;
    let mut ledger = place.ledger().await?;
    // A ledger that can't be written stops it here, while nothing is changed.
    let started = RecordEvent::RunStarted {
        infra: env!("CARGO_PKG_VERSION").to_owned(),
        command: "state restore".to_owned(),
        terraform: None,
        ansible: None,
    };
    ledger.append(writer, started).await?;
    let restored = put_back(context, place, &terraform, &present, &json, &file).await;
    if let Ok((after, _)) = &restored {
        let event = RecordEvent::StateRestored {
            from: difference.from.clone(),
            digest: Digest::of(&bytes),
            before: present.id.clone(),
            after: after.clone(),
        };
        ledger.append(writer, event).await?;
    }
    let finished = RecordEvent::RunFinished {
        outcome: if matches!(restored, Ok((_, true))) {
            "done"
        } else {
            "failed"
        }
        .to_owned(),
    };
    ledger.append(writer, finished).await?;
    ledger.save_index();
    let (after, is_restored) = restored?;
    if !is_restored {
        return Err(StateError::NotPushed {
            found: format!("serial {} of lineage {}", after.serial, after.lineage),
            expected: serial,
        });
    }
    Ok(Restored {
        format_version: FORMAT_VERSION,
        stack: project.stack.name.clone(),
        difference,
        before: present.id,
        after,
    })
}

/// Pushes a copy, and says which state there is then and whether it is the copy.
async fn put_back(
    context: &Context<'_>,
    place: &Place,
    terraform: &Terraform,
    present: &Copy,
    json: &Value,
    file: &Path,
) -> Result<(StateId, bool), StateError> {
    terraform
        .state_push(&context.runner, file, place.locking())
        .await?;
    let pulled = terraform.state_pull(&context.runner.for_cleanup()).await?;
    let pushed = read_copy("the state after `terraform state push`", &pulled)?;
    // Terraform counts its own write as one more where the contents differ.
    let is_restored = pushed.id.lineage == present.id.lineage
        && pushed.id.serial > present.id.serial
        && instances(&pushed.json) == instances(json);
    Ok((pushed.id, is_restored))
}

async fn read_source(project: &Project, source: &Source) -> Result<(String, Vec<u8>), StateError> {
    match source {
        Source::File(path) => Ok((path.to_string(), document::read(path)?.to_vec())),
        #[cfg(feature = "aws")]
        Source::Version(version) => {
            let state = crate::place::s3::StatePlace::of(project)?.ok_or(StateError::NotS3)?;
            let uri = state.objects.uri(&state.key);
            let read = state.objects.get_version(&state.key, version).await;
            let object = read
                .map_err(crate::place::PlaceError::from)?
                .ok_or_else(|| StateError::NoVersion {
                    place: uri.clone(),
                    version: version.clone(),
                })?;
            Ok((format!("version {version} of {uri}"), object.bytes))
        }
        #[cfg(not(feature = "aws"))]
        Source::Version(_) => {
            let _ = project;
            Err(StateError::NotS3)
        }
    }
}
