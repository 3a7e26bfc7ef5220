//! The programs of a project: where they are, and what follows from that.

use std::path::PathBuf;

use camino::Utf8PathBuf;
use infra_core::ansible;
use infra_core::hint::Hint;
use infra_exec::terraform::Terraform;
use infra_exec::tools::{AnsibleCore, AnsibleCoreError, LocateError, Tool, locate};

use crate::Project;

/// A program that is missing, or isn't good enough.
#[derive(Debug, thiserror::Error)]
pub enum ToolError {
    /// It wasn't found
    #[error(transparent)]
    Locate(#[from] LocateError),
    /// Its version isn't known, or is too old
    #[error(transparent)]
    Ansible(#[from] AnsibleCoreError),
}

impl Hint for ToolError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Locate(error) => error.hints(),
            Self::Ansible(error) => error.hints(),
        }
    }
}

/// Terraform in the root module of a project.
pub fn terraform(project: &Project) -> Result<Terraform, ToolError> {
    let settings = &project.stack.terraform;
    let program = locate(
        Tool::Terraform,
        settings.binary.as_deref(),
        project.root.as_std_path(),
    )?;
    let terraform =
        Terraform::new(program, project.terraform_dir()).workspace(settings.workspace.clone());
    Ok(settings
        .env
        .iter()
        .fold(terraform, |terraform, (name, value)| {
            terraform.env(name, value)
        }))
}

/// The Ansible of a project.
pub fn ansible(project: &Project) -> Result<AnsibleCore, ToolError> {
    let given = project.stack.ansible.binary.as_deref();
    let program = locate(Tool::AnsiblePlaybook, given, project.root.as_std_path())?;
    let cache = project.local_dir().join("cache");
    Ok(AnsibleCore::detect(&program, Some(cache.as_std_path()))?)
}

/// The ssh of this machine.
pub fn ssh(project: &Project) -> Result<PathBuf, ToolError> {
    Ok(locate(Tool::Ssh, None, project.root.as_std_path())?)
}

/// The versions that count as inputs.
pub(crate) fn versions(ansible: Option<&AnsibleCore>) -> ansible::Tools {
    let jinja = ansible.and_then(|ansible| ansible.jinja.clone());
    ansible::Tools {
        ansible_core: ansible.map(|ansible| ansible.version.to_string()),
        others: jinja
            .map(|version| ("jinja2".to_owned(), version))
            .into_iter()
            .collect(),
    }
}

/// Where collections are that came with Ansible.
pub(crate) fn collection_paths(ansible: Option<&AnsibleCore>) -> Vec<Utf8PathBuf> {
    let dirs = ansible
        .map(|ansible| ansible.collections.as_slice())
        .unwrap_or_default();
    dirs.iter()
        .filter_map(|dir| dir.parent())
        .filter_map(|dir| Utf8PathBuf::from_path_buf(dir.to_owned()).ok())
        .collect()
}
