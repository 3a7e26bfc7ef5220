//! `plan --check`: Ansible's own preview of what would run.

use std::collections::BTreeSet;
use std::sync::Mutex;

use infra_core::config::Playbook;
use infra_core::hint::Hint;
use infra_exec::ansible::{AnsibleError, AnsibleUpdate, HostOutcome, Mode};
use infra_exec::rundir::{RunDir, RunDirError};
use serde::Serialize;

use super::verb::Planned;
use crate::Project;
use crate::ansible_run::with_host_keys;
use crate::conceal::Concealed;
use crate::context::Context;
use crate::event::Stage;
use crate::localhost::{Targets, targets};
use crate::tools::{self, ToolError};

/// What Ansible says that a playbook would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckedPlaybook {
    /// The name of the playbook
    pub name: String,
    /// The hosts it was tried on
    pub hosts: Vec<CheckedHost>,
    /// The hosts that can't be asked, because Terraform is about to make them
    pub not_there_yet: Vec<String>,
    /// What Ansible wrote, differences included, without the secret variables of the inventory.
    /// It may hold whatever else the files do
    pub output: String,
}

/// What Ansible says of one host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckedHost {
    /// The host
    pub host: String,
    /// `unchanged`, `would change`, `failed`, `unreachable`, `unfinished` or `not reached`
    pub outcome: String,
}

/// Why there is no preview.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// A program is missing or too old
    #[error(transparent)]
    Tool(#[from] ToolError),
    /// Ansible did not begin
    #[error("playbook {playbook:?}: {source}")]
    Ansible {
        /// The playbook
        playbook: String,
        /// Why
        source: AnsibleError,
    },
    /// There is no place for the files of the run
    #[error(transparent)]
    RunDir(#[from] RunDirError),
}

impl Hint for CheckError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Tool(error) => error.hints(),
            Self::Ansible { source, .. } => source.hints(),
            Self::RunDir(error) => error.hints(),
        }
    }
}

/// Asks Ansible what each playbook that would run would change (`--check --diff`).
///
/// Changes nothing, as far as the modules keep to check mode. Machines that Terraform is
/// about to make can't be asked.
pub async fn check(
    context: &Context<'_>,
    project: &Project,
    planned: &Planned,
) -> Result<Vec<CheckedPlaybook>, CheckError> {
    let mut checked = Vec::new();
    for playbook in &project.stack.playbooks {
        let mut decisions = planned.decision.playbooks.iter();
        let Some(decision) = decisions.find(|decision| decision.name == playbook.name) else {
            continue;
        };
        let (there, not_yet): (BTreeSet<String>, BTreeSet<String>) = decision
            .running()
            .map(|host| host.host.to_string())
            .partition(|host| !planned.machines.contains_key(host));
        let mut result = CheckedPlaybook {
            name: playbook.name.clone(),
            hosts: Vec::new(),
            not_there_yet: not_yet.into_iter().collect(),
            output: String::new(),
        };
        if !there.is_empty() {
            let there = targets(there, decision, &planned.built.inventory);
            context
                .stage(
                    Stage::Check,
                    ask(context, project, planned, playbook, there, &mut result),
                )
                .await?;
        }
        if !result.hosts.is_empty() || !result.not_there_yet.is_empty() {
            checked.push(result);
        }
    }
    Ok(checked)
}

async fn ask(
    context: &Context<'_>,
    project: &Project,
    planned: &Planned,
    playbook: &Playbook,
    targets: Targets,
    result: &mut CheckedPlaybook,
) -> Result<(), CheckError> {
    let ansible = tools::ansible(project)?;
    let dir = RunDir::create_in(&std::env::temp_dir())?;
    let inventory = dir.write(
        "inventory.yml",
        with_host_keys(&planned.built.inventory).yaml(),
    )?;
    let known_hosts = project.state_dir().join("known_hosts").into();
    let Targets { hosts, bystander } = targets;
    let mut run = project.playbook_run(&ansible, playbook, &inventory, &dir, known_hosts, hosts)?;
    run.bystander = bystander;
    run.mode = Mode::Check;
    run.diff = true;
    let concealed = Concealed::of(&planned.built.inventory);
    let output = Mutex::new(String::new());
    let keep = |update: AnsibleUpdate<'_>| {
        if let (AnsibleUpdate::Text(line), Ok(mut output)) = (update, output.lock()) {
            output.push_str(&concealed.hide(line));
            output.push('\n');
        }
    };
    let outcome = run.run(&context.runner, &dir, &keep).await;
    let outcome = outcome.map_err(|source| CheckError::Ansible {
        playbook: playbook.name.clone(),
        source,
    })?;
    result.output = output.into_inner().unwrap_or_default();
    result.hosts = outcome
        .hosts
        .iter()
        .map(|(host, outcome)| CheckedHost {
            host: host.clone(),
            outcome: word(outcome).to_owned(),
        })
        .collect();
    Ok(())
}

fn word(outcome: &HostOutcome) -> &'static str {
    match outcome {
        HostOutcome::Succeeded { changed: 0 } => "unchanged",
        HostOutcome::Succeeded { .. } => "would change",
        HostOutcome::Failed { .. } => "failed",
        HostOutcome::Unreachable { .. } => "unreachable",
        HostOutcome::Unfinished { .. } => "unfinished",
        HostOutcome::NotReached => "not reached",
    }
}
