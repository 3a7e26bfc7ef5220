//! `infra inputs` and `infra explain`.

use crate::support::{TestProject, WITH_PLAYBOOK, instance, plan};

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
    insta::assert_snapshot!(project().run(&["inputs", "-q", "site.yml"]), @"");
}

#[test]
fn a_playbook_that_there_is_not() {
    insta::assert_snapshot!(project().run(&["inputs", "promtheus"]), @"");
}

#[test]
fn why_it_would_run() {
    let args = [
        "explain",
        "-q",
        "prometheus",
        "leaf1",
        "--plan-json",
        "plan.json",
    ];
    insta::assert_snapshot!(project().run(&args), @"");
}
