//! How the playbooks of a project are run: the settings of `infra.hcl`, made absolute.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use camino::Utf8Path;
use infra_core::config::Playbook;
use infra_core::inventory::Inventory;
use infra_core::json::Value;
use infra_exec::ansible::{InventoryListing, PlaybookRun, host_key_vars};
use infra_exec::rundir::{RunDir, RunDirError};
use infra_exec::ssh::HostKeys;
use infra_exec::tools::{AnsibleCore, LocateError, Tool, locate};

use crate::Project;

/// How long a playbook may take, unless it says otherwise.
const DEADLINE: std::time::Duration = std::time::Duration::from_hours(1);

impl Project {
    /// A run of a playbook on some hosts. Extra variables go into a private file: in the
    /// arguments anybody on the machine could read them.
    pub(crate) fn playbook_run(
        &self,
        ansible: &AnsibleCore,
        playbook: &Playbook,
        inventory: &Path,
        dir: &RunDir,
        known_hosts: PathBuf,
        hosts: BTreeSet<String>,
    ) -> Result<PlaybookRun, RunDirError> {
        let settings = &self.stack.ansible;
        let mut run = PlaybookRun::new(
            &ansible.program,
            self.absolute(&playbook.path),
            inventory,
            hosts,
        );
        run.config = settings.config.as_deref().map(|path| self.absolute(path));
        run.env.clone_from(&settings.env);
        run.extra_vars = playbook
            .var_files
            .iter()
            .map(|path| self.absolute(path))
            .collect();
        if !playbook.vars.is_empty() {
            let vars = playbook
                .vars
                .iter()
                .map(|(name, value)| (name.as_str().into(), value.clone()));
            let vars = Value::Object(vars.collect());
            run.extra_vars
                .push(dir.write(&format!("{}-vars.json", playbook.name), vars.to_string())?);
        }
        run.vault_password_file = settings
            .vault_password_file
            .as_deref()
            .map(|path| self.absolute(path));
        run.private_key = settings
            .private_key
            .as_deref()
            .map(|path| self.absolute(path));
        run.user.clone_from(&settings.user);
        run.ssh_args.clone_from(&settings.ssh_args);
        run.forks = settings.forks;
        run.tags.clone_from(&playbook.tags);
        run.skip_tags.clone_from(&playbook.skip_tags);
        run.host_keys = Some(HostKeys::new(known_hosts));
        run.deadline = Some(playbook.timeout.unwrap_or(DEADLINE));
        Ok(run)
    }

    /// The variables of hosts as Ansible sees them from a playbook's directory.
    pub(crate) fn listing(
        &self,
        ansible: &AnsibleCore,
        playbook: &Playbook,
        inventory: &Path,
    ) -> Result<InventoryListing, LocateError> {
        let settings = &self.stack.ansible;
        // Beside the ansible-playbook that is used, so that both are of one release.
        let beside = ansible.program.with_file_name("ansible-inventory");
        let given = beside.to_str().filter(|_| beside.exists());
        let program = locate(Tool::AnsibleInventory, given, self.root.as_std_path())?;
        let playbook = self.absolute(&playbook.path);
        let dir = playbook.parent().unwrap_or(Path::new("/")).to_owned();
        let mut listing = InventoryListing::new(program, Some(inventory), dir);
        listing.config = settings.config.as_deref().map(|path| self.absolute(path));
        listing.env.clone_from(&settings.env);
        listing.vault_password_file = settings
            .vault_password_file
            .as_deref()
            .map(|path| self.absolute(path));
        Ok(listing)
    }

    fn absolute(&self, path: &Utf8Path) -> PathBuf {
        self.root.join(path).into()
    }
}

/// The inventory with what makes ssh look up each key by the machine it belongs to.
pub(crate) fn with_host_keys(inventory: &Inventory) -> Inventory {
    let mut inventory = inventory.clone();
    for (name, host) in &mut inventory.hosts {
        for (variable, value) in host_key_vars(host.identity.as_deref().unwrap_or(name)) {
            host.vars.insert(variable.to_owned(), Value::from(value));
        }
    }
    inventory
}
