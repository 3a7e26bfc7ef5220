//! Copies of a state that may still be at hand.

use camino::Utf8Path;
use infra_core::document::{decode, read_state};
use infra_core::ledger::StateId;

use crate::Project;
use crate::project::shown;

/// A copy of a state, and how it becomes the state again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StateCopy {
    /// Where it is, in words
    pub(crate) place: String,
    /// Which state it is
    pub(crate) id: StateId,
    /// The command that puts it back
    pub(crate) restore: String,
}

/// The copies that Terraform itself leaves in the root module: the state before the last
/// write of the local backend (`terraform.tfstate.backup`), the one that it could not write
/// (`errored.tfstate`), and those of workspaces.
pub(crate) fn in_root_module(project: &Project, found: Option<&StateId>) -> Vec<StateCopy> {
    let dir = project.terraform_dir();
    let settings = &project.stack.terraform;
    let workspace = settings.workspace.as_deref();
    let program = settings.binary.as_deref().unwrap_or("terraform");
    let select = workspace
        .map(|name| format!("TF_WORKSPACE={name} "))
        .unwrap_or_default();
    let mut folders = vec![dir.clone()];
    folders.extend(workspace.map(|name| dir.join("terraform.tfstate.d").join(name)));
    let files = folders.iter().flat_map(|folder| files(folder));
    files
        .filter_map(|file| {
            let below = file.strip_prefix(&dir).unwrap_or(&file);
            let id = id(&file)?;
            // Terraform asks for it where the state that is there has another lineage.
            let force = if found.is_some_and(|found| found.lineage != id.lineage) {
                "-force "
            } else {
                ""
            };
            let change = match shown(&dir).as_str() {
                "" => String::new(),
                dir => format!("-chdir={dir} "),
            };
            let restore = format!("{select}{program} {change}state push {force}{below}");
            Some(StateCopy {
                place: shown(&file),
                id,
                restore,
            })
        })
        .collect()
}

/// The versions of the state that its bucket keeps, the newest first; none where it isn't in
/// S3 or S3 can't be asked.
#[cfg(feature = "aws")]
pub(crate) async fn in_bucket(project: &Project) -> Vec<StateCopy> {
    /// Older ones are listed by `infra state list`.
    const MOST: usize = 10;
    let versions = match crate::verbs::state::list(project, MOST).await {
        Ok(versions) => versions,
        Err(error) => {
            tracing::debug!(%error, "the versions of the state are not known");
            return Vec::new();
        }
    };
    let of = |version: crate::verbs::state::StateVersion| {
        Some(StateCopy {
            place: format!("version {} of {}", version.version, versions.state),
            id: version.state?,
            restore: format!("infra state restore {}", version.version),
        })
    };
    versions.versions.into_iter().filter_map(of).collect()
}

/// A build that knows no S3 knows of no versions.
#[cfg(not(feature = "aws"))]
pub(crate) async fn in_bucket(_: &Project) -> Vec<StateCopy> {
    Vec::new()
}

fn files(folder: &Utf8Path) -> Vec<camino::Utf8PathBuf> {
    let entries = folder.read_dir_utf8().into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path().to_owned())
        .filter(|path| {
            let name = path.file_name().unwrap_or_default();
            name.contains("tfstate") && name != ".terraform.tfstate.lock.info"
        })
        .filter(|path| path.is_file())
        .collect()
}

fn id(file: &Utf8Path) -> Option<StateId> {
    let bytes = std::fs::read(file).ok()?;
    let text = decode(&bytes).ok()?;
    StateId::of(&read_state(&text).ok()?)
}
