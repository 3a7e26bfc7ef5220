//! The few settings of an `ansible.cfg` that have to be added to, and not replaced.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// What Ansible gives ssh if nothing else is configured (the `ssh` connection plugin).
const DEFAULT_SSH_ARGS: &str = "-C -o ControlMaster=auto -o ControlPersist=60s";
/// Where Ansible looks for callback plugins if nothing else is configured (`config/base.yml`).
const DEFAULT_CALLBACK_PLUGINS: &str =
    "~/.ansible/plugins/callback:/usr/share/ansible/plugins/callback";

/// Settings of the project that `infra` adds to. Set in the environment they would replace
/// those of the file, so they are read first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnsibleCfg {
    /// The file, if there is one
    pub file: Option<PathBuf>,
    /// `[ssh_connection] ssh_args`
    pub ssh_args: String,
    /// `[defaults] callback_plugins`, with relative paths made absolute
    pub callback_plugins: String,
}

impl AnsibleCfg {
    /// Reads what Ansible would, in its order: `given` or `$ANSIBLE_CONFIG`, `ansible.cfg` in
    /// `dir`, `~/.ansible.cfg`, `/etc/ansible/ansible.cfg`; the environment over all of them.
    pub fn find(given: Option<&Path>, dir: &Path) -> Self {
        let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let given = given
            .map(Path::to_owned)
            .or_else(|| variable("ANSIBLE_CONFIG").map(PathBuf::from));
        let file = match given {
            Some(path) => Some(dir.join(path)),
            None => [
                in_dir(dir),
                std::env::home_dir().map(|home| home.join(".ansible.cfg")),
                Some(PathBuf::from("/etc/ansible/ansible.cfg")),
            ]
            .into_iter()
            .flatten()
            .find(|path| path.is_file()),
        };
        let file = file.map(|path| {
            if path.is_dir() {
                path.join("ansible.cfg")
            } else {
                path
            }
        });
        let text = file
            .as_ref()
            .and_then(|path| fs::read_to_string(path).ok())
            .unwrap_or_default();
        let base = file.as_deref().and_then(Path::parent).unwrap_or(dir);
        let mut cfg = Self::parse(&text, base);
        if let Some(args) = variable("ANSIBLE_SSH_ARGS") {
            cfg.ssh_args = args;
        }
        if let Some(plugins) = variable("ANSIBLE_CALLBACK_PLUGINS") {
            cfg.callback_plugins = absolute(&plugins, dir);
        }
        cfg.file = file;
        cfg
    }

    fn parse(text: &str, base: &Path) -> Self {
        Self {
            file: None,
            ssh_args: value(text, "ssh_connection", "ssh_args")
                .unwrap_or_else(|| DEFAULT_SSH_ARGS.to_owned()),
            callback_plugins: value(text, "defaults", "callback_plugins").map_or_else(
                || DEFAULT_CALLBACK_PLUGINS.to_owned(),
                |paths| absolute(&paths, base),
            ),
        }
    }
}

/// The file in the working directory, which Ansible doesn't trust where everybody may write.
fn in_dir(dir: &Path) -> Option<PathBuf> {
    let world_writable = fs::metadata(dir).ok()?.permissions().mode() & 0o002 != 0;
    (!world_writable).then(|| dir.join("ansible.cfg"))
}

/// A list of paths, in which relative ones start at `base`. What Ansible expands stays.
fn absolute(paths: &str, base: &Path) -> String {
    let paths: Vec<String> = paths
        .split(':')
        .map(str::trim)
        .filter(|path| !path.is_empty())
        .map(|path| {
            if path.starts_with(['/', '~', '$', '{']) {
                path.to_owned()
            } else {
                base.join(path).to_string_lossy().into_owned()
            }
        })
        .collect();
    paths.join(":")
}

/// Reads one value as Python's configparser does for Ansible: `=` or `:`, comments after
/// ` ;`, continuation lines that are indented, the last of several.
fn value(text: &str, section: &str, key: &str) -> Option<String> {
    let mut here = false;
    let mut found: Option<String> = None;
    let mut continues = false;
    for line in text.lines() {
        let bare = line.split_once(" ;").map_or(line, |(before, _)| before);
        let trimmed = bare.trim();
        if trimmed.starts_with(['#', ';']) {
            continue;
        }
        if trimmed.is_empty() {
            continues = false;
        } else if let Some(name) = trimmed
            .strip_prefix('[')
            .and_then(|rest| rest.split(']').next())
            && !line.starts_with([' ', '\t'])
        {
            here = name == section;
            continues = false;
        } else if line.starts_with([' ', '\t']) && continues {
            if let Some(found) = &mut found {
                found.push('\n');
                found.push_str(trimmed);
            }
        } else if here && let Some((name, value)) = trimmed.split_once(['=', ':']) {
            continues = name.trim().eq_ignore_ascii_case(key);
            if continues {
                found = Some(value.trim().to_owned());
            }
        } else {
            continues = false;
        }
    }
    found
        .map(|value| value.trim().to_owned())
        .filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_configparser_does() {
        let text = "# x\n[defaults]\ncallback_plugins = plugins/cb:~/cb : /abs ; why\nssh_args = no\n\n\
                    [ssh_connection]\n; ssh_args = no\nssh_args: -o ProxyJump=b\n  -o User=%r\npipelining = True\n";
        let cfg = AnsibleCfg::parse(text, Path::new("/project"));
        assert_eq!(cfg.ssh_args, "-o ProxyJump=b\n-o User=%r");
        assert_eq!(cfg.callback_plugins, "/project/plugins/cb:~/cb:/abs");
    }

    #[test]
    fn without_a_file_the_defaults_of_ansible_hold() {
        let cfg = AnsibleCfg::parse("[defaults]\n", Path::new("/"));
        assert_eq!(cfg.ssh_args, DEFAULT_SSH_ARGS);
        assert_eq!(cfg.callback_plugins, DEFAULT_CALLBACK_PLUGINS);
    }

    #[test]
    fn the_file_beside_the_playbook_is_found_unless_everybody_may_write_there() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(
            dir.path().join("ansible.cfg"),
            "[ssh_connection]\nssh_args = -4\n",
        )
        .unwrap();
        assert_eq!(AnsibleCfg::find(None, dir.path()).ssh_args, "-4");
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o777)).unwrap();
        assert_ne!(AnsibleCfg::find(None, dir.path()).ssh_args, "-4");
        assert_eq!(
            AnsibleCfg::find(Some(Path::new("ansible.cfg")), dir.path()).ssh_args,
            "-4"
        );
    }
}
