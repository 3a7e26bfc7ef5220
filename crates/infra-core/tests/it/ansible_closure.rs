//! The closure of a playbook: what is in it, what isn't, and that nothing makes it fail.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use infra_core::ansible::{
    Attributes, Closure, ClosureError, Entry, Kind, MemoryTree, Reason, Request, Tree, TreeError,
    closure,
};
use infra_core::inventory::{Group, Host, Inventory};
use proptest::prelude::*;

pub(crate) fn inventory(hosts: &[(&str, &[&str])]) -> Inventory {
    let mut inventory = Inventory::default();
    for (host, groups) in hosts {
        inventory.hosts.insert((*host).to_owned(), Host::default());
        for group in *groups {
            let group: &mut Group = inventory.groups.entry((*group).to_owned()).or_default();
            group.hosts.insert((*host).to_owned());
        }
    }
    inventory
}

/// The inputs of `site.yml` on one host.
pub(crate) fn closure_on_web1(tree: &MemoryTree) -> Closure {
    let inventory = inventory(&[("web1", &["web"])]);
    closure(&Request::new(tree, "/srv", "site.yml", &inventory)).unwrap()
}

/// The templates of a role among the inputs.
pub(crate) fn templates_of(role: &str, closure: &Closure) -> BTreeSet<String> {
    let directory = format!("roles/{role}/templates/");
    let files = closure.files().map(|file| file.path.as_str());
    let files = files.filter_map(|path| path.strip_prefix(&directory));
    files.map(str::to_owned).collect()
}

fn files(tree: &MemoryTree) -> Vec<String> {
    let inventory = inventory(&[("web1", &["web"]), ("db1", &["db"])]);
    closure(&Request::new(tree, "/srv/stack", "site.yml", &inventory))
        .unwrap()
        .files()
        .map(|file| file.path.to_string())
        .collect()
}

fn files_for(tree: &MemoryTree, host: &str) -> Vec<String> {
    let inventory = inventory(&[("web1", &["web"]), ("web2", &["web"]), ("db1", &["db"])]);
    let closure = closure(&Request::new(tree, "/srv/stack", "site.yml", &inventory)).unwrap();
    closure
        .for_host(host)
        .map(|inputs| inputs.files().map(|file| file.path.to_string()).collect())
        .unwrap_or_default()
}

#[test]
fn a_play_brings_what_it_names_and_nothing_beside_it() {
    let tree = MemoryTree::from_iter([
        (
            "site.yml",
            "- hosts: web\n  roles: [app]\n  tasks:\n    - copy: {src: a.txt, dest: /x}\n",
        ),
        ("files/a.txt", "a"),
        ("files/b.txt", "b"),
        (
            "roles/app/tasks/main.yml",
            "- template: {src: t.j2, dest: /x}\n- include_tasks: more.yml\n",
        ),
        ("roles/app/tasks/more.yml", "[]"),
        ("roles/app/tasks/unused.yml", "[]"),
        ("roles/app/templates/t.j2", "{% include 'part.j2' %}"),
        ("roles/app/templates/part.j2", ""),
        ("roles/app/templates/unused.j2", ""),
        ("roles/app/defaults/main.yml", "x: 1"),
        ("roles/app/README.md", ""),
        ("roles/other/tasks/main.yml", "[]"),
    ]);
    assert_eq!(
        files(&tree),
        [
            "files/a.txt",
            "roles/app/defaults/main.yml",
            "roles/app/tasks/main.yml",
            "roles/app/tasks/more.yml",
            "roles/app/templates/part.j2",
            "roles/app/templates/t.j2",
            "site.yml",
        ]
    );
}

#[test]
fn a_file_applies_to_the_hosts_of_its_play_group_and_name() {
    let tree = MemoryTree::from_iter([
        (
            "site.yml",
            "- hosts: web\n  tasks:\n    - copy: {src: '{{ inventory_hostname }}.conf', dest: /x}\n- hosts: db\n  tasks:\n    - copy: {src: db.conf, dest: /x}\n",
        ),
        ("files/web1.conf", ""),
        ("files/web2.conf", ""),
        ("files/db.conf", ""),
        ("group_vars/web.yml", "a: 1"),
        ("group_vars/db/one.yml", "a: 1"),
        ("group_vars/all.yml", "a: 1"),
        ("host_vars/web1.yml", "a: 1"),
        ("host_vars/web1.yml~", "a: 1"),
    ]);
    assert_eq!(
        files_for(&tree, "web1"),
        [
            "files/web1.conf",
            "group_vars/all.yml",
            "group_vars/web.yml",
            "host_vars/web1.yml",
            "site.yml"
        ]
    );
    assert_eq!(
        files_for(&tree, "web2"),
        [
            "files/web2.conf",
            "group_vars/all.yml",
            "group_vars/web.yml",
            "site.yml"
        ]
    );
    assert_eq!(
        files_for(&tree, "db1"),
        [
            "files/db.conf",
            "group_vars/all.yml",
            "group_vars/db/one.yml",
            "site.yml"
        ]
    );
}

#[test]
fn a_name_that_a_fact_decides_widens_and_says_so() {
    let tree = MemoryTree::from_iter([
        ("site.yml", "- hosts: web\n  roles: [app]\n"),
        (
            "roles/app/tasks/main.yml",
            "- include_vars: '{{ ansible_facts.os_family }}.yml'\n",
        ),
        ("roles/app/vars/Debian.yml", "a: 1"),
        ("roles/app/vars/RedHat.yml", "a: 1"),
        ("roles/app/vars/notes.txt", ""),
    ]);
    let inventory = inventory(&[("web1", &["web"])]);
    let closure = closure(&Request::new(&tree, "/srv/stack", "site.yml", &inventory)).unwrap();
    assert!(closure.file("roles/app/vars/Debian.yml").unwrap().widened);
    assert!(closure.file("roles/app/vars/RedHat.yml").is_some());
    assert!(closure.file("roles/app/vars/notes.txt").is_none());
    let found = &closure.unresolved()[0];
    assert_eq!(
        (found.file.as_str(), found.line, found.why),
        ("roles/app/tasks/main.yml", 1, Reason::TemplatedName)
    );
}

#[test]
fn what_is_looked_for_in_vain_is_known() {
    let tree = MemoryTree::from_iter([
        (
            "site.yml",
            "- hosts: web\n  tasks:\n    - copy: {src: late.txt, dest: /x}\n",
        ),
        ("group_vars/all.yml", ""),
        ("late.txt", ""),
    ]);
    let inventory = inventory(&[("web1", &["web"])]);
    let closure = closure(&Request::new(&tree, "/srv/stack", "site.yml", &inventory)).unwrap();
    let absent: Vec<&str> = closure.absent().map(camino::Utf8Path::as_str).collect();
    for path in ["files", "group_vars/web.yml", "host_vars", "ansible.cfg"] {
        assert!(absent.contains(&path), "{path}: {absent:?}");
    }
}

#[test]
fn results_that_no_file_decides_are_listed_with_their_line() {
    let tree = MemoryTree::from_iter([(
        "site.yml",
        "- hosts: web\n  tasks:\n    - debug: msg={{ lookup('url', 'https://example.com') }}\n    - debug:\n        msg: \"{{ lookup('pipe', 'date') }}\"\n",
    )]);
    let inventory = inventory(&[("web1", &["web"])]);
    let closure = closure(&Request::new(&tree, "/srv/stack", "site.yml", &inventory)).unwrap();
    let found: Vec<(u32, &str, bool)> = closure
        .unresolved()
        .iter()
        .map(|item| (item.line, item.what.as_str(), item.self_changing()))
        .collect();
    assert_eq!(found, [(3, "url", true), (5, "pipe", true)]);
}

#[test]
fn cycles_of_roles_includes_templates_and_playbooks_end() {
    let tree = MemoryTree::from_iter([
        (
            "site.yml",
            "- hosts: web\n  roles: [a]\n  tasks:\n    - include_tasks: t.yml\n    - template: {src: x.j2, dest: /x}\n",
        ),
        ("t.yml", "- include_tasks: t.yml\n"),
        ("templates/x.j2", "{% include 'x.j2' %}"),
        ("roles/a/meta/main.yml", "dependencies: [b]"),
        ("roles/b/meta/main.yml", "dependencies: [a]"),
    ]);
    assert!(files(&tree).contains(&"roles/b/meta/main.yml".to_owned()));
    let tree = MemoryTree::from_iter([("site.yml", "- import_playbook: site.yml\n")]);
    let inventory = Inventory::default();
    assert!(matches!(
        closure(&Request::new(&tree, "/srv", "site.yml", &inventory)),
        Err(ClosureError::Malformed { .. })
    ));
}

#[test]
fn a_playbook_that_cannot_be_is_an_error_that_names_its_place() {
    let inventory = Inventory::default();
    let error = |text: &str| {
        let tree = MemoryTree::from_iter([("a/site.yml", text)]);
        closure(&Request::new(&tree, "/srv", "a/site.yml", &inventory))
            .unwrap_err()
            .to_string()
    };
    assert_eq!(error(""), "a/site.yml:1:1: the playbook is empty");
    assert_eq!(
        error("hosts: all"),
        "a/site.yml:1:1: a playbook must be a list of plays"
    );
    assert_eq!(
        error("- hosts: all\n- x\n"),
        "a/site.yml:2:3: a play must be a mapping"
    );
    assert!(
        error("- hosts: [\n").starts_with("a/site.yml:"),
        "{}",
        error("- hosts: [\n")
    );
    let tree = MemoryTree::new();
    let outside = closure(&Request::new(&tree, "/srv", "/etc/site.yml", &inventory)).unwrap_err();
    assert_eq!(
        outside.to_string(),
        "playbook /etc/site.yml is outside of /srv"
    );
    let missing = closure(&Request::new(&tree, "/srv", "site.yml", &inventory)).unwrap_err();
    assert_eq!(missing.to_string(), "playbook site.yml does not exist");
}

#[test]
fn declared_inputs_count_and_ignored_files_do_not() {
    let tree = MemoryTree::from_iter([
        (
            "site.yml",
            "- hosts: web\n  tasks:\n    - copy: {src: a.txt, dest: /x}\n",
        ),
        ("files/a.txt", ""),
        ("data/extra.json", ""),
    ]);
    let inventory = inventory(&[("web1", &["web"])]);
    let mut request = Request::new(&tree, "/srv", "site.yml", &inventory);
    request.inputs = vec!["data/**".to_owned()];
    request.ignore = vec!["files/*".to_owned()];
    let paths: Vec<String> = closure(&request)
        .unwrap()
        .files()
        .map(|file| file.path.to_string())
        .collect();
    assert_eq!(paths, ["data/extra.json", "site.yml"]);
}

/// The same files, listed backwards.
struct Reversed<'t>(&'t MemoryTree);

impl Tree for Reversed<'_> {
    fn read(&self, path: &camino::Utf8Path) -> Result<Option<std::sync::Arc<[u8]>>, TreeError> {
        self.0.read(path)
    }
    fn list(&self, dir: &camino::Utf8Path) -> Result<Option<Vec<Entry>>, TreeError> {
        Ok(self
            .0
            .list(dir)?
            .map(|entries| entries.into_iter().rev().collect()))
    }
    fn kind(&self, path: &camino::Utf8Path) -> Result<Option<Kind>, TreeError> {
        self.0.kind(path)
    }
    fn attributes(&self, path: &camino::Utf8Path) -> Result<Option<Attributes>, TreeError> {
        self.0.attributes(path)
    }
}

const WORDS: &str = "(hosts|tasks|roles|block|include_tasks|import_role|include_vars|template|copy|src|loop|with_first_found|vars_files|name|file|dir|register|when|a|b|x\\.yml|\\{\\{ a \\}\\}|\\{\\{ item\\.b \\}\\}\\.yml|\\{% if a %\\}|\\{\\{ hostvars\\[a\\] \\}\\}|\\.\\./|/etc|~|\\*|&a|!vault|\\{#|'|\"|\\[|\\]|: |- |\n|\n  |\n    |\n      )";

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::collection::vec(WORDS, 0..60).prop_map(|words| words.concat()),
        proptest::collection::vec(any::<u8>(), 0..200)
            .prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        "\\PC{0,200}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_makes_it_panic_and_no_order_of_names_changes_it(texts in proptest::collection::vec(any_text(), 5)) {
        let mut tree = MemoryTree::new();
        let names = ["roles/a/tasks/main.yml", "templates/a", "group_vars/all.yml", "x.yml", "ansible.cfg"];
        for (name, text) in names.into_iter().zip(&texts) {
            tree.insert(name, text);
        }
        tree.insert("site.yml", "- hosts: all\n  roles: [a]\n  vars_files: [x.yml]\n  tasks:\n    - include_tasks: x.yml\n    - template: {src: a, dest: b}\n");
        let inventory = inventory(&[("web1", &["web"])]);
        let forwards = closure(&Request::new(&tree, "/srv", "site.yml", &inventory)).unwrap();
        let reversed = Reversed(&tree);
        let backwards = closure(&Request::new(&reversed, "/srv", "site.yml", &inventory)).unwrap();
        prop_assert_eq!(forwards.files().collect::<Vec<_>>(), backwards.files().collect::<Vec<_>>());
        prop_assert_eq!(forwards.unresolved(), backwards.unresolved());
        tree.insert("site.yml", &texts[0]);
        drop(closure(&Request::new(&tree, "/srv", "site.yml", &inventory)));
    }
}

#[test]
fn what_an_include_brings_each_host_that_reaches_it_has() {
    let tree = MemoryTree::from_iter([
        (
            "site.yml",
            "- hosts: web\n  tasks:\n    - include_tasks: \"{{ 'a' if inventory_hostname == 'web1' else 'b' }}.yml\"\n",
        ),
        ("a.yml", "- copy: {src: a.txt, dest: /x}\n"),
        ("b.yml", "- template: {src: b.j2, dest: /x}\n"),
        ("files/a.txt", "a"),
        (
            "templates/b.j2",
            "{% include 'part.j2' %}{{ lookup('file', 'c.txt') }}",
        ),
        ("templates/part.j2", ""),
        ("files/c.txt", ""),
    ]);
    let all = files_for(&tree, "web1");
    assert!(all.contains(&"templates/part.j2".to_owned()), "{all:?}");
    assert!(all.contains(&"files/c.txt".to_owned()), "{all:?}");
    assert_eq!(files_for(&tree, "web2"), all);
}

#[test]
fn whoever_asked_can_stop_it_and_gets_no_half_of_an_answer() {
    let tree = MemoryTree::from_iter([
        (
            "site.yml",
            "- hosts: all\n  tasks:\n    - include_tasks: a.yml\n",
        ),
        ("a.yml", "- copy: {src: \"{{ x }}.txt\", dest: /x}\n"),
    ]);
    let inventory = inventory(&[("web1", &["web"])]);
    let asked = AtomicUsize::new(0);
    // From the first question on, then from the second, and so on until nobody stops it.
    for patience in 0.. {
        asked.store(0, Ordering::Relaxed);
        let stop = || asked.fetch_add(1, Ordering::Relaxed) >= patience;
        let mut request = Request::new(&tree, "/srv", "site.yml", &inventory);
        request.stop = Some(&stop);
        match closure(&request) {
            Ok(whole) => {
                request.stop = None;
                let files = |closure: &Closure| closure.files().cloned().collect::<Vec<_>>();
                assert_eq!(files(&whole), files(&closure(&request).unwrap()));
                assert!(patience > 2, "it was asked only {patience} times");
                return;
            }
            Err(error) => assert!(matches!(error, ClosureError::Stopped(_)), "{error}"),
        }
    }
}
