//! Making a copy of the state the present one again.

use std::collections::BTreeMap;
use std::time::Duration;

use camino::Utf8PathBuf;
use infra_core::decision::FORMAT_VERSION;
use infra_core::digest::Digest;
use infra_core::document::{DocumentError, decode, read_state};
use infra_core::ledger::{RecordEvent, StateId};
use infra_exec::process::Interrupter;
use infra_exec::rundir::RunDir;
use serde::Serialize;
use serde_json::Value;

use super::StateError;
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

/// What a restore changes: names only, because the values in a state are secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What is restored, for a person
    pub from: String,
    /// The serial of the present state
    pub present_serial: u64,
    /// The serial of the copy
    pub copy_serial: u64,
    /// The resources that differ, by address
    pub resources: Vec<ResourceChange>,
    /// The outputs that differ
    pub outputs: Vec<String>,
}

/// A resource that the copy and the present state have differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ResourceChange {
    /// Its address
    pub address: String,
    /// `returns` to the state, is `forgotten` by it, or `changes` in it
    pub change: &'static str,
    /// The attributes that change
    pub attributes: Vec<String>,
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

/// A copy of a state, read.
pub(super) struct Copy {
    pub(super) id: StateId,
    json: Value,
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
    terraform
        .state_push(&context.runner, &file, place.locking())
        .await?;
    let after = terraform.state_pull(&context.runner.for_cleanup()).await?;
    let pushed = read_copy("the state after `terraform state push`", &after)?;
    let after = pushed.id;
    let event = RecordEvent::StateRestored {
        from: difference.from.clone(),
        digest: Digest::of(&bytes),
        before: present.id.clone(),
        after: after.clone(),
    };
    ledger.append(writer, event).await?;
    ledger.save_index();
    // Terraform counts its own write as one more where the contents differ.
    let is_restored = after.lineage == present.id.lineage
        && after.serial >= serial
        && instances(&pushed.json) == instances(&json);
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

fn difference(from: String, present: &Copy, copy: &Copy) -> Difference {
    let (now, then) = (instances(&present.json), instances(&copy.json));
    let mut resources = Vec::new();
    for (address, attributes) in &then {
        match now.get(address) {
            None => resources.push(change(address, "returns", Vec::new())),
            Some(present) if present != attributes => {
                let changed = changed(present, attributes);
                resources.push(change(address, "changes", changed));
            }
            Some(_) => {}
        }
    }
    let forgotten = now.keys().filter(|address| !then.contains_key(*address));
    resources.extend(forgotten.map(|address| change(address, "forgotten", Vec::new())));
    resources.sort_by(|a, b| a.address.cmp(&b.address));
    let outputs = |copy: &Copy| -> BTreeMap<String, Value> {
        let outputs = copy.json.get("outputs").and_then(Value::as_object);
        outputs
            .into_iter()
            .flatten()
            .map(|(name, output)| (name.clone(), output.clone()))
            .collect()
    };
    let (now, then) = (outputs(present), outputs(copy));
    let mut names: Vec<String> = now
        .keys()
        .chain(then.keys())
        .filter(|name| now.get(*name) != then.get(*name))
        .cloned()
        .collect();
    names.sort();
    names.dedup();
    Difference {
        from,
        present_serial: present.id.serial,
        copy_serial: copy.id.serial,
        resources,
        outputs: names,
    }
}

fn change(address: &str, change: &'static str, attributes: Vec<String>) -> ResourceChange {
    ResourceChange {
        address: address.to_owned(),
        change,
        attributes,
    }
}

/// The objects of a raw state by address, deposed ones under a name of their own
/// (`internal/states/statefile/version4.go`).
fn instances(state: &Value) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    let list = |value: &Value, name: &str| -> Vec<Value> {
        value
            .get(name)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    let text = |value: &Value, name: &str| {
        value
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    for resource in list(state, "resources") {
        let module = match text(&resource, "module") {
            module if module.is_empty() => module,
            module => format!("{module}."),
        };
        let mode = if text(&resource, "mode") == "data" {
            "data."
        } else {
            ""
        };
        let (kind, name) = (text(&resource, "type"), text(&resource, "name"));
        for instance in list(&resource, "instances") {
            let key = instance
                .get("index_key")
                .map(|key| format!("[{key}]"))
                .unwrap_or_default();
            let deposed = match text(&instance, "deposed") {
                deposed if deposed.is_empty() => deposed,
                deposed => format!(" (deposed {deposed})"),
            };
            let attributes = instance.get("attributes").cloned().unwrap_or_default();
            all.insert(
                format!("{module}{mode}{kind}.{name}{key}{deposed}"),
                attributes,
            );
        }
    }
    all
}

fn changed(now: &Value, then: &Value) -> Vec<String> {
    let (Some(now), Some(then)) = (now.as_object(), then.as_object()) else {
        return Vec::new();
    };
    let mut names: Vec<String> = now
        .keys()
        .chain(then.keys())
        .filter(|name| now.get(*name) != then.get(*name))
        .cloned()
        .collect();
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copy(serial: u64, resources: &str) -> Copy {
        let text = format!(
            r#"{{"version":4,"terraform_version":"1.11.4","serial":{serial},"lineage":"a",
                "outputs":{{"o":{{"value":{serial},"type":"number"}}}},"resources":{resources}}}"#
        );
        read_copy("a copy", text.as_bytes()).unwrap()
    }

    fn resource(name: &str, value: &str) -> String {
        format!(
            r#"{{"mode":"managed","type":"t","name":"{name}","provider":"provider[\"p\"]",
                "instances":[{{"schema_version":0,"index_key":"k","attributes":{{"a":"{value}","b":1}}}}]}}"#
        )
    }

    #[test]
    fn what_returns_what_is_forgotten_and_what_changes_is_named_without_values() {
        let present = copy(
            7,
            &format!(
                "[{},{}]",
                resource("stays", "hunter2"),
                resource("goes", "x")
            ),
        );
        let old = copy(
            3,
            &format!(
                "[{},{}]",
                resource("stays", "hunter1"),
                resource("comes", "x")
            ),
        );
        let difference = difference("a copy".to_owned(), &present, &old);
        let told: Vec<String> = difference
            .resources
            .iter()
            .map(|change| {
                format!(
                    "{} {} {:?}",
                    change.address, change.change, change.attributes
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                "t.comes[\"k\"] returns []",
                "t.goes[\"k\"] forgotten []",
                "t.stays[\"k\"] changes [\"a\"]"
            ]
        );
        assert_eq!(difference.outputs, ["o"]);
        assert!(
            !serde_json::to_string(&difference)
                .unwrap()
                .contains("hunter")
        );
    }

    #[test]
    fn what_is_no_state_of_version_4_is_refused() {
        for text in ["", "{}", r#"{"version":5,"serial":1,"lineage":"a"}"#] {
            assert!(read_copy("a copy", text.as_bytes()).is_err(), "{text}");
        }
    }
}
