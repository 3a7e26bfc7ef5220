//! Values that a task computes where it stands, and that are used elsewhere: `set_fact`, loops and
//! the results of loops. What `role_path` means there, it means in them.

use std::collections::BTreeSet;

use infra_core::ansible::MemoryTree;

use crate::ansible_closure::{closure_on_web1, templates_of};

/// The files of `roles/a` that are inputs of a play of these roles, with these tasks.
fn of_role_a(playbook: &str, tasks: &[(&str, &str)]) -> BTreeSet<String> {
    let mut tree = MemoryTree::new();
    tree.insert("site.yml", playbook);
    for (file, text) in tasks {
        tree.insert(*file, *text);
    }
    for file in ["x.j2", "y.j2", "z.j2"] {
        tree.insert(format!("roles/a/templates/{file}"), "1");
    }
    tree.insert("roles/b/templates/other.j2", "1");
    let closure = closure_on_web1(&tree);
    assert!(
        closure.unresolved().is_empty(),
        "{:?}",
        closure.unresolved()
    );
    templates_of("a", &closure)
}

fn these(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

const BOTH: &str = "- {hosts: all, roles: [a, b]}\n";

#[test]
fn a_fact_means_what_it_meant_where_it_was_set() {
    let use_it = "- template: {src: \"{{ a_dir }}/templates/x.j2\", dest: /x}\n";
    for set in [
        "- set_fact: {a_dir: \"{{ role_path }}\"}\n",
        "- set_fact: a_dir={{ role_path }}\n",
        "- set_fact: {a_dir: \"{{ playbook_dir }}/roles/{{ role_name }}\"}\n",
        // By way of a variable that would mean something else in the other role.
        "- set_fact: {a_dir: \"{{ here }}\"}\n  vars: {here: \"{{ role_path }}\"}\n",
        "- set_fact: {a_dir: \"{{ item }}\"}\n  loop: [\"{{ role_path }}\"]\n",
    ] {
        let tasks = [
            ("roles/a/tasks/main.yml", set),
            ("roles/b/tasks/main.yml", use_it),
        ];
        assert_eq!(of_role_a(BOTH, &tasks), these(&["x.j2"]), "{set}");
    }
}

#[test]
fn a_loop_gives_an_included_role_what_it_went_through() {
    let tasks = [
        (
            "roles/a/tasks/main.yml",
            "- include_role: {name: b}\n  loop: [\"{{ role_path }}/templates/x.j2\"]\n  loop_control: {loop_var: from}\n",
        ),
        (
            "roles/b/tasks/main.yml",
            "- template: {src: \"{{ from }}\", dest: /x}\n",
        ),
    ];
    let playbook = "- {hosts: all, roles: [a]}\n";
    assert_eq!(of_role_a(playbook, &tasks), these(&["x.j2"]));
}

#[test]
fn results_of_a_loop_have_its_elements() {
    let looked = "- stat: {path: \"{{ item }}\"}\n  loop: [\"{{ role_path }}/templates/x.j2\", \"{{ role_path }}/templates/y.j2\"]\n  register: found\n";
    let other = "- stat: {path: \"{{ name }}\"}\n  with_items: [\"{{ role_path }}/templates/x.j2\", \"{{ role_path }}/templates/y.j2\"]\n  register: found\n  loop_control: {loop_var: name}\n";
    for (looked, used) in [
        (
            looked,
            "- template: {src: \"{{ item.item }}\", dest: /x}\n  loop: \"{{ found.results }}\"\n",
        ),
        (
            looked,
            "- template: {src: \"{{ one.item }}\", dest: /x}\n  loop: \"{{ found.results | selectattr('stat.exists') | list }}\"\n  loop_control: {loop_var: one}\n",
        ),
        (
            looked,
            "- template: {src: \"{{ item }}\", dest: /x}\n  loop: \"{{ found.results | map(attribute='item') | list }}\"\n",
        ),
        (
            looked,
            "- template: {src: \"{{ found.results[0].item }}\", dest: /x}\n",
        ),
        (
            other,
            "- template: {src: \"{{ item.name }}\", dest: /x}\n  with_items: \"{{ found.results }}\"\n",
        ),
    ] {
        let tasks = [
            ("roles/a/tasks/main.yml", looked),
            ("roles/b/tasks/main.yml", used),
        ];
        assert_eq!(of_role_a(BOTH, &tasks), these(&["x.j2", "y.j2"]), "{used}");
    }
}
