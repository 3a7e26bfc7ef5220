//! An Ansible tree for a fleet, with an `infra.hcl` beside it: roles, variables of groups and
//! of every host, templates, and twenty playbooks that all run on all hosts.

use std::fmt::Write as _;
use std::fs;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context as _, Result};
use camino::{Utf8Path, Utf8PathBuf};
use duct::cmd;

use super::fleet::key;

/// The playbooks of the tree.
const PLAYBOOKS: usize = 20;
const ROLES: usize = 60;
/// A tree that another version of this program wrote is made anew.
const VERSION: &str = "2";
/// The groups of hosts, by the tags of the fleet.
const ROLE_GROUPS: [&str; 4] = ["web", "worker", "database", "monitor"];
const ENVIRONMENTS: [&str; 2] = ["production", "staging"];

/// A project on disk.
#[derive(Debug)]
pub(super) struct AnsibleTree {
    /// The directory of `infra.hcl`
    pub(super) dir: Utf8PathBuf,
}

/// How old a tree is before it is looked at: infra doesn't believe the file system about a
/// file that was written in the last minute, and reads it again.
const SETTLED: Duration = Duration::from_secs(61);

/// Waits until what was written before this file has settled.
fn settle(stamp: &Utf8Path) -> Result<()> {
    let written = fs::metadata(stamp)?.modified()?;
    sleep(SETTLED.saturating_sub(written.elapsed().unwrap_or_default()));
    Ok(())
}

impl AnsibleTree {
    /// The project of a fleet of `hosts` hosts, written if it isn't there. The same hosts,
    /// the same bytes.
    pub(super) fn of(hosts: usize, dir: &Utf8Path) -> Result<Self> {
        let dir = dir.join(format!("tree-{hosts}"));
        let stamp = dir.join(".infra/version");
        if fs::read_to_string(&stamp).ok().as_deref() != Some(VERSION) {
            if dir.exists() {
                fs::remove_dir_all(&dir).with_context(|| format!("can't empty {dir}"))?;
            }
            anstream::eprintln!("  writing {dir}");
            let tree = Self { dir: dir.clone() };
            tree.write(hosts)?;
            fs::create_dir_all(dir.join(".infra"))?;
            fs::write(&stamp, VERSION)?;
        }
        settle(&stamp)?;
        Ok(Self { dir })
    }

    fn write(&self, hosts: usize) -> Result<()> {
        let tree = self;
        fs::create_dir_all(tree.dir.join("ansible"))?;
        fs::write(tree.dir.join("infra.hcl"), configuration())?;
        fs::write(tree.dir.join(".gitignore"), ".infra/\n")?;
        tree.file(
            "ansible.cfg",
            "[defaults]\nforks = 50\nroles_path = roles\n",
        )?;
        for number in 0..PLAYBOOKS {
            let per_playbook = ROLES / PLAYBOOKS;
            let roles = number * per_playbook..(number + 1) * per_playbook;
            let name = playbook(number);
            tree.file(&format!("{name}.yml"), &play(&name, roles))?;
        }
        tree.file("site.yml", &play("All", 0..ROLES))?;
        for number in 0..ROLES {
            tree.role(number)?;
        }
        tree.file("group_vars/all/main.yml", ALL)?;
        tree.file("group_vars/all/vault.yml", VAULT)?;
        for (nth, group) in ROLE_GROUPS.into_iter().chain(ENVIRONMENTS).enumerate() {
            tree.file(
                &format!("group_vars/{group}.yml"),
                &format!(
                    "---\n# What {group} hosts share.\n{group}_enabled: true\nmax_open_files: {}\n\
                     log_level: info\nretention_days: {}\nallowed_networks:\n  - 10.{nth}.0.0/16\n  - 10.200.0.0/16\n",
                    4096 << (nth % 4),
                    7 + nth,
                ),
            )?;
        }
        for number in 0..hosts {
            let name = key(number);
            tree.file(&format!("host_vars/{name}.yml"), &host(number))?;
        }
        for arguments in [
            &["init", "--quiet"][..],
            &["add", "--all"],
            &[
                "-c",
                "user.name=bench",
                "-c",
                "user.email=bench@example.com",
                "commit",
                "--quiet",
                "--message",
                "tree",
            ],
        ] {
            cmd("git", arguments).dir(&self.dir).run()?;
        }
        Ok(())
    }

    fn file(&self, path: &str, text: &str) -> Result<()> {
        let path = self.dir.join("ansible").join(path);
        if let Some(dir) = path.parent() {
            fs::create_dir_all(dir)?;
        }
        fs::write(&path, text).with_context(|| format!("can't write {path}"))?;
        Ok(())
    }

    fn role(&self, number: usize) -> Result<()> {
        let name = role(number);
        let main = String::from(
            "---\n- name: Install\n  ansible.builtin.import_tasks: install.yml\n\
             - name: Configure\n  ansible.builtin.include_tasks: configure.yml\n  when: {role}_enabled | default(true)\n",
        );
        let main = main.replace("{role}", &name);
        self.file(&format!("roles/{name}/tasks/main.yml"), &main)?;
        self.file(
            &format!("roles/{name}/tasks/install.yml"),
            &format!(
                "---\n- name: Packages\n  ansible.builtin.apt:\n    name: \"{{{{ {name}_packages }}}}\"\n    state: present\n  \
                 notify: Restart {name}\n- name: User\n  ansible.builtin.user:\n    name: {name}\n    system: true\n    shell: /usr/sbin/nologin\n\
                 - name: Directory\n  ansible.builtin.file:\n    path: /etc/{name}\n    state: directory\n    owner: {name}\n    mode: \"0750\"\n"
            ),
        )?;
        let mut configure = String::from("---\n");
        for nth in 0..6 {
            let _infallible = write!(
                configure,
                "- name: Configuration {nth}\n  ansible.builtin.template:\n    src: part{nth}.conf.j2\n    dest: /etc/{name}/part{nth}.conf\n    \
                 mode: \"0640\"\n  notify: Restart {name}\n- name: Script {nth}\n  ansible.builtin.copy:\n    src: script{nth}.sh\n    \
                 dest: /usr/local/lib/{name}/script{nth}.sh\n    mode: \"0755\"\n",
            );
        }
        self.file(&format!("roles/{name}/tasks/configure.yml"), &configure)?;
        self.file(
            &format!("roles/{name}/handlers/main.yml"),
            &format!("---\n- name: Restart {name}\n  ansible.builtin.systemd_service:\n    name: {name}\n    state: restarted\n"),
        )?;
        self.file(
            &format!("roles/{name}/defaults/main.yml"),
            &format!("---\n{name}_packages: [{name}, {name}-tools]\n{name}_port: {}\n{name}_workers: 4\n{name}_enabled: true\n", 9000 + number),
        )?;
        self.file(
            &format!("roles/{name}/vars/main.yml"),
            &format!("---\n{name}_home: /var/lib/{name}\n"),
        )?;
        self.file(
            &format!("roles/{name}/meta/main.yml"),
            "---\ndependencies: []\n",
        )?;
        for nth in 0..6 {
            let mut template = format!("# {{{{ ansible_managed }}}}\n[{name}.{nth}]\n");
            for line in 0..20 {
                let _infallible = writeln!(
                    template,
                    "option_{line} = {{{{ {name}_workers * {line} }}}}"
                );
            }
            template.push_str(
                "listen = {{ private_ip }}\nrack = {{ rack | default('none') }}\n\
                 {% for network in allowed_networks %}\nallow {{ network }}\n{% endfor %}\nlevel = {{ log_level }}\n",
            );
            if number == 0 && nth == 0 {
                // The one that all monitoring has: it lists the addresses of a group.
                template.push_str(
                    "{% for host in groups['web'] %}\ntarget {{ hostvars[host].private_ip }}\n{% endfor %}\n",
                );
            }
            self.file(
                &format!("roles/{name}/templates/part{nth}.conf.j2"),
                &template,
            )?;
            let script = format!("#!/bin/sh\n# {name}, {nth}\nset -eu\n")
                + &"printf '%s\\n' \"$(date -u) checking\" >> /var/log/check.log\n".repeat(30);
            self.file(&format!("roles/{name}/files/script{nth}.sh"), &script)?;
        }
        Ok(())
    }
}

/// The name of a playbook.
fn playbook(number: usize) -> String {
    format!("play{number:02}")
}

fn role(number: usize) -> String {
    format!("service{number:02}")
}

fn play(name: &str, roles: std::ops::Range<usize>) -> String {
    let mut text = format!(
        "---\n- name: {name}\n  hosts: all\n  become: true\n  gather_facts: true\n  roles:\n"
    );
    for number in roles {
        let _infallible = writeln!(text, "    - role: {}", role(number));
    }
    text.push_str(
        "  post_tasks:\n    - name: Note\n      ansible.builtin.debug:\n        msg: \"{{ inventory_hostname }} of {{ team }}\"\n",
    );
    text
}

fn host(number: usize) -> String {
    format!(
        "---\n# Written by the team that owns the host.\nrack: r{:03}\nteam: team-{}\nmaintenance_window: \"{:02}:00\"\n\
         backup:\n  enabled: {}\n  paths:\n    - /srv/data\n    - /etc\n  keep: {}\nlabels:\n  tier: t{}\n  cost_centre: \"{}\"\n",
        number / 40,
        number % 20,
        number % 24,
        number.is_multiple_of(2),
        3 + number % 5,
        number % 3,
        1000 + number % 97,
    )
}

/// The stack `bare`, which has no playbook.
pub(super) fn bare_configuration() -> String {
    stack("bare", "")
}

/// The same, and beside it the stack `fleet` with all playbooks.
fn configuration() -> String {
    let mut playbooks = String::new();
    for number in 0..PLAYBOOKS {
        let name = playbook(number);
        let _infallible = write!(
            playbooks,
            "\n  playbook \"{name}\" {{\n    path = \"ansible/{name}.yml\"\n  }}\n"
        );
    }
    stack("fleet", &playbooks) + "\n" + &bare_configuration()
}

fn stack(name: &str, playbooks: &str) -> String {
    let mut text = format!("stack \"{name}\" {{\n");
    text.push_str(DRIFT);
    for group in ROLE_GROUPS {
        for environment in ENVIRONMENTS {
            let _infallible = write!(
                text,
                r#"    hosts "aws_instance" {{
      when    = self.tags.Role == "{group}" && self.tags.Environment == "{environment}"
      name    = self.tags.Name
      address = self.public_ip
      groups  = ["{group}", "{environment}"]
      vars    = {{ private_ip = self.private_ip }}
    }}
"#,
            );
        }
    }
    text + "  }\n" + playbooks + "}\n"
}

const DRIFT: &str = r#"  terraform { dir = "." }
  backend "local" {}

  drift {
    benign "ephemeral-public-ip" {
      resources  = ["aws_instance.*"]
      attributes = ["public_ip", "public_dns"]
      reason     = "no Elastic IP"
    }
  }

  inventory {
"#;
const ALL: &str = "---\nansible_python_interpreter: /usr/bin/python3\nntp_servers: [169.254.169.123]\nlog_level: info\n\
    allowed_networks: [10.0.0.0/8]\ndomain: fleet.example.com\n";
const VAULT: &str = "$ANSIBLE_VAULT;1.1;AES256\n3632653032656330663837356135393864303364373534376631343063326665356332\n";
