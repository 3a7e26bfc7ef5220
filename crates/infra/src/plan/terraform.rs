//! Asking Terraform for a plan, and for what is in it.

use std::path::PathBuf;

use infra_core::document::{DocumentError, decode, read_state};
use infra_core::hint::Hint;
use infra_core::ledger::StateId;
use infra_exec::process::Runner;
use infra_exec::rundir::{RunDir, RunDirError};
use infra_exec::terraform::{Failure, Locking, Plan, Terraform};

use crate::Project;
use crate::context::Context;

/// A plan that Terraform made: the file, and the text of `show -json`.
pub(crate) struct MadePlan {
    /// The private directory that the file is in, removed when this is dropped
    pub(crate) _dir: RunDir,
    /// The file
    pub(crate) file: PathBuf,
    /// What `terraform show -json` prints of it
    pub(crate) json: Vec<u8>,
    /// The state that the plan starts from, where the file says so in the clear
    pub(crate) state: Option<StateId>,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum TerraformError {
    /// Terraform failed
    #[error(transparent)]
    Failure(#[from] Failure),
    /// There is no place for its files
    #[error(transparent)]
    RunDir(#[from] RunDirError),
    /// The state can't be read
    #[error("the state of `terraform state pull` can't be read: {0}")]
    State(#[source] DocumentError),
}

impl Hint for TerraformError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Failure(error) => error.hints(),
            Self::RunDir(error) => error.hints(),
            Self::State(error) => error.hints(),
        }
    }
}

/// The settings of a plan that aren't the project's.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct How {
    pub(crate) locking: Locking,
    pub(crate) refresh_only: bool,
}

/// Makes a plan.
pub(crate) async fn make(
    context: &Context<'_>,
    terraform: &Terraform,
    project: &Project,
    how: How,
) -> Result<MadePlan, TerraformError> {
    // On the fastest file system there is, and never where a backup or a sync might find it.
    let dir = RunDir::create_in(&std::env::temp_dir())?;
    let file = dir.join("plan");
    let var_files = &project.stack.terraform.var_files;
    let plan = Plan::new(&file)
        .var_files(var_files.iter().map(|file| project.root.join(file)))
        .refresh_only(how.refresh_only)
        .locking(how.locking);
    terraform
        .plan(&context.runner, &plan, &context.terraform())
        .await?;
    let json = terraform.show_plan(&context.runner, &file).await?;
    let state = match state_id(&file) {
        Some(state) => Some(state),
        None => pulled(terraform, &context.runner).await?,
    };
    Ok(MadePlan {
        _dir: dir,
        file,
        json,
        state,
    })
}

/// Whose the state of the backend is, and which write of it. None: there is no state.
pub(crate) async fn pulled(
    terraform: &Terraform,
    runner: &Runner,
) -> Result<Option<StateId>, TerraformError> {
    let bytes = terraform.state_pull(runner).await?;
    if bytes.trim_ascii().is_empty() {
        return Ok(None);
    }
    let text = decode(&bytes).map_err(|error| TerraformError::State(error.into()))?;
    let state = read_state(&text).map_err(TerraformError::State)?;
    Ok(StateId::of(&state))
}

/// The lineage and serial of the state that a saved plan starts from.
///
/// The plan file is a zip archive; `tfstate` in it is the state as the refresh found it,
/// with the lineage and serial that the backend had (`backendPlan` in Terraform's
/// `internal/backend/local/backend_plan.go`; `tfstate-prev` beside it has neither).
/// OpenTofu can encrypt the file, which then says nothing.
pub(crate) fn state_id(plan: &std::path::Path) -> Option<StateId> {
    #[derive(serde::Deserialize)]
    struct Wire {
        #[serde(default)]
        lineage: String,
        #[serde(default)]
        serial: u64,
    }
    let mut archive = zip::ZipArchive::new(std::fs::File::open(plan).ok()?).ok()?;
    let entry = archive.by_name("tfstate").ok()?;
    let wire: Wire = serde_json::from_reader(std::io::BufReader::new(entry)).ok()?;
    Some(StateId {
        lineage: wire.lineage,
        serial: wire.serial,
    })
}
