//! What Terraform's files say of its backend, without asking Terraform.

use camino::{Utf8Path, Utf8PathBuf};
use infra_core::aws::{
    Access, BackendBlock, S3Backend, block_of_data_directory, block_of_module, provider_of_module,
};

use super::PlaceError;
use crate::Project;

/// The workspace in which Terraform runs: that of `infra.hcl`, of `TF_WORKSPACE`, or the one
/// that is selected (`internal/command/meta_backend.go`, `Meta.Workspace`).
pub(crate) fn workspace(project: &Project) -> String {
    const DEFAULT: &str = "default";
    let given = project.stack.terraform.workspace.clone();
    given
        .or_else(|| variable(project, "TF_WORKSPACE"))
        .or_else(|| std::fs::read_to_string(data_directory(project).join("environment")).ok())
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| DEFAULT.to_owned())
}

/// Where `terraform init` keeps what it made.
pub(crate) fn data_directory(project: &Project) -> Utf8PathBuf {
    let given = variable(project, "TF_DATA_DIR").unwrap_or_else(|| ".terraform".to_owned());
    project.terraform_dir().join(given)
}

/// A variable of the environment as Terraform gets it.
pub(super) fn variable(project: &Project, name: &str) -> Option<String> {
    let own = project.stack.terraform.env.get(name).cloned();
    own.or_else(|| std::env::var(name).ok())
        .filter(|value| !value.is_empty())
}

/// The backend that the root module is initialised with; before it is, the one that its
/// sources ask for. None: the state is a file beside the module.
pub(crate) fn state_block(project: &Project) -> Result<Option<BackendBlock>, PlaceError> {
    let path = data_directory(project).join("terraform.tfstate");
    match std::fs::read(&path) {
        Ok(bytes) => {
            let kept = block_of_data_directory(&bytes);
            if let Some(block) =
                kept.map_err(|source| PlaceError::DataDirectory { path, source })?
            {
                return Ok(Some(block));
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(source) => return Err(PlaceError::Read { path, source }),
    }
    let files = sources(&project.terraform_dir())?;
    Ok(block_of_module(&borrowed(&files)))
}

/// How the AWS provider of the root module reaches AWS, as far as its block says so in
/// constants; the settings have the names of those of the S3 backend.
pub(crate) fn provider_access(project: &Project) -> Result<Access, PlaceError> {
    let module = project.terraform_dir();
    let files = sources(&module)?;
    let Some(block) = provider_of_module(&borrowed(&files), "aws") else {
        return Ok(Access::default());
    };
    S3Backend::from_settings(&block.settings)
        .map(|settings| settings.access)
        .map_err(|source| PlaceError::Provider { module, source })
}

fn borrowed(files: &[(String, String)]) -> Vec<(&str, &str)> {
    files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect()
}

/// The sources of a root module. One that isn't text is Terraform's to complain about.
fn sources(dir: &Utf8Path) -> Result<Vec<(String, String)>, PlaceError> {
    let failed = |source| PlaceError::Read {
        path: dir.to_owned(),
        source,
    };
    let entries = match dir.read_dir_utf8() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed)?,
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed)?.into_path();
        let name = path.file_name().unwrap_or_default();
        let is_source = [".tf", ".tf.json", ".tofu", ".tofu.json"]
            .iter()
            .any(|ending| name.ends_with(ending));
        if is_source && let Ok(text) = std::fs::read_to_string(&path) {
            files.push((path.into_string(), text));
        }
    }
    Ok(files)
}
