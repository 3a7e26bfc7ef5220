//! Groups and hosts that tasks make while the playbook runs.

use std::collections::BTreeSet;

use infra_core::ansible::{Fingerprinter, MemoryTree, Reason, Request, SecretKey, closure};
use infra_core::json::Value;

use crate::ansible_closure::inventory;

const TEXT: &str = "- hosts: all
  vars:
    mappings: {cluster: [web], other: [none]}
  tasks:
    - group_by: {key: '{{ item.key }}'}
      loop: '{{ mappings | dict2items }}'
      when: group_names | intersect(item.value)
    - group_by: {key: 'kind {{ kind }}', parents: every kind}
    - add_host: {name: spare, groups: 'spares, more'}
- hosts: cluster
  tasks:
    - copy: {src: own.conf, dest: /x}
- hosts: db
  tasks:
    - template: {src: t.j2, dest: /x}
";

fn tree() -> MemoryTree {
    MemoryTree::from_iter([
        ("site.yml", TEXT),
        ("files/own.conf", "x"),
        (
            "templates/t.j2",
            "{% for h in groups['cluster'] %}{{ hostvars[h].port }}{% endfor %}",
        ),
        ("group_vars/cluster.yml", "a: 1\n"),
        ("group_vars/other/a.yml", "a: 1\n"),
        ("group_vars/kind-front.yml", "a: 1\n"),
        ("group_vars/every-kind.yml", "a: 1\n"),
        ("group_vars/more.yml", "a: 1\n"),
        ("host_vars/spare.yml", "a: 1\n"),
        ("group_vars/unrelated.yml", "a: 1\n"),
    ])
}

/// The hosts that run again after a change of a file, or of a variable of web1.
fn rerun(file: Option<&str>, variable: &str) -> BTreeSet<String> {
    let print = |changed: bool| {
        let mut tree = tree();
        let mut inventory = inventory(&[("web1", &["web"]), ("db1", &["db"])]);
        let web1 = inventory.hosts.get_mut("web1").unwrap();
        let value = if changed && file.is_none() { "2" } else { "1" };
        web1.vars
            .insert(variable.to_owned(), Value::Number(value.into()));
        if let (Some(file), true) = (file, changed) {
            tree.insert(file, "a: 2\n");
        }
        let request = Request::new(&tree, "/srv", "site.yml", &inventory);
        let closure = closure(&request).unwrap();
        let prints = Fingerprinter::new(&closure, &request, SecretKey([7; 32])).unwrap();
        ["web1", "db1"].map(|host| (host, prints.host(host).map(|print| *print.digest())))
    };
    let (before, after) = (print(false), print(true));
    let differ = before.iter().zip(&after).filter(|(a, b)| a != b);
    differ.map(|(a, _)| a.0.to_owned()).collect()
}

#[test]
fn the_variables_of_a_group_that_a_task_makes_are_inputs() {
    for file in [
        "group_vars/cluster.yml",
        "group_vars/other/a.yml",
        "group_vars/kind-front.yml",
        "group_vars/every-kind.yml",
        "group_vars/more.yml",
        "host_vars/spare.yml",
    ] {
        assert!(rerun(Some(file), "x").contains("web1"), "{file}");
    }
    assert_eq!(
        rerun(Some("group_vars/unrelated.yml"), "x"),
        BTreeSet::new()
    );
}

#[test]
fn who_reads_a_group_that_a_task_fills_reads_all_that_decides_who_is_in_it() {
    let both = BTreeSet::from(["db1".to_owned(), "web1".to_owned()]);
    let reader = BTreeSet::from(["db1".to_owned()]);
    assert_eq!(rerun(None, "port"), reader, "read through hostvars");
    assert_eq!(rerun(None, "kind"), both, "decides the group");
    assert_eq!(rerun(None, "unread"), BTreeSet::new());
}

#[test]
fn a_play_on_a_group_that_a_task_may_fill_counts_for_every_host() {
    let tree = tree();
    // The inventory has the group already.
    let inventory = inventory(&[("web1", &["web"]), ("db1", &["db", "cluster"])]);
    let closure = closure(&Request::new(&tree, "/srv", "site.yml", &inventory)).unwrap();
    let files = closure.for_host("web1").unwrap();
    assert!(files.files().any(|file| file.path == "files/own.conf"));
    let found = closure.unresolved().iter();
    let lines: BTreeSet<u32> = found
        .filter(|item| item.why == Reason::DynamicInventory)
        .map(|item| item.line)
        .collect();
    assert_eq!(lines, BTreeSet::from([5, 8, 9, 10]));
}

#[test]
fn a_group_that_a_fact_names_is_none_that_the_inventory_has() {
    let tree = MemoryTree::from_iter([
        (
            "site.yml",
            "- hosts: all\n  tasks: [group_by: {key: '{{ ansible_os_family }}'}]\n- hosts: web\n- hosts: RedHat\n",
        ),
        ("group_vars/RedHat.yml", "a: 1\n"),
    ]);
    let inventory = inventory(&[("web1", &["web"]), ("db1", &["db"])]);
    let closure = closure(&Request::new(&tree, "/srv", "site.yml", &inventory)).unwrap();
    assert!(closure.file("group_vars/RedHat.yml").is_some());
    let widened: Vec<bool> = closure.plays.iter().map(|play| play.widened).collect();
    assert_eq!(widened, [false, false, true]);
}

#[test]
fn a_password_file_is_named_by_the_first_word() {
    let tree = MemoryTree::from_iter([
        (
            "site.yml",
            "- hosts: all\n  vars: {dir: secret}\n  tasks:\n    - debug: {msg: \"{{ lookup('password', dir + '/key length=8') }}\"}\n",
        ),
        ("secret/key", "x"),
    ]);
    let inventory = inventory(&[("web1", &["web"])]);
    let closure = closure(&Request::new(&tree, "/srv", "site.yml", &inventory)).unwrap();
    assert!(closure.file("secret/key").is_some());
}

/// `localhost` is there whatever the inventory says.
#[test]
fn a_play_on_hosts_that_are_known_later_may_be_one_on_the_implicit_localhost() {
    let on_localhost = |text: &str| {
        let tree = MemoryTree::from_iter([("site.yml", text), ("files/own.conf", "x")]);
        let inventory = inventory(&[("web1", &["web"])]);
        let mut request = Request::new(&tree, "/srv", "site.yml", &inventory);
        (request.extra_vars).insert("here".into(), Value::from("localhost"));
        let closure = closure(&request).unwrap();
        let inputs = closure.for_host("localhost");
        inputs.is_some_and(|inputs| inputs.files().any(|file| file.path == "files/own.conf"))
    };
    let play = |hosts: &str| {
        format!("- hosts: {hosts}\n  tasks: [{{copy: {{src: own.conf, dest: /x}}}}]\n")
    };
    for hosts in ["\"{{ t | default('localhost') }}\"", "'{{ here }}'"] {
        assert!(on_localhost(&play(hosts)), "{hosts}");
    }
    assert!(!on_localhost(&play("'{{ t }}'")));
    for task in [
        "group_by: {key: made}",
        "add_host: {name: localhost, groups: made}",
    ] {
        let first = format!("- hosts: localhost\n  tasks: [{{{task}}}]\n");
        assert!(on_localhost(&(first.clone() + &play("made"))), "{task}");
    }
    let other = "- hosts: localhost\n  tasks: [{add_host: {name: spare, groups: made}}]\n";
    assert!(!on_localhost(&(other.to_owned() + &play("made"))));
}
