//! What all playbooks share, and the programs that everything needs.

use std::os::unix::fs::PermissionsExt as _;

use infra_core::config::Step;
use infra_core::hint::Hint;

use super::checker::Checker;
use crate::tools;

const BLOCK: [Step<'static>; 1] = [("ansible", None)];

impl Checker<'_> {
    /// Whether the files of the `ansible` block are there, and kept well enough.
    pub(super) fn ansible(&mut self) {
        let settings = self.project.stack.ansible.clone();
        if let Some(file) = &settings.config {
            self.file("the Ansible configuration", file, &BLOCK, ("config", None));
        }
        if let Some(file) = &settings.vault_password_file {
            let attribute = ("vault_password_file", None);
            // A program prints the password, so what others may not do is write it.
            if self.file("the vault password file", file, &BLOCK, attribute)
                && self
                    .mode(file)
                    .is_some_and(|mode| mode & 0o111 == 0 && mode & 0o044 != 0)
            {
                let place = self.place(&BLOCK, attribute);
                self.warning(
                    place,
                    format!("others on this machine can read the vault password in {file}"),
                    &[&format!("chmod 600 {file}")],
                );
            }
        }
        if let Some(file) = &settings.private_key {
            let attribute = ("private_key", None);
            if self.file("the private key", file, &BLOCK, attribute)
                && self.mode(file).is_some_and(|mode| mode & 0o077 != 0)
            {
                let place = self.place(&BLOCK, attribute);
                self.error(
                    place,
                    format!("others on this machine have access to the private key {file}, so ssh will not use it"),
                    &[&format!("chmod 600 {file}")],
                );
            }
        }
    }

    /// Whether the programs are there. Where they aren't is often not where a run will be,
    /// so this is a warning.
    pub(super) fn tools(&mut self) {
        self.tool(tools::terraform(self.project), "terraform");
        if !self.project.stack.playbooks.is_empty() {
            self.tool(tools::ansible(self.project), "ansible");
            self.tool(tools::ssh(self.project), "ansible");
        }
    }

    fn tool<T, E: Hint>(&mut self, found: Result<T, E>, block: &str) {
        if let Err(error) = found {
            let place = self.place(&[(block, None)], ("binary", None));
            let hints = error.hints();
            let hints: Vec<&str> = hints.iter().map(String::as_str).collect();
            self.warning(place, error.to_string(), &hints);
        }
    }

    fn mode(&self, file: &camino::Utf8Path) -> Option<u32> {
        let found = std::fs::metadata(self.path(file)).ok()?;
        Some(found.permissions().mode() & 0o777)
    }
}
