//! What counts of a file besides its content: its mode, and where it leads.

use std::collections::BTreeSet;

use infra_core::ansible::{
    Fingerprint, Fingerprinter, MemoryTree, Request, SecretKey, Tree as _, closure, compare,
};

use crate::ansible_closure::inventory;

const PLAY: &str = "- hosts: all\n  vars:\n    keep: preserve\n    fixed: '0755'\n    whole: {src: files/a.sh, mode: preserve}\n  tasks:\n    - ";

/// The fingerprint of the host.
fn print(tree: &MemoryTree) -> Fingerprint {
    let inventory = inventory(&[("web1", &["web"])]);
    let request = Request::new(tree, "/srv", "site.yml", &inventory);
    let closure = closure(&request).unwrap();
    let prints = Fingerprinter::new(&closure, &request, SecretKey([7; 32])).unwrap();
    prints.host("web1").unwrap()
}

/// What differs for the host when the mode of a file changes.
fn changed(task: &str, file: &str) -> BTreeSet<String> {
    let mut tree = MemoryTree::from_iter([
        ("site.yml", format!("{PLAY}{task}\n").as_str()),
        ("files/a.sh", "a"),
        ("files/dir/b.sh", "b"),
        ("templates/t.j2", "t"),
        ("inner.yml", "- copy: {src: a.sh, dest: /x}\n"),
        ("roles/r/tasks/main.yml", "- copy: {src: a.sh, dest: /x}\n"),
    ]);
    let before = print(&tree);
    assert!(tree.kind(file.into()).unwrap().is_some(), "{file}");
    tree.set_mode(file, 0o755);
    let after = print(&tree);
    let names = compare(&before, &after).into_iter();
    names.map(|change| change.input.to_string()).collect()
}

#[test]
fn the_mode_of_a_file_counts_where_it_is_copied_with_it() {
    for (task, file) in [
        ("copy: {src: a.sh, dest: /x, mode: preserve}", "files/a.sh"),
        ("copy: src=a.sh dest=/x mode=preserve", "files/a.sh"),
        (
            "copy: {src: dir/, dest: /x, mode: preserve}",
            "files/dir/b.sh",
        ),
        (
            "template: {src: t.j2, dest: /x, mode: preserve}",
            "templates/t.j2",
        ),
        (
            "copy: {src: a.sh, dest: /x, mode: '{{ keep }}'}",
            "files/a.sh",
        ),
        (
            "copy: {src: a.sh, dest: /x, mode: '{{ ansible_local.unknown }}'}",
            "files/a.sh",
        ),
        ("copy: '{{ whole }}'", "files/a.sh"),
        ("copy:\n      args: '{{ whole }}'", "files/a.sh"),
        (
            "copy: {src: a.sh, dest: /x}\n      module_defaults: {copy: {mode: preserve}}",
            "files/a.sh",
        ),
        (
            "block: [include_tasks: inner.yml]\n      module_defaults: {copy: {mode: preserve}}",
            "files/a.sh",
        ),
        (
            "include_role: {name: r, apply: {module_defaults: {copy: {mode: '{{ keep }}'}}}}",
            "files/a.sh",
        ),
        (
            "ansible.posix.synchronize: {src: dir/, dest: /x}",
            "files/dir/b.sh",
        ),
        (
            "template: {src: '{{ item.src }}', dest: /x, mode: '{{ item.mode }}'}\n      with_community.general.filetree: dir/",
            "files/dir/b.sh",
        ),
        (
            "command: files/a.sh\n      delegate_to: localhost",
            "files/a.sh",
        ),
    ] {
        let expected = BTreeSet::from([format!("mode of {file}")]);
        assert_eq!(changed(task, file), expected, "{task}");
    }
}

#[test]
fn the_mode_of_a_file_says_nothing_where_the_copy_has_one_of_its_own() {
    for (task, file) in [
        ("copy: {src: a.sh, dest: /x}", "files/a.sh"),
        ("copy: {src: a.sh, dest: /x, mode: '0644'}", "files/a.sh"),
        (
            "copy: {src: a.sh, dest: /x, mode: '{{ fixed }}'}",
            "files/a.sh",
        ),
        ("copy: {src: dir/, dest: /x}", "files/dir/b.sh"),
        ("template: {src: t.j2, dest: /x}", "templates/t.j2"),
        ("script: a.sh", "files/a.sh"),
        (
            "block: [{copy: {src: a.sh, dest: /x, mode: '0644'}}]\n      module_defaults: {copy: {mode: preserve}}",
            "files/a.sh",
        ),
    ] {
        assert_eq!(changed(task, file), BTreeSet::new(), "{task}");
    }
}

#[test]
fn an_empty_directory_in_one_that_is_copied_counts() {
    let mut tree = MemoryTree::from_iter([
        (
            "site.yml",
            "- hosts: all\n  tasks: [{copy: {src: dir/, dest: /x}}]\n",
        ),
        ("files/dir/a", "a"),
    ]);
    let before = print(&tree);
    // The directory stays.
    tree.insert("files/dir/spool/x", "x")
        .remove("files/dir/spool/x");
    let changes = compare(&before, &print(&tree));
    let names: Vec<String> = changes
        .iter()
        .map(|change| change.input.to_string())
        .collect();
    assert_eq!(names, ["mode of files/dir/spool"]);
}
