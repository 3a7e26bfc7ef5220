//! Commands that only read: `show`, `state pull`, `version`.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;

use crate::process::{Capture, Completed, Invocation, Runner};
use crate::terraform::{Failure, Terraform, TerraformError};
use crate::tools::{MINIMUM_TERRAFORM, Version};

/// What `terraform version` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolVersion {
    /// The version
    pub version: Version,
    /// Whether it is OpenTofu
    pub tofu: bool,
    /// The platform, such as `linux_amd64`
    pub platform: String,
}

impl ToolVersion {
    /// Whether `infra` can work with it. See [`MINIMUM_TERRAFORM`]; of OpenTofu, any can.
    pub fn is_new_enough(&self) -> bool {
        self.tofu || self.version.at_least(&MINIMUM_TERRAFORM)
    }
}

impl Terraform {
    /// The command that prints a saved plan as JSON.
    pub fn show_plan_invocation(&self, plan: &Path) -> Invocation {
        self.invocation(&["show"])
            .arg("-no-color")
            .arg("-json")
            .arg(plan)
            .capture(Capture::Whole)
    }

    /// The command that prints the state as JSON.
    pub fn show_state_invocation(&self) -> Invocation {
        self.invocation(&["show"])
            .arg("-no-color")
            .arg("-json")
            .capture(Capture::Whole)
    }

    /// The command that prints the state as the backend has it.
    pub fn state_pull_invocation(&self) -> Invocation {
        self.invocation(&["state", "pull"])
            .arg("-no-color")
            .capture(Capture::Whole)
    }

    /// Reads a saved plan as JSON: one object, of any length.
    pub async fn show_plan(&self, runner: &Runner, plan: &Path) -> Result<Vec<u8>, Failure> {
        let stdout = self
            .read(runner, "show", &self.show_plan_invocation(plan))
            .await?
            .stdout;
        whole_object("show", stdout)
    }

    /// Reads the state as JSON (`values`, not the raw format).
    pub async fn show_state(&self, runner: &Runner) -> Result<Vec<u8>, Failure> {
        let stdout = self
            .read(runner, "show", &self.show_state_invocation())
            .await?
            .stdout;
        whole_object("show", stdout)
    }

    /// Reads the raw state. Empty if there is none yet. Takes no lock.
    pub async fn state_pull(&self, runner: &Runner) -> Result<Vec<u8>, Failure> {
        let stdout = self
            .read(runner, "state pull", &self.state_pull_invocation())
            .await?
            .stdout;
        if stdout.iter().all(u8::is_ascii_whitespace) {
            return Ok(Vec::new());
        }
        whole_object("state pull", stdout)
    }

    /// The providers that the configuration and the state require, as
    /// `registry.terraform.io/hashicorp/aws`. Needs no `init`, but fails where one has to
    /// fetch modules or connect the backend first.
    pub async fn providers(&self, runner: &Runner) -> Result<BTreeSet<String>, Failure> {
        let invocation = self
            .invocation(&["providers"])
            .arg("-no-color")
            .capture(Capture::Whole);
        let stdout = self.read(runner, "providers", &invocation).await?.stdout;
        Ok(provider_addresses(&String::from_utf8_lossy(&stdout)))
    }

    /// Asks for the version. Takes a quarter of a second, so it isn't asked before a plan,
    /// whose first message says it too.
    pub async fn version(&self, runner: &Runner) -> Result<ToolVersion, Failure> {
        #[derive(Deserialize)]
        struct Answer {
            terraform_version: String,
            #[serde(default)]
            platform: String,
        }
        let invocation = self
            .invocation(&["version"])
            .arg("-json")
            .capture(Capture::Whole);
        let stdout = self.read(runner, "version", &invocation).await?.stdout;
        let incomplete = |problem| Failure::Incomplete {
            command: "version".to_owned(),
            what: "answer",
            problem,
        };
        // A warning about the CLI configuration may stand before the object.
        let start = stdout.iter().position(|&byte| byte == b'{').unwrap_or(0);
        let answer: Answer = serde_json::from_slice(stdout.get(start..).unwrap_or_default())
            .or_else(|error| {
                in_words(&stdout)
                    .map(|version| Answer {
                        terraform_version: version,
                        platform: String::new(),
                    })
                    .ok_or(error)
            })
            .map_err(|_| incomplete("not the JSON that was asked for"))?;
        let version = answer
            .terraform_version
            .parse()
            .map_err(|_| incomplete("not a version"))?;
        // OpenTofu answers with the same keys; its binary says it is OpenTofu only in words.
        let name = self
            .program()
            .file_name()
            .unwrap_or_default()
            .to_string_lossy();
        Ok(ToolVersion {
            version,
            tofu: name.contains("tofu"),
            platform: answer.platform,
        })
    }

    /// Runs a command to its end and makes an error of everything but success.
    pub(super) async fn read(
        &self,
        runner: &Runner,
        command: &str,
        invocation: &Invocation,
    ) -> Result<Completed, Failure> {
        let completed = runner.run(invocation, &|_| {}).await?;
        if let Some(why) = completed.stopped {
            return Err(Failure::Stopped {
                command: command.to_owned(),
                why,
            });
        }
        if !completed.exit.success() {
            return Err(Box::new(TerraformError::new(command, &completed, Vec::new())).into());
        }
        Ok(completed)
    }
}

/// Checks that the output is one whole object: a full disk or a killed wrapper script cuts it.
fn whole_object(command: &str, bytes: Vec<u8>) -> Result<Vec<u8>, Failure> {
    let text = bytes.trim_ascii();
    let problem = match (text.first(), text.last()) {
        (Some(b'{'), Some(b'}')) => return Ok(bytes),
        (None, _) => "empty",
        (Some(b'{'), _) => "cut off",
        _ => "not a JSON object",
    };
    Err(Failure::Incomplete {
        command: command.to_owned(),
        what: "output",
        problem,
    })
}

/// The version as Terraform before 0.13 says it, whatever it is asked for: `Terraform v0.11.14`.
fn in_words(stdout: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(stdout).ok()?;
    text.lines()
        .find_map(|line| line.strip_prefix("Terraform v"))
        .map(|version| version.trim().to_owned())
}

/// The addresses in the tree that `terraform providers` prints: `└── provider[ADDRESS] ~> 5.0`.
fn provider_addresses(tree: &str) -> BTreeSet<String> {
    tree.lines()
        .filter_map(|line| line.split_once("provider[")?.1.split_once(']'))
        .map(|(address, _)| address.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn providers_are_read_from_the_tree() {
        let tree = "\nProviders required by configuration:\n.\n├── provider[terraform.io/builtin/terraform]\n\
                    └── module.a\n    └── provider[registry.terraform.io/hashicorp/aws] ~> 5.0\n\n\
                    Providers required by state:\n\n    provider[registry.terraform.io/hashicorp/null]\n";
        assert_eq!(
            Vec::from_iter(provider_addresses(tree)),
            [
                "registry.terraform.io/hashicorp/aws",
                "registry.terraform.io/hashicorp/null",
                "terraform.io/builtin/terraform"
            ]
        );
    }

    #[test]
    fn reading_commands_ask_for_json_and_keep_it_whole() {
        let terraform = Terraform::new("/bin/terraform", "/live");
        let plan = terraform.show_plan_invocation(Path::new("/run/p"));
        assert!(
            plan.to_string()
                .ends_with("/bin/terraform show -no-color -json /run/p")
        );
        assert_eq!(plan.stdout, Capture::Whole);
        assert!(
            terraform
                .show_state_invocation()
                .to_string()
                .ends_with("show -no-color -json")
        );
        assert!(
            terraform
                .state_pull_invocation()
                .to_string()
                .ends_with("state pull -no-color")
        );
    }

    #[test]
    fn an_object_that_is_cut_off_is_refused() {
        assert!(whole_object("show", b"{\"a\":1}\n".to_vec()).is_ok());
        for (bytes, problem) in [
            ("", "empty"),
            ("{\"a\":", "cut off"),
            ("No state.", "not a JSON object"),
        ] {
            let error = whole_object("show", bytes.into()).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("terraform show succeeded but its output is {problem}")
            );
        }
    }
}
