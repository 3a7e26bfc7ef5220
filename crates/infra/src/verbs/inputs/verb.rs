//! Finding the inputs of a playbook, of a project or of any Ansible tree.

use camino::Utf8PathBuf;

use super::answer::InputsAnswer;
use super::error::InputsError;
use crate::Project;
use crate::context::Context;

/// Whose inputs are asked for.
#[derive(Debug, Clone)]
pub enum InputsOf<'a> {
    /// A playbook that the configuration names
    Configured {
        /// The project
        project: &'a Project,
        /// The label of its block
        playbook: String,
    },
    /// A playbook file, in any Ansible tree
    File {
        /// The file; a relative path starts at `dir`
        playbook: Utf8PathBuf,
        /// The directory in which ansible-playbook would be started
        dir: Utf8PathBuf,
    },
}

/// How inputs are asked for.
#[derive(Debug, Clone, Default)]
pub struct InputsOptions {
    /// Only what applies to this host
    pub host: Option<String>,
    /// An Ansible inventory: a file, a directory or a script. None: for a configured
    /// playbook the hosts of the state, for a file what the `ansible.cfg` names
    pub inventory: Option<Utf8PathBuf>,
    /// A recorded state for the hosts of a configured playbook
    pub state: Option<Utf8PathBuf>,
}

/// Finds everything that decides what a playbook does, on all hosts or on one.
pub async fn inputs(
    context: &Context<'_>,
    of: InputsOf<'_>,
    options: &InputsOptions,
) -> Result<InputsAnswer, InputsError> {
    let _ = (context, of, options);
    Err(InputsError::Listing {
        message: "not asked yet".to_owned(),
    })
}
