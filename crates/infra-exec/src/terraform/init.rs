//! `terraform init`.

use std::time::Duration;

use crate::process::{Invocation, ProcessEvent, Runner};
use crate::terraform::stream::{EventSink, TerraformEvent};
use crate::terraform::{Failure, Terraform, TerraformError};

/// How a root module is initialized.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Init {
    lockfile_readonly: bool,
    deadline: Option<Duration>,
}

impl Init {
    /// An `init` that may add to `.terraform.lock.hcl`.
    pub fn new() -> Self {
        Self::default()
    }

    /// Fails where `.terraform.lock.hcl` would have to change, as is right in CI.
    #[must_use]
    pub fn lockfile_readonly(mut self, wanted: bool) -> Self {
        self.lockfile_readonly = wanted;
        self
    }

    /// Limits how long it may take.
    #[must_use]
    pub fn deadline(mut self, deadline: Option<Duration>) -> Self {
        self.deadline = deadline;
        self
    }

    /// The command. Not `-json`, which Terraform has since 1.9 only.
    pub fn invocation(&self, terraform: &Terraform) -> Invocation {
        let mut invocation = terraform
            .invocation(&["init"])
            .arg("-input=false")
            .arg("-no-color");
        if self.lockfile_readonly {
            invocation = invocation.arg("-lockfile=readonly");
        }
        invocation.deadline(self.deadline)
    }
}

impl Terraform {
    /// Installs providers and modules and connects the backend.
    pub async fn init(
        &self,
        runner: &Runner,
        init: &Init,
        events: EventSink<'_>,
    ) -> Result<(), Failure> {
        let completed = runner
            .run(&init.invocation(self), &|event| match event {
                ProcessEvent::Stdout(line) | ProcessEvent::Stderr(line) => {
                    events(TerraformEvent::Text(line));
                }
                other => events(TerraformEvent::Process(other)),
            })
            .await?;
        if let Some(why) = completed.stopped {
            return Err(Failure::Stopped {
                command: "init".to_owned(),
                why,
            });
        }
        if !completed.exit.success() {
            return Err(Box::new(TerraformError::new("init", &completed, Vec::new())).into());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn init_in_both_cases() {
        let terraform = Terraform::new("/bin/terraform", "/live");
        let line = Init::new().invocation(&terraform).to_string();
        assert!(
            line.ends_with("/bin/terraform init -input=false -no-color"),
            "{line}"
        );
        let invocation = Init::new()
            .lockfile_readonly(true)
            .deadline(Some(Duration::from_secs(9)))
            .invocation(&terraform);
        assert!(
            invocation
                .to_string()
                .ends_with("-no-color -lockfile=readonly")
        );
        assert_eq!(invocation.deadline, Some(Duration::from_secs(9)));
    }
}
