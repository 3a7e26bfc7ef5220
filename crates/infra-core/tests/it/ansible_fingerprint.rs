//! Which hosts a change makes a playbook run on again.

use std::sync::Arc;

use infra_core::ansible::{
    ChangeKind, Fingerprint, Fingerprinter, InputId, MemoryTree, Request, SecretKey, closure,
    compare,
};
use infra_core::inventory::Inventory;
use infra_core::json::Value;

use crate::ansible_closure::inventory;

const HOSTS: [&str; 3] = ["db1", "web1", "web2"];

fn setting() -> (MemoryTree, Inventory) {
    let tree = MemoryTree::from_iter([
        (
            "site.yml",
            "- hosts: web\n  tasks:\n    - template: {src: web.j2, dest: /x}\n- hosts: db\n  tasks:\n    - template: {src: db.j2, dest: /x}\n",
        ),
        (
            "templates/web.j2",
            "{{ http_port }} {% for h in groups['db'] %}{{ hostvars[h].ansible_host }}{% endfor %}",
        ),
        ("templates/db.j2", "{{ secret }}"),
        ("group_vars/web.yml", "x: 1"),
        ("host_vars/web1.yml", "x: 1"),
    ]);
    let mut inventory = inventory(&[("web1", &["web"]), ("web2", &["web"]), ("db1", &["db"])]);
    for (name, host) in &mut inventory.hosts {
        host.identity = Some(format!("i-{name}"));
        for variable in ["http_port", "unread", "secret", "ansible_host"] {
            host.vars.insert(
                variable.to_owned(),
                Value::from(format!("{variable} of {name}")),
            );
        }
        host.secret.insert("secret".to_owned());
    }
    (tree, inventory)
}

fn prints(tree: &MemoryTree, inventory: &Inventory) -> Vec<Fingerprint> {
    let request = Request::new(tree, "/srv", "site.yml", inventory);
    let closure = closure(&request).unwrap();
    let prints = Fingerprinter::new(&closure, &request, SecretKey([7; 32])).unwrap();
    HOSTS.iter().filter_map(|host| prints.host(host)).collect()
}

/// The hosts on which the playbook runs again after a change, each with the inputs that
/// say so.
fn rerun(change: impl FnOnce(&mut MemoryTree, &mut Inventory)) -> Vec<String> {
    let (mut tree, mut inventory) = setting();
    let before = prints(&tree, &inventory);
    change(&mut tree, &mut inventory);
    let after = prints(&tree, &inventory);
    let mut found = Vec::new();
    for ((host, before), after) in HOSTS.iter().zip(&before).zip(&after) {
        for change in compare(before, after) {
            found.push(format!("{host}: {} {:?}", change.input, change.change));
        }
    }
    found
}

fn set(inventory: &mut Inventory, host: &str, name: &str) {
    if let Some(host) = inventory.hosts.get_mut(host) {
        host.vars.insert(name.to_owned(), Value::from("another"));
    }
}

#[test]
fn nothing_changed_is_nothing_to_run() {
    assert!(rerun(|_, _| {}).is_empty());
}

#[test]
fn a_template_reruns_the_hosts_of_its_play() {
    assert_eq!(
        rerun(|tree, _| {
            tree.insert("templates/db.j2", "new {{ secret }}");
        }),
        ["db1: file templates/db.j2 Changed"]
    );
    assert!(
        rerun(|tree, _| {
            tree.insert("templates/other.j2", "x");
        })
        .is_empty()
    );
}

#[test]
fn a_variables_file_that_appears_reruns_its_host() {
    assert_eq!(
        rerun(|tree, _| {
            tree.insert("host_vars/web2.yml", "x: 2");
        }),
        ["web2: file host_vars/web2.yml Added"]
    );
    assert_eq!(
        rerun(|tree, _| {
            tree.remove("host_vars/web1.yml");
        }),
        ["web1: file host_vars/web1.yml Removed"]
    );
}

#[test]
fn a_variable_counts_where_it_is_read() {
    assert_eq!(
        rerun(|_, inventory| set(inventory, "web1", "http_port")),
        ["web1: variable http_port Changed"]
    );
    assert!(rerun(|_, inventory| set(inventory, "db1", "http_port")).is_empty());
    assert!(rerun(|_, inventory| set(inventory, "web1", "unread")).is_empty());
}

#[test]
fn an_address_counts_for_those_who_render_it_and_not_for_its_host() {
    assert_eq!(
        rerun(|_, inventory| set(inventory, "db1", "ansible_host")),
        [
            "web1: hostvars[db1].ansible_host Changed",
            "web2: hostvars[db1].ansible_host Changed"
        ]
    );
    assert!(rerun(|_, inventory| set(inventory, "web2", "ansible_host")).is_empty());
    let found = rerun(|tree, inventory| {
        tree.insert("templates/db.j2", "{{ secret }} {{ ansible_host }}");
        set(inventory, "db1", "ansible_host");
    });
    assert!(
        found.contains(&"db1: variable ansible_host Added".to_owned()),
        "{found:?}"
    );
}

#[test]
fn a_new_machine_under_an_old_name_gets_everything() {
    let found = rerun(|_, inventory| {
        if let Some(host) = inventory.hosts.get_mut("db1") {
            host.identity = Some("i-new".to_owned());
        }
    });
    assert_eq!(found, ["db1: machine Changed"]);
}

#[test]
fn a_new_member_counts_where_the_group_is_read() {
    let found = rerun(|_, inventory| {
        inventory
            .hosts
            .insert("db2".to_owned(), infra_core::inventory::Host::default());
        if let Some(group) = inventory.groups.get_mut("db") {
            group.hosts.insert("db2".to_owned());
        }
    });
    assert_eq!(found, ["web1: group db Changed", "web2: group db Changed"]);
}

#[test]
fn a_secret_is_hashed_under_the_key() {
    let (tree, inventory) = setting();
    let request = Request::new(&tree, "/srv", "site.yml", &inventory);
    let closure = closure(&request).unwrap();
    let digest = |key| {
        let prints = Fingerprinter::new(&closure, &request, SecretKey([key; 32])).unwrap();
        let print = prints.host("db1").unwrap();
        let secret = InputId::Variable("secret".to_owned());
        *print.digests_of(&secret).next().unwrap()
    };
    assert_ne!(digest(1), digest(2));
    assert_eq!(digest(1), digest(1));
}

#[test]
fn what_is_looked_up_of_the_environment_counts() {
    let (mut tree, inventory) = setting();
    tree.insert(
        "site.yml",
        "- hosts: web\n  tasks: [{debug: {msg: \"{{ lookup('env', 'STAGE') }}\"}}]\n",
    );
    let print = |environment: &[(&str, &str)]| {
        let environment = environment.iter();
        let environment = environment.map(|(name, value)| ((*name).into(), (*value).into()));
        let request = Request {
            environment: Some(Arc::new(environment.collect())),
            ..Request::new(&tree, "/srv", "site.yml", &inventory)
        };
        let closure = closure(&request).unwrap();
        assert!(closure.unresolved().is_empty());
        assert!(closure.environment().eq(["STAGE"]));
        let prints = Fingerprinter::new(&closure, &request, SecretKey([7; 32])).unwrap();
        prints.host("web1").unwrap()
    };
    let before = print(&[("STAGE", "a"), ("OTHER", "1")]);
    assert_eq!(print(&[("STAGE", "a"), ("OTHER", "2")]), before);
    for (environment, kind) in [
        (&[("STAGE", "b")][..], ChangeKind::Changed),
        (&[], ChangeKind::Removed),
    ] {
        let changes = compare(&before, &print(environment));
        assert_eq!(changes[0].input.to_string(), "environment STAGE");
        assert_eq!(changes[0].change, kind);
    }
}

#[test]
fn changes_are_added_removed_and_changed() {
    let (tree, inventory) = setting();
    let print = prints(&tree, &inventory).remove(0);
    let changes = compare(&Fingerprint::new(Vec::new()), &print);
    assert!(
        changes
            .iter()
            .all(|change| change.change == ChangeKind::Added)
            && !changes.is_empty()
    );
}

#[test]
fn the_hosts_of_a_play_are_the_same_on_another_line() {
    let text = "- hosts: db\n  tasks: [{command: ls}]\n- hosts: web\n  tasks: [{debug: {msg: '{{ ansible_play_hosts }}'}}]\n";
    let (mut tree, mut inventory) = setting();
    tree.insert("site.yml", text);
    let before = prints(&tree, &inventory);
    tree.insert("site.yml", format!("# A comment\n\n{text}"));
    assert_eq!(prints(&tree, &inventory), before);
    inventory.hosts.remove("web2");
    let changes = compare(&before[1], &prints(&tree, &inventory)[1]);
    let names: Vec<String> = changes.iter().map(|c| c.input.to_string()).collect();
    assert_eq!(names, ["hosts of play 2 of site.yml"]);
}
