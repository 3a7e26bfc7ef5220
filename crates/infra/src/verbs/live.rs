//! Asking Terraform without leaving a trace.

use std::path::PathBuf;

use infra_exec::terraform::{Failure, Locking};

use super::recorded::Recorded;
use crate::Project;
use crate::context::Context;
use crate::event::Stage;
use crate::plan::TerraformError;
use crate::plan::terraform::{How, make};
use crate::tools::{self, ToolError};
use infra_core::hint::Hint;

/// Terraform that gives no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LiveError {
    /// It is missing
    #[error(transparent)]
    Tool(#[from] ToolError),
    /// It made no plan
    #[error(transparent)]
    Plan(#[from] TerraformError),
    /// It gave no state
    #[error(transparent)]
    State(#[from] Failure),
}

impl Hint for LiveError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Tool(error) => error.hints(),
            Self::Plan(error) => error.hints(),
            Self::State(error) => error.hints(),
        }
    }
}

/// An ordinary plan, thrown away once it is read.
///
/// `-lock=false`, because a lock is something written where the state is: who may only
/// look must be able to ask, also while somebody else's run goes on.
pub(super) async fn plan(
    context: &Context<'_>,
    project: &Project,
    refresh_only: bool,
) -> Result<Recorded, LiveError> {
    let terraform = tools::terraform(project)?;
    let var_files: Vec<PathBuf> = project
        .stack
        .terraform
        .var_files
        .iter()
        .map(|file| project.root.join(file).into())
        .collect();
    let how = How {
        locking: Locking::Held,
        refresh_only,
    };
    let made = context
        .stage(Stage::Plan, make(context, &terraform, &var_files, how))
        .await?;
    Ok(Recorded::output("terraform show -json", made.json))
}

/// The state as the backend has it; an empty one where there is none yet.
///
/// `state pull` and not `show -json`: the latter starts every provider to ask for its
/// schema, which takes seconds and says nothing more.
pub(super) async fn state(context: &Context<'_>, project: &Project) -> Result<Recorded, LiveError> {
    const NONE_YET: &[u8] = br#"{"version":4,"resources":[]}"#;
    let terraform = tools::terraform(project)?;
    let pulled = terraform.state_pull(&context.runner).await?;
    let state = if pulled.is_empty() {
        NONE_YET.to_vec()
    } else {
        pulled
    };
    Ok(Recorded::output("terraform state pull", state))
}
