//! What a task with `run_once` reads of one host, all hosts depend on.

use infra_core::ansible::{
    Fingerprint, Fingerprinter, MemoryTree as Tree, Request, SecretKey, closure, compare,
};
use infra_core::inventory::{Host, Inventory};

use crate::ansible_closure::inventory;

const FILES: [(&str, &str); 4] = [
    (
        "site.yml",
        "- hosts: web\n  tasks:\n    \
         - {set_fact: {leader: '{{ address }}'}, run_once: true}\n    \
         - {copy: {content: '{{ leader }}', dest: /x}}\n",
    ),
    ("group_vars/all.yml", "shared: 1\naddress: '{{ own }}'\n"),
    ("host_vars/a.yml", "own: 1\nother: 1\n"),
    ("host_vars/b.yml", "own: 2\n"),
];

fn print(tree: &Tree, inventory: &Inventory) -> Fingerprint {
    let request = Request::new(tree, "/srv", "site.yml", inventory);
    let closure = closure(&request).unwrap();
    let prints = Fingerprinter::new(&closure, &request, SecretKey([7; 32])).unwrap();
    prints.host("b").unwrap()
}

fn hosts() -> Inventory {
    inventory(&[("a", &["web"]), ("b", &["web"]), ("c", &["db"])])
}

/// The inputs of the host b that differ once files are others.
fn moved(files: &[(&str, &str)], change: &[(&str, &str)]) -> Vec<String> {
    let mut tree: Tree = FILES.iter().chain(files).copied().collect();
    let before = print(&tree, &hosts());
    for (path, text) in change {
        tree.insert(*path, *text);
    }
    let changes = compare(&before, &print(&tree, &hosts()));
    let changes = changes.iter();
    changes.map(|change| change.input.to_string()).collect()
}

fn task(task: &str) -> [(&'static str, String); 1] {
    [(
        "site.yml",
        format!("- hosts: web\n  tasks:\n    - {task}\n"),
    )]
}

/// The same for one task, when what the host a has of `own` changes.
fn moved_by_a(text: &str) -> bool {
    let site = task(text);
    let files = [(site[0].0, site[0].1.as_str())];
    let moved = moved(&files, &[("host_vars/a.yml", "own: 3\nother: 1\n")]);
    !moved.is_empty()
}

#[test]
fn a_fact_set_once_depends_on_each_host_of_the_play() {
    let a = "host_vars/a.yml";
    assert_eq!(moved(&[], &[(a, "own: 3\nother: 1\n")]), ["run_once own"]);
    assert!(moved(&[], &[(a, "own: 1\nother: 2\n")]).is_empty());
    assert!(moved(&[], &[("host_vars/c.yml", "own: 9\n")]).is_empty());
}

#[test]
fn so_does_whatever_all_hosts_get_of_one() {
    for text in [
        "{command: 'make {{ own }}', register: made, run_once: true}",
        "{command: make, when: own == 1, register: made, run_once: yes}",
        "{include_vars: '{{ own }}.yml', run_once: true}",
        "{block: [{command: 'make {{ address }}', register: made}], run_once: true}",
        "{template: {src: x.j2, dest: /x}, register: made, run_once: true}",
        "{set_fact: {all: \"{{ lookup('template', 'x.j2') }}\"}, run_once: true}",
        "{setup: {filter: '{{ own }}'}, run_once: '{{ once }}'}",
    ] {
        assert!(moved_by_a(text), "{text}");
    }
    for text in [
        "{command: 'make {{ shared }}', register: made, run_once: true}",
        "{command: 'make {{ inventory_hostname }}', run_once: true}",
        "{debug: {msg: '{{ own }}'}, run_once: true}",
    ] {
        assert!(!moved_by_a(text), "{text}");
    }
}

#[test]
fn encrypted_values_make_nothing_else_count() {
    let site = task("{command: 'make {{ token }}', register: made, run_once: true}");
    let vault = "$ANSIBLE_VAULT;1.1;AES256\n00\n";
    let files = [
        (site[0].0, site[0].1.as_str()),
        (
            "group_vars/web.yml",
            "token: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  00\n",
        ),
        ("group_vars/all/vault.yml", vault),
        ("host_vars/a/vault.yml", vault),
        ("host_vars/a/main.yml", "own: 1\n"),
    ];
    assert!(moved(&files, &[("host_vars/a/main.yml", "own: 3\n")]).is_empty());
    // It may be what gives the host a token of its own.
    let other = "$ANSIBLE_VAULT;1.1;AES256\n01\n";
    let moved = moved(&files, &[("host_vars/a/vault.yml", other)]);
    assert_eq!(moved, ["file host_vars/a/vault.yml"]);
}

#[test]
fn what_the_roles_defaults_say_is_followed() {
    let files = [
        ("site.yml", "- hosts: web\n  roles: [r]\n"),
        ("roles/r/defaults/main.yml", "token: 'x-{{ own }}'\n"),
        (
            "roles/r/tasks/main.yml",
            "- {command: 'make {{ token }}', register: made, run_once: true}\n",
        ),
    ];
    let moved = moved(&files, &[("host_vars/a.yml", "own: 3\nother: 1\n")]);
    assert_eq!(moved, ["run_once own"]);
}

#[test]
fn a_host_that_has_the_same_as_all_changes_nothing() {
    let site = task("{command: 'make {{ shared }}', register: made, run_once: true}");
    let site = [(site[0].0, site[0].1.as_str())];
    let tree: Tree = FILES.iter().chain(&site).copied().collect();
    let more = inventory(&[
        ("0", &["web"]),
        ("a", &["web"]),
        ("b", &["web"]),
        ("c", &["db"]),
    ]);
    assert!(compare(&print(&tree, &hosts()), &print(&tree, &more)).is_empty());
    // Of facts only the machine is known, and each has another.
    let site = task("{set_fact: {leader: '{{ ansible_hostname }}'}, run_once: true}");
    let site = [(site[0].0, site[0].1.as_str())];
    let tree: Tree = FILES.iter().chain(&site).copied().collect();
    let of = |machine: &str| {
        let mut inventory = hosts();
        let host = Host {
            identity: Some(machine.to_owned()),
            ..Host::default()
        };
        inventory.hosts.insert("a".to_owned(), host);
        print(&tree, &inventory)
    };
    let changes = compare(&of("i-1"), &of("i-2"));
    assert_eq!(changes[0].input.to_string(), "run_once ansible_machine_id");
}
