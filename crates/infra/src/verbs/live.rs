//! Asking Terraform without leaving a trace.

use infra_exec::terraform::{Failure, Locking};

use super::recorded::Recorded;
use crate::Project;
use crate::context::Context;
use crate::event::Stage;
use crate::ledger::LedgerError;
use crate::place::Place;
use crate::plan::TerraformError;
use crate::plan::terraform::{How, make};
use crate::state_guard::{StateGuard, StateRefused};
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
    /// The ledger, which knows the state that was last there, can't be read
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The state can't be the right one
    #[error(transparent)]
    WrongState(#[from] StateRefused),
    /// It gave no state
    #[error(transparent)]
    State(#[from] Failure),
}

impl Hint for LiveError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Tool(error) => error.hints(),
            Self::Plan(error) => error.hints(),
            Self::Ledger(error) => error.hints(),
            Self::WrongState(error) => error.hints(),
            Self::State(error) => error.hints(),
        }
    }
}

/// An ordinary plan, thrown away once it is read.
///
/// `-lock=false`, because a lock is something written where the state is: who may only
/// look must be able to ask, also while somebody else's run goes on.
///
/// A plan for the wrong state is refused as [`plan`](crate::plan()) refuses it: of a state
/// that was lost Terraform finds that nothing has drifted.
pub(super) async fn plan(
    context: &Context<'_>,
    project: &Project,
    refresh_only: bool,
) -> Result<Recorded, LiveError> {
    let terraform = tools::terraform(project)?;
    // Read before the plan: a run that goes on can only move the state past what is remembered here.
    let place = Place::of(project).map_err(LedgerError::from)?;
    let ledger = place.ledger().await?;
    let guard = StateGuard {
        remembered: ledger.index().state.clone(),
        accepted: None,
    };
    let how = How {
        locking: Locking::Held,
        refresh_only,
    };
    let made = context
        .stage(Stage::Plan, make(context, &terraform, project, how))
        .await?;
    guard.admit(project, made.state.as_ref()).await?;
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
