//! What a cloud says is data: to infra, to Ansible, to ssh, to a terminal.
//!
//! Each row tries to have a file made, the canary. The machines are reached over Ansible's
//! `local` connection, so that whatever runs, runs here.

use std::fs;

use camino::Utf8PathBuf;
use infra_testkit::{CommandOutput, Project};
use serde_json::{Value, json};

const CONFIG: &str = r#"
stack "untrusted" {
  terraform { dir = "terraform" }
  inventory {
    vars = { ansible_python_interpreter = "/usr/bin/python3" }
    hosts "terraform_data" {
      name    = self.input.name
      address = self.input.address
      groups  = ["machines"]
      vars = {
        ansible_connection = "local"
        tags               = self.input.tags
        motd               = self.input.motd
      }
    }
  }
  playbook "use" {
    path  = "ansible/use.yml"
    hosts = ["machines"]
  }
}
"#;

/// Every use that playbooks commonly make of a variable.
const USES: &str = r#"
- hosts: machines
  gather_facts: false
  vars:
    copied: "{{ motd }}"
    out: "{{ playbook_dir }}/../out"
  tasks:
    - name: "Show {{ motd }}"
      ansible.builtin.debug:
        msg: "{{ motd }} {{ tags }} {{ copied }}"
    - name: In a condition
      ansible.builtin.debug:
        var: tags
      when: motd != "" and "x" not in tags
    - name: In a loop
      ansible.builtin.debug:
        msg: "{{ item.key }} {{ item.value }}"
      loop: "{{ tags | dict2items }}"
    - name: As a fact
      ansible.builtin.set_fact:
        fact: "{{ motd }}"
        facts: "{{ tags }}"
    - name: From the fact, and of another host
      ansible.builtin.debug:
        msg: "{{ fact }} {{ facts | to_json }} {{ hostvars[inventory_hostname].motd }}"
    - name: As an argument
      ansible.builtin.command:
        argv: [printf, "%s", "{{ motd }}"]
      changed_when: false
    - name: In the shell, quoted
      ansible.builtin.shell: "printf %s {{ motd | quote }}"
      changed_when: false
    - name: In a file
      ansible.builtin.copy:
        content: "{{ motd }}"
        dest: "{{ out }}"
        mode: "0600"
"#;

/// A project, and what a machine in its state says of itself.
struct Hostile {
    project: Project,
    machine: Value,
}

impl Hostile {
    fn new() -> Self {
        let project = Project::offline();
        project
            .write("infra.hcl", CONFIG)
            .write("ansible/use.yml", USES);
        let machine = json!({"name": "web-1", "address": "127.0.0.1", "tags": {"Role": "web"}, "motd": "welcome"});
        Self { project, machine }
    }

    fn canary(&self) -> Utf8PathBuf {
        self.project.path("canary")
    }

    /// A text in which the canary's path stands for `CANARY`.
    fn text(&self, text: &str) -> String {
        text.replace("CANARY", self.canary().as_str())
    }

    fn apply(&self) -> CommandOutput {
        // Terraform's own templates are not what this is about: JSON has `$${` for `${`.
        let text = self
            .machine
            .to_string()
            .replace("${", "$${")
            .replace("%{", "%%{");
        let input: Value = serde_json::from_str(&text).unwrap();
        let module = json!({
            "resource": {"terraform_data": {"machine": {"input": input}}},
            "output": {"motd": {"value": input["motd"]}, "name": {"value": input["name"]}},
        });
        self.project
            .write("terraform/main.tf.json", &module.to_string());
        self.project
            .terraform("terraform", ["init", "-input=false"])
            .succeeds();
        let apply = self.project.infra(["apply", "--auto-approve"]).output();
        self.nothing_ran(&apply);
        apply
    }

    #[track_caller]
    fn nothing_ran(&self, output: &CommandOutput) {
        assert!(!self.canary().exists(), "{}\n{output}", self.machine);
        for text in [&output.stdout, &output.stderr] {
            assert!(
                !text.contains(['\u{1b}', '\r', '\0', '\u{7}']),
                "raw control characters: {text:?}"
            );
            assert!(
                !text
                    .lines()
                    .any(|line| line.trim_start().starts_with("::set-output")
                        || line.starts_with("Error: forged")),
                "a forged line: {text}"
            );
        }
    }
}

/// Texts that are code, an option or a command to somebody.
const TEXTS: &[&str] = &[
    "{{ lookup('pipe', 'touch CANARY') }}",
    "{% if lookup('pipe', 'touch CANARY') %}{% endif %}",
    "{{ cycler.__init__.__globals__.os.popen('touch CANARY').read() }}",
    "{# #}{{ lookup('file', '/etc/passwd') }}",
    "$(touch CANARY)",
    "`touch CANARY`",
    "'; touch CANARY; '",
    "x\"\n ansible_connection: local\n y: \"",
    "' ansible_connection=local '",
    "!vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  00",
    "!!python/object/apply:os.system ['touch CANARY']",
    "\u{1b}[2J\u{1b}]0;title\u{7}\rError: forged\n::set-output name=x::y",
    "\u{0}\u{85}\u{2028}\u{feff}\u{202e}",
];

#[test]
fn a_text_is_the_same_text_in_every_use_that_a_playbook_makes_of_it() {
    for text in TEXTS {
        let mut hostile = Hostile::new();
        let text = hostile.text(text);
        // Terraform itself takes no NUL.
        let text = text.replace('\0', "");
        hostile.machine["motd"] = json!(text);
        hostile.machine["tags"] = json!({"Name": text, text.as_str(): text, "nested": text});
        hostile.apply().succeeds();
        assert_eq!(hostile.project.read("out"), text);
        let plan = hostile.project.infra(["plan", "--json"]).succeeds();
        hostile.nothing_ran(&plan);
        assert_eq!(plan.json()["verdict"], "nothing", "{text:?}");
        for arguments in [
            &["inventory", "--list"][..],
            &["inventory", "--format", "yaml"],
            &["explain", "use"],
            &["history"],
        ] {
            hostile.nothing_ran(&hostile.project.infra(arguments.iter().copied()).output());
        }
    }
}

#[test]
fn the_marks_of_ansible_as_keys_of_tags_mark_nothing() {
    let mut hostile = Hostile::new();
    hostile.machine["tags"] = json!({
        "__ansible_vault": "x", "__ansible_unsafe": "{{ lookup('pipe', 'touch CANARY') }}", "Role": "web",
    });
    hostile.apply().succeeds();
    assert_eq!(hostile.project.read("out"), "welcome");
}

#[test]
fn a_name_is_a_name_or_refused() {
    for name in [
        "-oProxyCommand=touch CANARY",
        "{{ lookup('pipe', 'touch CANARY') }}",
        "$(touch CANARY)",
        "a,b",
        "a:b",
        "a\nb",
        "../../etc/cron.d/x",
        "@CANARY",
        "*",
        "~.*",
        "!web",
        "web[0:9]",
        "all",
        "ungrouped",
        "localhost",
        "127.0.0.1",
        "machines",
    ] {
        let mut hostile = Hostile::new();
        hostile.machine["name"] = json!(hostile.text(name));
        let apply = hostile.apply();
        apply.exits(1).complains("terraform_data.machine");
        assert!(
            !hostile.project.path("out").exists(),
            "{name}: something ran"
        );
    }
}

#[test]
fn an_address_is_an_address_or_refused() {
    for address in [
        "-oProxyCommand=touch CANARY",
        "-V",
        "{{ lookup('pipe', 'touch CANARY') }}",
        "127.0.0.1 -oProxyCommand=touch",
        "127.0.0.1;touch CANARY",
        "root@127.0.0.1",
        "127.0.0.1\n",
        "[127.0.0.1]:22",
    ] {
        let mut hostile = Hostile::new();
        hostile.machine["address"] = json!(hostile.text(address));
        hostile.apply().exits(1).complains("terraform_data.machine");
        assert!(
            !hostile.project.path("out").exists(),
            "{address}: something ran"
        );
    }
}

#[test]
fn a_user_or_port_from_the_cloud_is_one_or_refused() {
    for (attribute, value) in [
        ("user", json!("-oProxyCommand=touch CANARY")),
        ("user", json!("root -oProxyCommand=touch")),
        ("user", json!("{{ lookup('pipe', 'touch CANARY') }}")),
        ("port", json!("22 -oProxyCommand=touch")),
        ("port", json!("{{ lookup('pipe', 'touch CANARY') }}")),
        ("port", json!(0)),
        ("port", json!(65536)),
    ] {
        let mut hostile = Hostile::new();
        hostile.machine["extra"] = value
            .as_str()
            .map_or(value.clone(), |text| json!(hostile.text(text)));
        let line = "      address = self.input.address\n";
        let with = format!("{line}      {attribute} = self.input.extra\n");
        hostile.project.edit("infra.hcl", line, &with);
        hostile.apply().exits(1).complains("terraform_data.machine");
        assert!(
            !hostile.project.path("out").exists(),
            "{attribute} {value}: something ran"
        );
    }
}

#[test]
fn a_playbook_path_is_a_path() {
    for path in [
        "-e x.yml",
        "--help",
        "ansible/{{ lookup('pipe', 'touch canary') }}.yml",
        "ansible/a b;touch canary.yml",
        "@x.yml",
    ] {
        let hostile = Hostile::new();
        hostile.project.edit("infra.hcl", "ansible/use.yml", path);
        hostile.project.write(path, USES);
        let apply = hostile.apply();
        // What it writes is beside it, or above: either way it ran as the playbook that it is.
        apply.succeeds();
        let out = [hostile.project.path("out"), hostile.project.path("../out")];
        let written = out.iter().find_map(|file| fs::read_to_string(file).ok());
        assert_eq!(written.as_deref(), Some("welcome"), "{path}: {apply}");
    }
}
