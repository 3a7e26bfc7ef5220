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
    /// Which state it is; why that can't be told
    pub(crate) id: Result<StateId, String>,
    pub(crate) bytes: Vec<u8>,
}

/// An apply that would fork the state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotPushed {
    /// A state that comes after the present one
    #[error(
        "{} holds a state that Terraform could not write (serial {}, the present one has {present}): \
         another apply would make once more what only this file knows of",
        shown(path), id.serial
    )]
    Newer {
        /// The file
        path: Utf8PathBuf,
        /// Which state it is
        id: StateId,
        /// The serial of the present one
        present: u64,
        /// The command that makes it the present state
        push: String,
    },
    /// A file of which nobody can tell what it holds
    #[error(
        "{} is what Terraform could not write, and it can't be read ({why}): \
         another apply might make once more what only this file knows of",
        shown(path)
    )]
    Unreadable {
        /// The file
        path: Utf8PathBuf,
        /// What is wrong with it
        why: String,
    },
}

impl Hint for NotPushed {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Newer { path, push, .. } => vec![
                push.clone(),
                format!("then remove it: rm {}", shown(path)),
            ],
            Self::Unreadable { path, .. } => vec![
                "compare what there is with what the state has, and `terraform import` what is missing"
                    .to_owned(),
                format!("then move it away: mv {0} {0}.damaged", shown(path)),
            ],
        }
    }
}

/// The state that Terraform could not write, if it left one. Makes it private.
pub(crate) fn errored(project: &Project) -> Option<Errored> {
    let path = project.terraform_dir().join(NAME);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
        Err(error) => {
            return Some(Errored {
                path,
                id: Err(error.to_string()),
                bytes: Vec::new(),
            });
        }
    };
    if let Err(error) = std::fs::set_permissions(&path, Permissions::from_mode(0o600)) {
        tracing::debug!(%path, %error, "it stays readable for others");
    }
    let id = state_id(&bytes);
    Some(Errored { path, id, bytes })
}

/// Which state some bytes are. The error says why they are none.
pub(crate) fn state_id(bytes: &[u8]) -> Result<StateId, String> {
    let text = decode(bytes).map_err(|error| error.to_string())?;
    let state = read_state(&text).map_err(|error| error.to_string())?;
    StateId::of(&state).ok_or_else(|| "it has no lineage and serial".to_owned())
}

/// Refuses to go on from a state while one that comes after it waits to be pushed.
pub(crate) fn nothing_to_push(
    project: &Project,
    present: Option<&StateId>,
) -> Result<(), NotPushed> {
    let Some(left) = errored(project) else {
        return Ok(());
    };
    let id = match left.id {
        Ok(id) => id,
        Err(why) => {
            return Err(NotPushed::Unreadable {
                path: left.path,
                why,
            });
        }
    };
    let serial = present.map_or(0, |present| present.serial);
    let is_newer =
        present.is_none_or(|present| present.lineage == id.lineage && present.serial < id.serial);
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
    Err(NotPushed::Newer {
        path: left.path,
        id,
        present: serial,
        push,
    })
}
