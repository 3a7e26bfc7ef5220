//! `ansible-inventory`: the inventory of any Ansible tree, as Ansible sees it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::ansible::error::said;
use crate::ansible::{AnsibleError, settings};
use crate::process::{Capture, Invocation, Runner};

/// Dynamic inventories ask clouds.
const DEADLINE: Duration = Duration::from_mins(5);

/// A question for the whole inventory (`--list`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventoryListing {
    /// `ansible-inventory`
    pub program: PathBuf,
    /// The inventories: files, directories, scripts, plugin configurations. None: as the
    /// `ansible.cfg` says
    pub inventories: Vec<PathBuf>,
    /// The directory of the playbook: Ansible runs there, and reads `group_vars` and
    /// `host_vars` beside it
    pub playbook_dir: PathBuf,
    /// The `ansible.cfg`. None: as Ansible finds it from the playbook's directory
    pub config: Option<PathBuf>,
    /// Environment variables, whose values are never shown
    pub env: BTreeMap<String, String>,
    /// The file that holds, or prints, the vault password
    pub vault_password_file: Option<PathBuf>,
}

impl InventoryListing {
    /// Lists `inventory` for the playbooks in `playbook_dir`.
    pub fn new(
        program: impl Into<PathBuf>,
        inventory: Option<&Path>,
        playbook_dir: impl Into<PathBuf>,
    ) -> Self {
        Self {
            program: program.into(),
            inventories: inventory.map(Path::to_owned).into_iter().collect(),
            playbook_dir: playbook_dir.into(),
            config: None,
            env: BTreeMap::new(),
            vault_password_file: None,
        }
    }

    /// The command.
    pub fn invocation(&self) -> Invocation {
        let invocation = Invocation::new(&self.program).in_dir(&self.playbook_dir);
        let mut invocation = settings::common(invocation, self.config.as_deref(), &self.env)
            // With `verbosity` in ansible.cfg other lines than the inventory come first.
            .env("ANSIBLE_VERBOSITY", "0")
            .arg("--list")
            .arg("--playbook-dir")
            .arg(&self.playbook_dir);
        for inventory in &self.inventories {
            invocation = invocation.arg("--inventory").arg(inventory);
        }
        if let Some(file) = &self.vault_password_file {
            invocation = invocation.arg("--vault-password-file").arg(file);
        }
        invocation.capture(Capture::Whole).deadline(Some(DEADLINE))
    }

    /// Reads the inventory: JSON as Ansible's script protocol has it.
    pub async fn run(&self, runner: &Runner) -> Result<Vec<u8>, AnsibleError> {
        let invocation = self.invocation();
        let completed = runner.run(&invocation, &|_| {}).await?;
        let program = invocation.name();
        if let Some(why) = completed.stopped {
            return Err(AnsibleError::Stopped { program, why });
        }
        if !completed.exit.success() || !completed.stdout.trim_ascii_start().starts_with(b"{") {
            // Where it says nothing else, its output is not what it should be.
            let first = completed.stdout.split(|byte| *byte == b'\n').next();
            let first = String::from_utf8_lossy(first.unwrap_or_default());
            let said = said(&completed, &first);
            return Err(AnsibleError::Inventory {
                program,
                exit: completed.exit,
                said,
            });
        }
        Ok(completed.stdout)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_in_both_cases() {
        let listing = InventoryListing::new("/v/ansible-inventory", None, "/p");
        let line = listing.invocation().to_string();
        assert!(
            line.ends_with("/v/ansible-inventory --list --playbook-dir /p"),
            "{line}"
        );
        let listing = InventoryListing {
            config: Some("/c.cfg".into()),
            env: [("A".to_owned(), "b".to_owned())].into(),
            vault_password_file: Some("/s/v".into()),
            ..InventoryListing::new("/v/ansible-inventory", Some(Path::new("/p/hosts")), "/p")
        };
        let line = listing.invocation().to_string();
        assert!(
            line.contains("A=*** ") && line.contains("ANSIBLE_CONFIG=/c.cfg "),
            "{line}"
        );
        assert!(
            line.ends_with("--playbook-dir /p --inventory /p/hosts --vault-password-file /s/v"),
            "{line}"
        );
    }
}
