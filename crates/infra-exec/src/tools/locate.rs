//! Finds the programs.

use std::ffi::OsStr;
use std::fmt;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use infra_core::hint::Hint;

use crate::tools::Version;

/// The oldest Terraform that is supported.
///
/// `plan -json` came with 0.15.3, `resource_drift` in `show -json` with 1.0, and
/// `relevant_attributes`, without which no change can be proven to be a consequence of
/// drift, with 1.2.0. Every OpenTofu has them: it begins at 1.6.0.
pub const MINIMUM_TERRAFORM: Version = Version::new(1, 2, 0);

/// A program that is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// `terraform`, else `tofu`
    Terraform,
    /// `ansible-playbook`
    AnsiblePlaybook,
    /// `ansible-inventory`
    AnsibleInventory,
    /// `ssh`
    Ssh,
}

impl Tool {
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Terraform => &["terraform", "tofu"],
            Self::AnsiblePlaybook => &["ansible-playbook"],
            Self::AnsibleInventory => &["ansible-inventory"],
            Self::Ssh => &["ssh"],
        }
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Terraform => "Terraform",
            Self::AnsiblePlaybook | Self::AnsibleInventory => "Ansible",
            Self::Ssh => "ssh",
        })
    }
}

/// Why a program was not found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LocateError {
    /// No directory of PATH has it
    #[error("{tool} not found: no {} in PATH", names.join(" or "))]
    NotInPath {
        /// What was looked for
        tool: Tool,
        /// Under which names
        names: Vec<String>,
    },
    /// The path that was given is no program
    #[error("{tool} not found: {} {problem}", path.display())]
    NotAProgram {
        /// What was looked for
        tool: Tool,
        /// Where
        path: PathBuf,
        /// What is wrong with it
        problem: &'static str,
    },
}

impl Hint for LocateError {
    fn hints(&self) -> Vec<String> {
        let (Self::NotInPath { tool, .. } | Self::NotAProgram { tool, .. }) = self;
        let how = match tool {
            Tool::Terraform => {
                "install Terraform (https://developer.hashicorp.com/terraform/install) or OpenTofu \
                 (https://opentofu.org/docs/intro/install), or name it with `binary` in the `terraform` block"
            }
            Tool::AnsiblePlaybook | Tool::AnsibleInventory => {
                "install it with `pipx install ansible-core`, or name it with `binary` in the `ansible` block"
            }
            Tool::Ssh => "install the OpenSSH client (Debian: `apt install openssh-client`)",
        };
        vec![how.to_owned()]
    }
}

/// Finds a program in this process's PATH. See [`locate_in`].
pub fn locate(tool: Tool, given: Option<&str>, base: &Path) -> Result<PathBuf, LocateError> {
    locate_in(
        tool,
        given,
        base,
        &std::env::var_os("PATH").unwrap_or_default(),
    )
}

/// Finds a program: `given` if it is a path (a relative one starts at `base`), or else a
/// name, given or usual, in the directories of `path`. The result is absolute.
///
/// Empty and relative entries of PATH are passed over: they would run what lies in the
/// directory that happens to be the present one.
pub fn locate_in(
    tool: Tool,
    given: Option<&str>,
    base: &Path,
    path: &OsStr,
) -> Result<PathBuf, LocateError> {
    if let Some(given) = given.filter(|given| given.contains('/')) {
        let path = base.join(given);
        let path = std::path::absolute(&path).unwrap_or(path);
        return match problem(&path) {
            None => Ok(path),
            Some(problem) => Err(LocateError::NotAProgram {
                tool,
                path,
                problem,
            }),
        };
    }
    let names = given.map_or_else(|| tool.names().to_vec(), |given| vec![given]);
    for name in &names {
        let found = std::env::split_paths(path)
            .filter(|dir| dir.is_absolute())
            .map(|dir| dir.join(name))
            .find(|candidate| problem(candidate).is_none());
        if let Some(found) = found {
            return Ok(found);
        }
    }
    Err(LocateError::NotInPath {
        tool,
        names: names.into_iter().map(str::to_owned).collect(),
    })
}

fn problem(path: &Path) -> Option<&'static str> {
    match std::fs::metadata(path) {
        Err(_) => Some("does not exist"),
        Ok(found) if !found.is_file() => Some("is not a file"),
        Ok(found) if found.permissions().mode() & 0o111 == 0 => Some("is not executable"),
        Ok(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(dir: &Path, name: &str, mode: u32) -> PathBuf {
        let path = dir.join(name);
        std::fs::write(&path, "#!/bin/sh\n").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    #[test]
    fn terraform_comes_before_tofu_and_a_file_that_cannot_run_is_passed_over() {
        let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let tofu = program(a.path(), "tofu", 0o755);
        program(a.path(), "terraform", 0o644);
        let path = std::env::join_paths([a.path(), b.path()]).unwrap();
        let find = |given| locate_in(Tool::Terraform, given, a.path(), &path);
        assert_eq!(find(None).unwrap(), tofu);
        let terraform = program(b.path(), "terraform", 0o755);
        assert_eq!(find(None).unwrap(), terraform);
        assert_eq!(find(Some("tofu")).unwrap(), tofu);
        assert_eq!(find(Some("./tofu")).unwrap(), tofu);
        assert_eq!(
            find(Some("./terraform")).unwrap_err().to_string(),
            format!(
                "Terraform not found: {} is not executable",
                a.path().join("terraform").display()
            )
        );
    }

    #[test]
    fn nothing_is_run_from_the_present_directory_by_way_of_path() {
        let relative = Path::new("target");
        let path = std::env::join_paths([Path::new(""), Path::new("."), relative]).unwrap();
        let error = locate_in(Tool::Ssh, Some("Cargo.toml"), Path::new("/"), &path).unwrap_err();
        assert_eq!(error.to_string(), "ssh not found: no Cargo.toml in PATH");
        let error = locate_in(Tool::Terraform, None, Path::new("/"), OsStr::new("")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "Terraform not found: no terraform or tofu in PATH"
        );
        assert_eq!(error.hints().len(), 1);
    }
}
