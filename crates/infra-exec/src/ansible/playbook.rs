//! `ansible-playbook`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::ansible::files::Files;
use crate::ansible::{AnsibleCfg, AnsibleError, settings};
use crate::process::Invocation;
use crate::ssh::HostKeys;

/// Whether a playbook changes hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// It does
    #[default]
    Apply,
    /// It only says what it would change (`--check`)
    Check,
}

/// A playbook to be run on some hosts. Every path should be absolute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaybookRun {
    /// `ansible-playbook`
    pub program: PathBuf,
    /// The playbook. Ansible runs in its directory
    pub playbook: PathBuf,
    /// The inventory: a file of the `yaml` plugin, as JSON or YAML
    pub inventory: PathBuf,
    /// The hosts that are meant, by their exact names. A play for `localhost` runs only if
    /// that is among them
    pub hosts: BTreeSet<String>,
    /// A host of the inventory that no play is for. Where `localhost` alone is meant and is not in
    /// the inventory, Ansible refuses a limit without one: "leaves us with no hosts to target"
    pub bystander: Option<String>,
    /// The `ansible.cfg`. None: as Ansible finds it from the playbook's directory
    pub config: Option<PathBuf>,
    /// Environment variables, whose values are never shown
    pub env: BTreeMap<String, String>,
    /// Files of extra variables, in order
    pub extra_vars: Vec<PathBuf>,
    /// The file that holds, or prints, the vault password
    pub vault_password_file: Option<PathBuf>,
    /// The private key for ssh
    pub private_key: Option<PathBuf>,
    /// The login of hosts that no other setting gives one
    pub user: Option<String>,
    /// Further arguments of ssh
    pub ssh_args: Vec<String>,
    /// How many hosts at once
    pub forks: Option<u32>,
    /// Only tasks with one of these tags
    pub tags: Vec<String>,
    /// No tasks with one of these tags
    pub skip_tags: Vec<String>,
    /// Whether it changes hosts
    pub mode: Mode,
    /// Whether to show differences in files, secrets included
    pub diff: bool,
    /// Where the keys of hosts are. None: where ssh has them
    pub host_keys: Option<HostKeys>,
    /// How long it may take
    pub deadline: Option<Duration>,
    /// A new file for all that Ansible writes, which may hold secrets
    pub log: Option<PathBuf>,
}

impl PlaybookRun {
    /// A run with nothing else set.
    pub fn new(
        program: impl Into<PathBuf>,
        playbook: impl Into<PathBuf>,
        inventory: impl Into<PathBuf>,
        hosts: BTreeSet<String>,
    ) -> Self {
        Self {
            program: program.into(),
            playbook: playbook.into(),
            inventory: inventory.into(),
            hosts,
            bystander: None,
            config: None,
            env: BTreeMap::new(),
            extra_vars: Vec::new(),
            vault_password_file: None,
            private_key: None,
            user: None,
            ssh_args: Vec::new(),
            forks: None,
            tags: Vec::new(),
            skip_tags: Vec::new(),
            mode: Mode::Apply,
            diff: false,
            host_keys: None,
            deadline: None,
            log: None,
        }
    }

    /// The directory that Ansible runs in.
    pub(super) fn dir(&self) -> &Path {
        self.playbook.parent().unwrap_or(Path::new("/"))
    }

    /// The hosts that are left by `--limit`.
    pub(super) fn limit(&self) -> impl Iterator<Item = &str> {
        self.hosts.iter().chain(&self.bystander).map(String::as_str)
    }

    /// Refuses hosts that `--limit` would take for a pattern: a name such as `*` or `!a`
    /// means other hosts than itself.
    pub(super) fn check_hosts(&self) -> Result<(), AnsibleError> {
        if self.hosts.is_empty() {
            return Err(AnsibleError::NoHosts {
                playbook: self.playbook.clone(),
            });
        }
        let exact = |name: &str| {
            name.starts_with(|c: char| c.is_alphanumeric() || c == '_')
                && name
                    .chars()
                    .all(|c| c.is_alphanumeric() || "._-".contains(c))
        };
        match self.limit().find(|name| !exact(name)) {
            Some(name) => Err(AnsibleError::HostName {
                name: name.to_owned(),
            }),
            None => Ok(()),
        }
    }

    /// The command, with the files that were made for it.
    pub(super) fn invocation(&self, files: &Files, cfg: &AnsibleCfg) -> Invocation {
        let plugins = format!("{}:{}", files.plugins.display(), cfg.callback_plugins);
        let ssh_args = settings::ssh_args(self.host_keys.as_ref(), &self.ssh_args, cfg);
        let mut limit = std::ffi::OsString::from("@");
        limit.push(&files.limit);
        let invocation = Invocation::new(&self.program).in_dir(self.dir());
        let invocation = settings::common(invocation, self.config.as_deref(), &self.env);
        let mut invocation = settings::playbook(invocation, self.diff)
            .env("ANSIBLE_CALLBACK_PLUGINS", plugins)
            .env("_INFRA_ANSIBLE_EVENTS", &files.events)
            .env("ANSIBLE_SSH_ARGS", ssh_args)
            // Sockets that outlive the run connect whoever may use them to the hosts.
            .env("ANSIBLE_SSH_CONTROL_PATH_DIR", files.control.path())
            // Not where the project's configuration has it: a connection that was left open
            // there may lead to another machine by now.
            .env("ANSIBLE_SSH_CONTROL_PATH", "")
            // Decrypted files pass through here.
            .env("ANSIBLE_LOCAL_TEMP", &files.temp)
            .arg("--inventory")
            .arg(&self.inventory)
            // From a file: thousands of names don't fit in an argument.
            .arg("--limit")
            .arg(limit);
        if self.mode == Mode::Check {
            invocation = invocation.arg("--check");
        }
        if self.diff {
            invocation = invocation.arg("--diff");
        }
        for file in &self.extra_vars {
            // Never `-e name=value`, which every user of the machine sees in the process list.
            let mut value = std::ffi::OsString::from("@");
            value.push(file);
            invocation = invocation.arg("--extra-vars").arg(value);
        }
        if let Some(file) = &self.vault_password_file {
            invocation = invocation.arg("--vault-password-file").arg(file);
        }
        if let Some(key) = &self.private_key {
            invocation = invocation.arg("--private-key").arg(key);
        }
        if let Some(user) = &self.user {
            invocation = invocation.arg("--user").arg(user);
        }
        if let Some(forks) = self.forks {
            invocation = invocation.arg("--forks").arg(forks.to_string());
        }
        if !self.tags.is_empty() {
            invocation = invocation.arg("--tags").arg(self.tags.join(","));
        }
        if !self.skip_tags.is_empty() {
            invocation = invocation.arg("--skip-tags").arg(self.skip_tags.join(","));
        }
        invocation = invocation
            .arg("--")
            .arg(&self.playbook)
            // The masters of shared connections stay by design; they are ended with the run.
            .daemon("ssh")
            .deadline(self.deadline);
        match &self.log {
            Some(log) => invocation.log(log),
            None => invocation,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rundir::RunDir;

    fn line(run: &PlaybookRun) -> String {
        let parent = tempfile::tempdir().unwrap();
        let dir = RunDir::create_in(parent.path()).unwrap();
        let files = Files::create(&dir, run.limit()).unwrap();
        let cfg = AnsibleCfg {
            file: None,
            ssh_args: "-C".to_owned(),
            callback_plugins: "/cb".to_owned(),
        };
        run.invocation(&files, &cfg)
            .to_string()
            .replace(&files.path().display().to_string(), "RUN")
    }

    fn run() -> PlaybookRun {
        PlaybookRun::new(
            "/v/ansible-playbook",
            "/p/site.yml",
            "/r/inventory.json",
            ["web".to_owned()].into(),
        )
    }

    #[test]
    fn by_default_only_the_settings_of_our_own_are_forced() {
        let line = line(&run());
        let (env, args) = line.split_once(" /v/ansible-playbook ").unwrap();
        assert_eq!(
            args,
            "--inventory /r/inventory.json --limit @RUN/limit -- /p/site.yml"
        );
        insta::assert_snapshot!(env.replace(' ', "\n"), @r"
        cd
        /p
        &&
        env
        -u
        ANSIBLE_FORCE_COLOR
        -u
        ANSIBLE_RUN_TAGS
        -u
        ANSIBLE_SKIP_TAGS
        ANSIBLE_ASK_PASS=0
        ANSIBLE_ASK_VAULT_PASS=0
        ANSIBLE_BECOME_ASK_PASS=0
        ANSIBLE_CALLBACK_PLUGINS=RUN/plugins:/cb
        ANSIBLE_DIFF_ALWAYS=0
        ANSIBLE_ENABLE_TASK_DEBUGGER=0
        ANSIBLE_HOST_KEY_CHECKING=1
        ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED=1
        ANSIBLE_INVENTORY_ENABLED=yaml
        ANSIBLE_INVENTORY_UNPARSED_FAILED=1
        ANSIBLE_LOCAL_TEMP=RUN/tmp
        ANSIBLE_NOCOLOR=1
        ANSIBLE_NOCOWS=1
        ANSIBLE_RETRY_FILES_ENABLED=0
        ANSIBLE_SSH_ARGS='-C
        -o
        ServerAliveInterval=5
        -o
        ServerAliveCountMax=4
        -o
        ControlPath=none'
        ANSIBLE_SSH_CONTROL_PATH=''
        ANSIBLE_SSH_CONTROL_PATH_DIR=RUN/cp
        _INFRA_ANSIBLE_EVENTS=RUN/events
        ");
    }

    #[test]
    fn a_run_with_everything_set() {
        let run = PlaybookRun {
            config: Some("/p/ansible.cfg".into()),
            env: [("TOKEN".to_owned(), "hunter2".to_owned())].into(),
            extra_vars: vec!["/r/vars.json".into(), "/p/more.yml".into()],
            vault_password_file: Some("/s/vault".into()),
            private_key: Some("/s/key".into()),
            user: Some("ubuntu".to_owned()),
            ssh_args: vec!["-4".to_owned()],
            forks: Some(20),
            tags: vec!["a".to_owned(), "b".to_owned()],
            skip_tags: vec!["c".to_owned()],
            mode: Mode::Check,
            diff: true,
            host_keys: Some(HostKeys::new("/s/known_hosts")),
            deadline: Some(Duration::from_hours(1)),
            log: Some("/r/log".into()),
            ..run()
        };
        let line = line(&run);
        let (env, args) = line.split_once(" /v/ansible-playbook ").unwrap();
        assert_eq!(
            args,
            "--inventory /r/inventory.json --limit @RUN/limit --check --diff --extra-vars @/r/vars.json \
             --extra-vars @/p/more.yml --vault-password-file /s/vault --private-key /s/key --user ubuntu \
             --forks 20 --tags a,b --skip-tags c -- /p/site.yml"
        );
        assert!(
            env.contains("ANSIBLE_CONFIG=/p/ansible.cfg") && env.contains("TOKEN=***"),
            "{env}"
        );
        assert!(
            env.contains("ANSIBLE_DIFF_ALWAYS=1")
                && env.contains("UserKnownHostsFile=/s/known_hosts"),
            "{env}"
        );
    }

    #[test]
    fn a_host_name_that_is_a_pattern_is_refused() {
        for (name, exact) in [
            ("web-1.a_b", true),
            ("*", false),
            ("!a", false),
            ("a:b", false),
            ("~x", false),
            ("a\nb", false),
            ("@f", false),
            ("-x", false),
        ] {
            let run = PlaybookRun {
                hosts: [name.to_owned()].into(),
                ..run()
            };
            assert_eq!(run.check_hosts().is_ok(), exact, "{name:?}");
        }
        assert!(
            PlaybookRun {
                hosts: BTreeSet::new(),
                ..run()
            }
            .check_hosts()
            .is_err()
        );
    }
}
