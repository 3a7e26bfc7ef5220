//! Deciding as `plan` does, and looking up what is behind each reason.

use infra_core::decision::FORMAT_VERSION;
use infra_core::drift::DriftRules;
use infra_core::hint::{Hint, did_you_mean};

use super::answer::Explanation;
use super::evidence::Evidence;
use crate::Project;
use crate::context::Context;
use crate::ledger::Ledger;
use crate::ledger::LedgerError;
use crate::place::Place;
use crate::plan::{PlanError, PlanOptions, Planned, Planner};

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
    let playbooks = &project.stack.playbooks;
    if playbooks.iter().all(|known| known.name != playbook) {
        return Err(ExplainError::UnknownPlaybook {
            name: playbook.to_owned(),
            known: playbooks.iter().map(|known| known.name.clone()).collect(),
        });
    }
    let place = Place::of(project)
        .map_err(LedgerError::from)
        .map_err(PlanError::from)?;
    let ledger = place.ledger().await.map_err(PlanError::from)?;
    let planned = plan_with(context, project, options, &place, &ledger).await?;
    let decisions = planned.decision.playbooks.into_iter();
    let Some(decision) = decisions.into_iter().find(|one| one.name == playbook) else {
        return Err(ExplainError::UnknownPlaybook {
            name: playbook.to_owned(),
            known: Vec::new(),
        });
    };
    if let Some(host) = host
        && decision.hosts.iter().all(|known| *known.host != *host)
    {
        return Err(ExplainError::UnknownHost {
            playbook: playbook.to_owned(),
            host: host.to_owned(),
            hosts: decision
                .hosts
                .iter()
                .map(|host| host.host.to_string())
                .collect(),
        });
    }
    let mut evidence = Evidence::new(project, &ledger, &planned.built.inventory);
    let mut hosts = Vec::new();
    for decided in decision.hosts {
        if host.is_none_or(|host| *host == *decided.host) {
            let explained = evidence.host(playbook, decided).await;
            hosts.push(explained.map_err(PlanError::from)?);
        }
    }
    Ok(Explanation {
        format_version: FORMAT_VERSION,
        stack: project.stack.name.clone(),
        playbook: playbook.to_owned(),
        hosts,
        unresolved: decision.unresolved,
    })
}

async fn plan_with(
    context: &Context<'_>,
    project: &Project,
    options: &PlanOptions,
    place: &Place,
    ledger: &Ledger,
) -> Result<Planned, PlanError> {
    let rules = DriftRules::compile(&project.stack.drift)?;
    let key = place.key().await?;
    let planner = Planner {
        context,
        project,
        options,
        rules: &rules,
        ledger,
        key: &key,
        held: None,
        cached: false,
    };
    planner.plan().await
}
