//! Names that begin with what nobody knows beforehand, such as a filter that isn't followed: they
//! can be whole paths, and lead anywhere in the tree.

use std::collections::BTreeSet;

use infra_core::ansible::{MemoryTree, Request, closure};

use crate::ansible_closure::inventory;

/// A file of this name stands in each of them.
const DIRECTORIES: [&str; 4] = [
    "secret",
    "sub/secret",
    "playbooks/secret",
    "playbooks/roles/r/files/secret",
];

/// The directories whose file is an input where a role copies what has this name.
fn found(name: &str) -> BTreeSet<&'static str> {
    let mut tree = MemoryTree::new();
    for directory in DIRECTORIES {
        tree.insert(format!("{directory}/key"), "1");
    }
    tree.insert("playbooks/site.yml", "- hosts: all\n  roles: [r]\n");
    tree.insert(
        "playbooks/roles/r/tasks/main.yml",
        format!("- copy: {{src: \"{name}\", dest: /x}}\n"),
    );
    let inventory = inventory(&[("web1", &["web"])]);
    let request = Request::new(&tree, "/srv", "playbooks/site.yml", &inventory);
    let closure = closure(&request).unwrap();
    let files: BTreeSet<_> = closure.files().map(|file| file.path.clone()).collect();
    let has = |directory: &&str| files.contains(camino::Utf8Path::new(&format!("{directory}/key")));
    DIRECTORIES.into_iter().filter(has).collect()
}

#[test]
fn a_file_is_found_wherever_it_stands() {
    for name in [
        "{{ inventory_dir | realpath }}/secret/key",
        "{{ playbook_dir | realpath }}/../secret/key",
        "{{ ansible_local.unknown }}secret/key",
        "{{ ansible_local.unknown }}/x/../secret/key",
        "roles/{{ ansible_local.unknown }}/../../secret/key",
        "{{ ansible_local.unknown + '/' + 'secret/key' }}",
        "{{ ansible_local.unknown }}/./secret//key",
    ] {
        assert_eq!(found(name), DIRECTORIES.into(), "{name}");
    }
}

#[test]
fn what_is_unknown_in_the_middle_can_be_nothing_at_all() {
    let role = "playbooks/roles/r/files/secret";
    assert!(
        found("{{ playbook_dir }}/roles/r/{{ ansible_local.unknown }}/secret/key").contains(role)
    );
    assert!(found("../{{ ansible_local.unknown }}/secret/key").contains("secret"));
}

#[test]
fn a_beginning_that_is_known_leads_to_one_place() {
    let only = |name: &str| found(name).into_iter().collect::<Vec<_>>();
    assert_eq!(only("{{ playbook_dir }}/secret/key"), ["playbooks/secret"]);
    assert_eq!(only("{{ playbook_dir }}/../secret/key"), ["secret"]);
}
