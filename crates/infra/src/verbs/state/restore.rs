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
use super::present::Present;
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
    /// The state before; where there was none, the last one that is known
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
/// If the copy is no state of version 4, or one of another lineage than the present state and the
/// last one in the ledger.
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
    let present = Present::read(context, project, &terraform).await?;
    let mut ledger = place.ledger().await?;
    let (what, bytes) = read_source(project, source).await?;
    let copy = read_copy(&what, &bytes)?;
    let known = ledger.index().state.clone();
    let before = match before(present.copy.as_ref(), known, &copy.id) {
        Ok(before) => before,
        Err(present) => {
            return Err(StateError::OtherLineage {
                what,
                found: copy.id.lineage,
                present,
            });
        }
    };
    let difference = difference(what, present.copy.as_ref(), &copy);
    if !approve(&difference).await {
        return Err(StateError::Declined);
    }
    let serial = before.serial + 1;
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
    // A ledger that can't be written stops it here, while nothing is changed.
    let started = RecordEvent::RunStarted {
        infra: env!("CARGO_PKG_VERSION").to_owned(),
        command: "state restore".to_owned(),
        terraform: None,
        ansible: None,
    };
    ledger.append(writer, started).await?;
    let push = Push {
        file: &file,
        is_forced: present.is_foreign_to(&before.lineage),
    };
    let restored = match present.make_way(&bytes).await {
        Ok(()) => put_back(context, place, &terraform, &before, &json, &push).await,
        Err(error) => Err(error),
    };
    if let Ok((after, true)) = &restored {
        let event = RecordEvent::StateRestored {
            from: difference.from.clone(),
            digest: Digest::of(&bytes),
            before: before.clone(),
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
        before,
        after,
    })
}

/// The state that the restored one comes after: the present one, or, where that is gone or not this
/// stack's, the last one that the ledger knows. The error is the lineage that a copy must have.
fn before(
    present: Option<&Copy>,
    known: Option<StateId>,
    copy: &StateId,
) -> Result<StateId, String> {
    let present = present.map(|present| &present.id);
    match (present, known) {
        (Some(present), _) if present.lineage == copy.lineage => Ok(present.clone()),
        (_, Some(known)) if known.lineage == copy.lineage => Ok(StateId {
            serial: known.serial.max(copy.serial),
            ..known
        }),
        (None, None) => Ok(copy.clone()),
        (_, Some(known)) => Err(known.lineage),
        (Some(present), None) => Err(present.lineage.clone()),
    }
}

/// A file that is to be the state.
struct Push<'a> {
    file: &'a Path,
    /// Whether it takes the place of a state of another lineage
    is_forced: bool,
}

/// Pushes a copy, and says which state there is then and whether it is the copy.
async fn put_back(
    context: &Context<'_>,
    place: &Place,
    terraform: &Terraform,
    before: &StateId,
    json: &Value,
    push: &Push<'_>,
) -> Result<(StateId, bool), StateError> {
    let mut is_forced = push.is_forced;
    loop {
        terraform
            .state_push(&context.runner, push.file, place.locking(), is_forced)
            .await?;
        let pulled = terraform.state_pull(&context.runner.for_cleanup()).await?;
        let pushed = read_copy("the state after `terraform state push`", &pulled)?;
        let is_copy = instances(&pushed.json) == instances(json);
        // Where there is no state, Terraform begins a lineage for whatever is pushed
        // (`internal/states/remote/state.go`, `PersistState`). Forced, it takes the file's.
        if is_copy && pushed.id.lineage != before.lineage && !is_forced {
            is_forced = true;
            continue;
        }
        // Terraform counts its own write as one more where the contents differ.
        let is_restored =
            is_copy && pushed.id.lineage == before.lineage && pushed.id.serial > before.serial;
        return Ok((pushed.id, is_restored));
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn copy(lineage: &str, serial: u64) -> Copy {
        Copy {
            id: StateId::new(lineage, serial),
            json: Value::Null,
        }
    }

    #[test]
    fn a_copy_is_of_the_present_state_or_of_the_one_that_the_ledger_knows() {
        let (a3, a5, a9, b7) = (
            StateId::new("a", 3),
            StateId::new("a", 5),
            StateId::new("a", 9),
            copy("b", 7),
        );
        let present = copy("a", 5);
        assert_eq!(before(Some(&present), None, &a3), Ok(a5.clone()));
        assert_eq!(before(None, Some(a5.clone()), &a3), Ok(a5.clone()));
        assert_eq!(before(None, Some(a5.clone()), &a9), Ok(a9.clone()));
        assert_eq!(before(Some(&b7), Some(a5.clone()), &a3), Ok(a5.clone()));
        assert_eq!(before(None, None, &a3), Ok(a3.clone()));

        let c1 = StateId::new("c", 1);
        assert_eq!(before(None, Some(a5.clone()), &c1), Err("a".to_owned()));
        assert_eq!(before(Some(&b7), Some(a5), &c1), Err("a".to_owned()));
        assert_eq!(before(Some(&b7), None, &a3), Err("b".to_owned()));
    }
}
