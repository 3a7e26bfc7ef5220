//! Workspaces, and a lock that is left over.

use std::path::Path;

use crate::process::{Capture, Runner};
use crate::terraform::{Failure, Locking, Terraform};

impl Terraform {
    /// The name of the workspace that commands run in.
    pub async fn workspace_show(&self, runner: &Runner) -> Result<String, Failure> {
        let invocation = self
            .invocation(&["workspace", "show"])
            .arg("-no-color")
            .capture(Capture::Whole);
        let stdout = self
            .read(runner, "workspace show", &invocation)
            .await?
            .stdout;
        Ok(String::from_utf8_lossy(&stdout).trim().to_owned())
    }

    /// The names of all workspaces.
    pub async fn workspace_list(&self, runner: &Runner) -> Result<Vec<String>, Failure> {
        let invocation = self
            .invocation(&["workspace", "list"])
            .arg("-no-color")
            .capture(Capture::Whole);
        let stdout = self
            .read(runner, "workspace list", &invocation)
            .await?
            .stdout;
        Ok(String::from_utf8_lossy(&stdout)
            .lines()
            // The one that is in use is marked with an asterisk; a note below may follow.
            .take_while(|line| !line.trim().is_empty())
            .map(|line| line.trim_start_matches(['*', ' ']).trim().to_owned())
            .collect())
    }

    /// Creates a workspace. It takes the state's lock even where that is held by the caller
    /// (`-lock=false` doesn't prevent it), so it has to come before the lock.
    pub async fn workspace_new(&self, runner: &Runner, name: &str) -> Result<(), Failure> {
        // TF_WORKSPACE forbids the command, as it would not change the workspace in use.
        let mut invocation = self
            .invocation(&["workspace", "new"])
            .arg("-no-color")
            .arg(name)
            .without_env("TF_WORKSPACE");
        invocation.env.remove(std::ffi::OsStr::new("TF_WORKSPACE"));
        self.read(runner, "workspace new", &invocation).await?;
        Ok(())
    }

    /// Selects a workspace for everybody in this directory. Prefer [`Terraform::workspace`].
    pub async fn workspace_select(&self, runner: &Runner, name: &str) -> Result<(), Failure> {
        let mut invocation = self
            .invocation(&["workspace", "select"])
            .arg("-no-color")
            .arg(name)
            .without_env("TF_WORKSPACE");
        invocation.env.remove(std::ffi::OsStr::new("TF_WORKSPACE"));
        self.read(runner, "workspace select", &invocation).await?;
        Ok(())
    }

    /// Makes a file the state. Unless forced, Terraform refuses one of another lineage or with a
    /// serial that is lower than the present one's.
    pub async fn state_push(
        &self,
        runner: &Runner,
        file: &Path,
        locking: Locking,
        is_forced: bool,
    ) -> Result<(), Failure> {
        let mut invocation = locking.args(self.invocation(&["state", "push"]));
        if is_forced {
            invocation = invocation.arg("-force");
        }
        let invocation = invocation.arg(file);
        self.read(runner, "state push", &invocation).await?;
        Ok(())
    }

    /// Removes a lock by its ID, whoever holds it.
    pub async fn force_unlock(&self, runner: &Runner, id: &str) -> Result<(), Failure> {
        // -force: the question was asked by whoever calls this.
        let invocation = self
            .invocation(&["force-unlock"])
            .arg("-no-color")
            .arg("-force")
            .arg(id);
        self.read(runner, "force-unlock", &invocation).await?;
        Ok(())
    }
}
