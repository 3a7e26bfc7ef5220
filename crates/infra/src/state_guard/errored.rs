//! The state that Terraform could not write, `errored.tfstate`.
//!
//! Terraform leaves it in the root module, readable for all, and says that another apply would
//! fork the state. Nothing but this file knows what the apply has made.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;

use camino::Utf8PathBuf;
use infra_core::document::{decode, read_state};
use infra_core::hint::Hint;
use infra_core::ledger::StateId;

use crate::Project;
use crate::project::shown;

/// How Terraform calls it (`internal/backend/local/backend_apply.go`).
const NAME: &str = "errored.tfstate";

/// A state that Terraform could not write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Errored {
    pub(crate) path: Utf8PathBuf,
    pub(crate) id: StateId,
    pub(crate) bytes: Vec<u8>,
}

/// An apply that would fork the state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{} holds a state that Terraform could not write (serial {}, the present one has {present}): \
     another apply would make once more what only this file knows of",
    shown(path), id.serial
)]
pub struct NotPushed {
    path: Utf8PathBuf,
    id: StateId,
    present: u64,
    /// The command that makes it the present state
    push: String,
}

impl Hint for NotPushed {
    fn hints(&self) -> Vec<String> {
        vec![
            self.push.clone(),
            format!("then remove it: rm {}", shown(&self.path)),
        ]
    }
}

/// The state that Terraform could not write, if it left one. Makes it private.
pub(crate) fn errored(project: &Project) -> Option<Errored> {
    let path = project.terraform_dir().join(NAME);
    let bytes = std::fs::read(&path).ok()?;
    if let Err(error) = std::fs::set_permissions(&path, Permissions::from_mode(0o600)) {
        tracing::debug!(%path, %error, "it stays readable for others");
    }
    let id = {
        let text = decode(&bytes).ok()?;
        StateId::of(&read_state(&text).ok()?)?
    };
    Some(Errored { path, id, bytes })
}

/// Refuses to go on from a state while one that comes after it waits to be pushed.
pub(crate) fn nothing_to_push(
    project: &Project,
    present: Option<&StateId>,
) -> Result<(), NotPushed> {
    let Some(left) = errored(project) else {
        return Ok(());
    };
    let serial = present.map_or(0, |present| present.serial);
    let is_newer = present.is_none_or(|present| {
        present.lineage == left.id.lineage && present.serial < left.id.serial
    });
    if !is_newer {
        return Ok(());
    }
    let program = project.stack.terraform.binary.as_deref();
    let push = format!(
        "{} -chdir={} state push {NAME}",
        program.unwrap_or("terraform"),
        match shown(&project.terraform_dir()).as_str() {
            "" => ".",
            dir => dir,
        }
    );
    Err(NotPushed {
        path: left.path,
        id: left.id,
        present: serial,
        push,
    })
}
