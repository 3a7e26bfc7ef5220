//! The program, the root module, and the surroundings of every command.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::process::{Invocation, Secret};

/// Terraform or OpenTofu in one root module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terraform {
    program: PathBuf,
    dir: PathBuf,
    workspace: Option<String>,
    env: BTreeMap<String, Secret>,
    logging: bool,
}

/// Whether Terraform takes its own lock on the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Locking {
    /// As Terraform does by itself: one attempt
    #[default]
    Default,
    /// Trying for so long
    Wait(Duration),
    /// Not at all (`-lock=false`), because the caller holds that very lock
    Held,
}

impl Terraform {
    /// The program at `program`, run in the root module `dir`.
    pub fn new(program: impl Into<PathBuf>, dir: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            dir: dir.into(),
            workspace: None,
            env: BTreeMap::new(),
            logging: false,
        }
    }

    /// Runs every command in this workspace, whichever is selected.
    #[must_use]
    pub fn workspace(mut self, workspace: Option<impl Into<String>>) -> Self {
        self.workspace = workspace.map(Into::into);
        self
    }

    /// Sets an environment variable for every command. Its value is never shown.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.insert(name.into(), Secret::new(value));
        self
    }

    /// Lets `TF_LOG` and its kin through, which print provider requests to stderr.
    #[must_use]
    pub fn logging(mut self, wanted: bool) -> Self {
        self.logging = wanted;
        self
    }

    /// The program.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// The root module.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The beginning of every command: `terraform SUBCOMMAND`, in the root module.
    ///
    /// Everything else of the environment is inherited, so that `AWS_*`, `TF_VAR_*`,
    /// `TF_DATA_DIR`, `TF_CLI_CONFIG_FILE`, `TF_PLUGIN_CACHE_DIR` and `TF_WORKSPACE` mean
    /// what they mean to a person at the same prompt.
    pub(super) fn invocation(&self, subcommand: &[&str]) -> Invocation {
        let mut invocation = Invocation::new(&self.program)
            .args(subcommand.iter().copied())
            // Terraform writes errored.tfstate to its working directory when the backend
            // is away: that has to be the module, where people look for it. `-chdir` would
            // change what a relative TF_DATA_DIR means.
            .in_dir(&self.dir)
            // Leaves out "run terraform apply next" and the like.
            .env("TF_IN_AUTOMATION", "1")
            // A prompt would wait for ever: nobody is at the other end.
            .env("TF_INPUT", "0")
            // No call to checkpoint-api.hashicorp.com, which adds up to 3 seconds where it is blocked.
            .env("CHECKPOINT_DISABLE", "1")
            // TF_CLI_ARGS and TF_CLI_ARGS_plan add arguments behind our back: `-target`,
            // `-lock=false`, or an `-out` of their own.
            .without_env_prefix("TF_CLI_ARGS");
        if !self.logging {
            // TF_LOG=trace writes credentials and every attribute to stderr, which is kept.
            invocation = invocation.without_env_prefix("TF_LOG");
        }
        if let Some(workspace) = &self.workspace {
            // Unlike `workspace select`, this changes nothing for others in the directory.
            invocation = invocation.env("TF_WORKSPACE", workspace);
        }
        for (name, value) in &self.env {
            invocation = invocation.secret_env(name, value);
        }
        invocation
    }
}

impl Locking {
    pub(super) fn args(self, invocation: Invocation) -> Invocation {
        match self {
            Self::Default => invocation,
            Self::Wait(limit) => invocation.arg(format!("-lock-timeout={}s", limit.as_secs())),
            Self::Held => invocation.arg("-lock=false"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_default_only_the_settings_for_automation_are_forced() {
        let invocation = Terraform::new("/bin/terraform", "/live").invocation(&["plan"]);
        assert_eq!(
            invocation.to_string(),
            "cd /live && CHECKPOINT_DISABLE=1 TF_INPUT=0 TF_IN_AUTOMATION=1 /bin/terraform plan"
        );
        assert_eq!(
            invocation
                .env_removed_prefixes
                .into_iter()
                .collect::<Vec<_>>(),
            ["TF_CLI_ARGS", "TF_LOG"]
        );
    }

    #[test]
    fn workspace_logging_and_variables_are_honoured_and_values_hidden() {
        let invocation = Terraform::new("/bin/tofu", "/live")
            .workspace(Some("prod"))
            .env("TF_VAR_token", "hunter2")
            .logging(true)
            .invocation(&["workspace", "show"]);
        let line = invocation.to_string();
        assert!(
            line.contains("TF_WORKSPACE=prod") && line.contains("TF_VAR_token=***"),
            "{line}"
        );
        assert!(line.ends_with("/bin/tofu workspace show"));
        assert!(!invocation.env_removed_prefixes.contains("TF_LOG"));
    }
}
