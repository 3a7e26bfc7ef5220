//! `infra inputs` and `infra explain`.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;

use crate::support::{TestProject, WITH_PLAYBOOK, instance, plan};

const EXPLAIN: [&str; 6] = [
    "explain",
    "-q",
    "prometheus",
    "leaf1",
    "--plan-json",
    "plan.json",
];

fn project() -> TestProject {
    let project = TestProject::new(WITH_PLAYBOOK);
    project.write(
        "site.yml",
        "- hosts: all\n  gather_facts: false\n  roles: [prometheus]\n",
    );
    project.write(
        "roles/prometheus/tasks/main.yml",
        "- ansible.builtin.template:\n    src: prometheus.yml.j2\n    dest: /etc/prometheus.yml\n",
    );
    project.write(
        "roles/prometheus/templates/prometheus.yml.j2",
        "{% for h in groups['all'] %}{{ hostvars[h].ansible_host }}{% endfor %}\n{{ retention }}\n",
    );
    project.write("roles/prometheus/defaults/main.yml", "retention: 15d\n");
    project.write("plan.json", plan(&[instance("leaf1", "192.0.2.1")], &[]));
    project
}

#[test]
fn any_playbook_of_any_tree() {
    insta::assert_snapshot!(project().run(&["inputs", "-q", "site.yml"]), @"
    ------- stderr -------
    error: Terraform not found: no terraform or tofu in PATH
    hint: install Terraform (https://developer.hashicorp.com/terraform/install) or OpenTofu (https://opentofu.org/docs/intro/install), or name it with `binary` in the `terraform` block
    [exit status: 1]
    ");
}

#[test]
fn a_playbook_that_there_is_not() {
    insta::assert_snapshot!(project().run(&["inputs", "promtheus"]), @r#"
    ------- stderr -------
    error: there is no playbook "promtheus"
    hint: did you mean "prometheus"?
    hint: there is: prometheus
    hint: or name the playbook by its path
    [exit status: 1]
    "#);
}

#[test]
fn why_it_would_run() {
    insta::assert_snapshot!(project().run(&EXPLAIN), @"
    prometheus: runs on 1 host
      leaf1: run
          it never ran on this host
    [exit status: 0]
    ");
}

/// Only text can be looked up by a playbook, and Ansible's settings are text.
#[test]
fn a_variable_of_the_environment_that_is_no_text_is_nobodys() {
    let mut project = project();
    let bytes = || OsString::from_vec(b"\xff".into());
    project.env("A", bytes()).env("ANSIBLE_TRANSPORT", bytes());
    let outcome = project.run(&EXPLAIN);
    assert_eq!(outcome.code, Some(0), "{outcome}");
}
