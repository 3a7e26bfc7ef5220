//! A copy of the state on this machine.

use camino::{Utf8Path, Utf8PathBuf};
use infra_core::decision::FORMAT_VERSION;
use infra_core::digest::Digest;
use infra_core::ledger::StateId;
use serde::Serialize;

use super::StateError;
use super::copy::read_copy;
use crate::context::Context;
use crate::files::atomic::{self, Created};
use crate::{Project, tools};

/// A copy that was made. Serialises as the document of `infra state backup --json`.
#[derive(Debug, Clone, Serialize)]
pub struct Backup {
    /// [`FORMAT_VERSION`](infra_core::decision::FORMAT_VERSION)
    pub format_version: &'static str,
    /// The stack
    pub stack: String,
    /// The file
    pub file: Utf8PathBuf,
    /// Which state it is
    #[serde(flatten)]
    pub state: StateId,
    /// The digest of the file
    pub digest: Digest,
    /// How many bytes it has
    pub bytes: usize,
}

/// Copies the state, as Terraform gives it out, to a file that only its owner can read. A
/// state holds secrets. Without `to` the file lies with the records on this machine.
///
/// # Errors
///
/// If there is no state, or the file is there already: a copy is never overwritten.
pub async fn backup(
    context: &Context<'_>,
    project: &Project,
    to: Option<&Utf8Path>,
) -> Result<Backup, StateError> {
    let terraform = tools::terraform(project)?;
    let bytes = terraform.state_pull(&context.runner).await?;
    if bytes.trim_ascii().is_empty() {
        return Err(StateError::Nothing);
    }
    let state = read_copy("the output of `terraform state pull`", &bytes)?.id;
    let file = to.map_or_else(
        || {
            let now = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ");
            let name = format!("{now}-{}.tfstate", state.serial);
            project.state_dir().join("backups").join(name)
        },
        Utf8Path::to_owned,
    );
    let failed = |source| StateError::Write {
        path: file.clone(),
        source,
    };
    let dir = file.parent().filter(|dir| !dir.as_str().is_empty());
    match dir {
        Some(dir) if to.is_none() => atomic::private_dir(dir).map_err(failed)?,
        Some(dir) if !dir.is_dir() => {
            return Err(StateError::NoDirectory {
                path: file.clone(),
                dir: dir.to_owned(),
            });
        }
        _ => {}
    }
    if atomic::create(&file, &bytes).map_err(failed)? == Created::Taken {
        return Err(StateError::Taken { path: file });
    }
    Ok(Backup {
        format_version: FORMAT_VERSION,
        stack: project.stack.name.clone(),
        digest: Digest::of(&bytes),
        bytes: bytes.len(),
        file,
        state,
    })
}
