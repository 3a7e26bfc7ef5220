//! The settings that every Ansible of ours runs under, each with its reason.

use std::collections::BTreeMap;
use std::path::Path;

use crate::ansible::AnsibleCfg;
use crate::process::{Invocation, Secret};
use crate::ssh::{HostKeys, KEEP_ALIVE, host_key_alias};

/// The variables that make Ansible look up the host's key by the machine's identity.
///
/// They are the `extra_args` of each of ssh, sftp and scp, because a project is more likely
/// to have `ansible_ssh_common_args` of its own, for a jump host.
pub fn host_key_vars(identity: &str) -> BTreeMap<&'static str, String> {
    let option = format!("-o HostKeyAlias={}", host_key_alias(identity));
    [
        "ansible_ssh_extra_args",
        "ansible_sftp_extra_args",
        "ansible_scp_extra_args",
    ]
    .into_iter()
    .map(|name| (name, option.clone()))
    .collect()
}

/// Settings for whatever Ansible is asked.
pub(super) fn common(
    invocation: Invocation,
    config: Option<&Path>,
    env: &BTreeMap<String, String>,
) -> Invocation {
    let mut invocation = invocation
        // A file that can't be parsed is otherwise a warning and "no hosts matched", with
        // exit code 0.
        .env("ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED", "1")
        .env("ANSIBLE_INVENTORY_UNPARSED_FAILED", "1")
        // Output is kept and shown by others.
        .env("ANSIBLE_NOCOLOR", "1")
        .without_env("ANSIBLE_FORCE_COLOR")
        .env("ANSIBLE_NOCOWS", "1")
        // Nobody is there to answer.
        .env("ANSIBLE_ASK_PASS", "0")
        .env("ANSIBLE_BECOME_ASK_PASS", "0")
        .env("ANSIBLE_ASK_VAULT_PASS", "0");
    if let Some(config) = config {
        invocation = invocation.env("ANSIBLE_CONFIG", config);
    }
    for (name, value) in env {
        invocation = invocation.secret_env(name, &Secret::new(value));
    }
    invocation
}

/// Settings for running a playbook.
pub(super) fn playbook(invocation: Invocation, diff: bool) -> Invocation {
    invocation
        // The inventory is the file that was written for this run, in the format that it was
        // written in: no script, plugin or address list can be made of its name or content.
        .env("ANSIBLE_INVENTORY_ENABLED", "yaml")
        // Who failed is in the ledger; a `.retry` file beside the playbook is one more thing
        // to commit by mistake.
        .env("ANSIBLE_RETRY_FILES_ENABLED", "0")
        // Keys are checked by identity. Switched off, anybody may be at the other end.
        .env("ANSIBLE_HOST_KEY_CHECKING", "1")
        // Diffs show the content of files, keys and passwords included.
        .env("ANSIBLE_DIFF_ALWAYS", if diff { "1" } else { "0" })
        // A failed task would open a prompt.
        .env("ANSIBLE_ENABLE_TASK_DEBUGGER", "0")
        // They would leave out tasks behind our back, and the run would count as complete.
        .without_env("ANSIBLE_RUN_TAGS")
        .without_env("ANSIBLE_SKIP_TAGS")
}

/// The arguments of ssh, as one text that Ansible splits like a shell does. Of an option
/// that is given twice ssh takes the first, so: what must hold, what was configured, what
/// only fills a gap.
pub(super) fn ssh_args(
    host_keys: Option<&HostKeys>,
    configured: &[String],
    cfg: &AnsibleCfg,
) -> String {
    let required = host_keys.map(HostKeys::options).unwrap_or_default();
    let mut words: Vec<String> = required
        .iter()
        .chain(configured)
        .map(|word| quoted(word))
        .collect();
    words.push(cfg.ssh_args.clone());
    words.extend(KEEP_ALIVE.map(str::to_owned));
    own_connections(words.join(" "))
}

/// The arguments without what would make ssh use a connection that is open already.
///
/// A master that somebody left open leads wherever its host was then: to another machine by
/// now, without a look at the host's key, or to nobody, and then it waits for ever. Ansible
/// keeps the connections of a run in a directory that is the run's own unless arguments say
/// where they are; where it keeps none, the user's `ssh_config` must not have any either.
fn own_connections(args: String) -> String {
    const ELSEWHERE: &str = "controlpath";
    let lower = args.to_lowercase();
    let keeps = lower.contains("controlpersist");
    let mut args = if lower.contains(ELSEWHERE) || args.contains("-S") {
        without_control_path(&args).unwrap_or(args)
    } else {
        args
    };
    if !keeps {
        args.push_str(" -o ControlPath=none");
    }
    args
}

/// Leaves out `-o ControlPath=…`, however it is written, and `-S …`. None: no text of a shell.
fn without_control_path(args: &str) -> Option<String> {
    let is_path = |option: &str| {
        option
            .trim_start()
            .to_lowercase()
            .starts_with("controlpath")
    };
    let mut kept = Vec::new();
    let mut words = shlex::split(args)?.into_iter().peekable();
    while let Some(word) = words.next() {
        let next = words.peek().map(String::as_str);
        let takes_next = match word.as_str() {
            "-o" => next.is_some_and(is_path),
            "-S" => true,
            _ => false,
        };
        if takes_next {
            words.next();
        } else if !word.starts_with("-S") && !word.strip_prefix("-o").is_some_and(is_path) {
            kept.push(quoted(&word));
        }
    }
    Some(kept.join(" "))
}

/// A word for Python's `shlex.split`.
fn quoted(word: &str) -> String {
    if !word.is_empty()
        && word
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_=./:,@%+".contains(c))
    {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r#"'"'"'"#))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ssh_arguments_of_the_project_come_after_what_must_hold_and_before_what_fills_gaps() {
        let cfg = AnsibleCfg {
            file: None,
            ssh_args: "-C".to_owned(),
            callback_plugins: String::new(),
        };
        assert_eq!(
            ssh_args(None, &[], &cfg),
            "-C -o ServerAliveInterval=5 -o ServerAliveCountMax=4 -o ControlPath=none"
        );
        let args = ssh_args(
            Some(&HostKeys::new("/a b/k")),
            &["-o ProxyJump=x".to_owned()],
            &cfg,
        );
        assert_eq!(
            args,
            "-o StrictHostKeyChecking=accept-new -o 'UserKnownHostsFile=\"/a b/k\"' -o HashKnownHosts=no \
             -o CheckHostIP=no -o UpdateHostKeys=no '-o ProxyJump=x' -C -o ServerAliveInterval=5 -o ServerAliveCountMax=4 \
             -o ControlPath=none"
        );
    }

    #[test]
    fn no_connection_that_is_open_already_is_used() {
        let args = |text: &str| own_connections(text.to_owned());
        let default = "-C -o ControlMaster=auto -o ControlPersist=60s";
        assert_eq!(args(default), default);
        for elsewhere in [
            "-o ControlPath=~/.ssh/%r@%h:%p",
            "-oControlPath=/x",
            "-o 'controlpath /x y'",
            "'-o ControlPath=/x'",
            "-S /x",
            "-S/x",
        ] {
            let given = format!("-C {elsewhere} -o ControlPersist=60s -o 'User=a b'");
            assert_eq!(args(&given), "-C -o ControlPersist=60s -o 'User=a b'");
        }
        assert_eq!(args("-C"), "-C -o ControlPath=none");
    }

    #[test]
    fn each_way_of_connecting_looks_up_the_same_key() {
        let vars = host_key_vars("i-0A");
        assert_eq!(vars.len(), 3);
        assert!(vars.values().all(|value| value == "-o HostKeyAlias=i-0_41"));
    }
}
