//! Files that Ansible reads and nobody else can: encrypted, damaged, too large.

use std::collections::BTreeSet;

use infra_core::ansible::{
    Closure, Fingerprinter, MemoryTree, Reason, Request, SecretKey, closure,
};
use infra_core::inventory::Inventory;
use infra_core::json::Value;

use crate::ansible_closure::inventory;

const CIPHERTEXT: &str = "$ANSIBLE_VAULT;1.1;AES256\n30303030\n";

fn found(files: &[(&str, &str)]) -> Closure {
    let tree: MemoryTree = files.iter().copied().collect();
    let hosts = inventory(&[("web1", &["web"])]);
    closure(&Request::new(&tree, "/srv", "site.yml", &hosts)).unwrap()
}

/// Whether a template whose name is a variable could be one that only a file could name which
/// nobody can read.
fn other_counts(group_vars: &str) -> bool {
    found(&[
        (
            "site.yml",
            "- hosts: all\n  tasks:\n    - template: {src: '{{ tpl }}', dest: /x}\n",
        ),
        ("group_vars/all/plain.yml", "tpl: a.j2\n"),
        ("group_vars/all/other.yml", group_vars),
        ("templates/a.j2", "a"),
        ("templates/b.j2", "b"),
    ])
    .file("templates/b.j2")
    .is_some()
}

#[test]
fn a_file_that_cannot_be_read_may_give_any_variable_any_value() {
    assert!(!other_counts("more: 1\n"));
    assert!(!other_counts(
        "more: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  30\n"
    ));
    assert!(other_counts("tpl: b.j2\n"));
    assert!(other_counts(CIPHERTEXT));
    // An alias within its own anchor, which PyYAML takes.
    assert!(other_counts("more: &a [*a]\ntpl: b.j2\n"));
    let deep = format!("more: {}{}\ntpl: b.j2\n", "[".repeat(500), "]".repeat(500));
    assert!(other_counts(&deep));
}

#[test]
fn a_name_that_a_task_computes_may_be_that_of_any_variable() {
    let with = |fact: &str| {
        let site = format!(
            "- hosts: all\n  vars: {{tpl: a.j2}}\n  tasks:\n    - set_fact: {fact}\n    - template: {{src: '{{{{ tpl }}}}', dest: /x}}\n"
        );
        let closure = found(&[
            ("site.yml", &site),
            ("templates/a.j2", "a"),
            ("templates/b.j2", "b"),
        ]);
        closure.file("templates/b.j2").is_some()
    };
    assert!(!with("{other: b.j2}"));
    assert!(with("{'{{ which }}': '{{ what }}'}"));
    assert!(with("'{{ facts }}'"));
}

/// The hosts that run again when a variable of one host changes, beside this file of variables.
fn rerun(group_vars: &str, variable: &str) -> BTreeSet<String> {
    let tree = MemoryTree::from_iter([
        ("site.yml", "- hosts: all\n  tasks: [debug: {msg: x}]\n"),
        ("group_vars/all.yml", group_vars),
    ]);
    let print = |inventory: &Inventory| {
        let request = Request::new(&tree, "/srv", "site.yml", inventory);
        let closure = closure(&request).unwrap();
        let prints = Fingerprinter::new(&closure, &request, SecretKey([1; 32])).unwrap();
        ["web1", "web2"].map(|host| *prints.host(host).unwrap().digest())
    };
    let mut hosts = inventory(&[("web1", &["web"]), ("web2", &["web"])]);
    let set = |hosts: &mut Inventory, value: &str| {
        let web1 = hosts.hosts.get_mut("web1").unwrap();
        web1.vars
            .insert(variable.to_owned(), Value::from(value.to_owned()));
    };
    set(&mut hosts, "one");
    let before = print(&hosts);
    set(&mut hosts, "two");
    let after = print(&hosts);
    ["web1", "web2"]
        .into_iter()
        .zip(before.iter().zip(after))
        .filter(|(_, (before, after))| *before != after)
        .map(|(host, _)| host.to_owned())
        .collect()
}

#[test]
fn a_value_that_cannot_be_read_may_read_any_variable_but_how_to_connect() {
    assert!(rerun("a: 1\n", "db_host").is_empty());
    assert_eq!(rerun(CIPHERTEXT, "db_host"), ["web1".to_owned()].into());
    assert!(rerun(CIPHERTEXT, "ansible_host").is_empty());
    assert!(rerun(CIPHERTEXT, "infra_addresses").is_empty());
}

#[test]
fn what_is_encrypted_is_listed_and_only_tasks_run_each_time() {
    let closure = found(&[
        (
            "site.yml",
            "- hosts: all\n  roles: [secret]\n  tasks:\n    - copy: {src: key.pem, dest: /x}\n    - template: {src: t.j2, dest: /y}\n",
        ),
        ("group_vars/all.yml", CIPHERTEXT),
        ("roles/secret/tasks/main.yml", CIPHERTEXT),
        ("files/key.pem", CIPHERTEXT),
        ("templates/t.j2", CIPHERTEXT),
    ]);
    let unresolved: Vec<(&str, Reason, bool)> = closure
        .unresolved()
        .iter()
        .map(|item| (item.file.as_str(), item.why, item.self_changing()))
        .collect();
    assert_eq!(
        unresolved,
        [
            ("group_vars/all.yml", Reason::Encrypted, false),
            ("roles/secret/tasks/main.yml", Reason::EncryptedTasks, true),
            ("templates/t.j2", Reason::EncryptedTasks, true),
        ]
    );
}

#[test]
fn of_more_values_than_are_followed_none_is_left_out() {
    let tree = MemoryTree::from_iter([
        (
            "site.yml",
            "- hosts: all\n  tasks:\n    - copy: {src: '{{ it.src }}', dest: /x}\n",
        ),
        ("files/usual", "a"),
        ("files/rare", "b"),
    ]);
    let names: Vec<String> = (0..2_000).map(|at| format!("h{at}")).collect();
    let mut hosts = inventory(&[]);
    for (at, name) in names.iter().enumerate() {
        let src = if at == 1_999 { "rare" } else { "usual" };
        let value = format!("{{\"id\": {at}, \"src\": \"{src}\"}}");
        let host = hosts.hosts.entry(name.clone()).or_default();
        let value: Value<'_> = serde_json::from_str(&value).unwrap();
        host.vars.insert("it".to_owned(), value.into_owned());
    }
    let closure = closure(&Request::new(&tree, "/srv", "site.yml", &hosts)).unwrap();
    assert!(closure.file("files/rare").is_some());
}
