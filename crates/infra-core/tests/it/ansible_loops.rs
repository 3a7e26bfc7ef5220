//! What a loop's variable means to a lookup: what this loop goes through, not any other.

use std::collections::BTreeSet;

use infra_core::ansible::{Closure, MemoryTree};

use crate::ansible_closure::closure_on_web1;

/// The closure of a role with these tasks, and files from `a.txt` to `d.txt`.
fn closure_of(tasks: &str) -> Closure {
    let mut tree = MemoryTree::new();
    tree.insert("site.yml", "- {hosts: all, roles: [r]}\n");
    tree.insert("roles/r/tasks/main.yml", tasks);
    tree.insert(
        "roles/r/tasks/inner.yml",
        "- debug:\n    msg: \"{{ lookup('file', item) }}\"\n",
    );
    tree.insert(
        "roles/r/tasks/shown.yml",
        "- debug: {msg: \"{{ x }}\"}\n  loop: [b.txt]\n",
    );
    for file in ["a", "b", "c", "d"] {
        tree.insert(format!("roles/r/files/{file}.txt"), "1");
    }
    closure_on_web1(&tree)
}

fn texts(closure: &Closure) -> BTreeSet<&str> {
    (closure.files())
        .filter_map(|file| file.path.as_str().strip_prefix("roles/r/files/"))
        .collect()
}

#[test]
fn a_lookup_in_a_loop_reads_what_its_own_loop_goes_through() {
    let closure = closure_of(
        "
- debug: {msg: \"{{ item }}\"}
  loop: \"{{ somebody_elses }}\"
- debug:
    msg: \"{{ lookup('file', item) }}\"
  with_items: [a.txt, b.txt]
- debug:
    msg: >
      {{ lookup('file', one) }}
  loop: [c.txt]
  loop_control: {loop_var: one}
",
    );
    assert!(
        closure.unresolved().is_empty(),
        "{:?}",
        closure.unresolved()
    );
    assert_eq!(texts(&closure), BTreeSet::from(["a.txt", "b.txt", "c.txt"]));
}

#[test]
fn where_it_is_not_sure_whose_loop_it_is_each_may_be() {
    for tasks in [
        // The variable of the loop around the include
        "
- include_tasks: inner.yml
  loop: [a.txt]
- debug: {msg: x}
  loop: [b.txt]
",
        // What a loop goes through is named by the one around it
        "
- include_tasks: inner.yml
  loop: [a.txt]
- debug: {msg: x}
  loop:
    - \"{{ lookup('file', item) }}\"
    - b.txt
",
        // Text that two tasks share
        "
- debug: &text
    msg: \"{{ lookup('file', item) }}\"
  loop: [a.txt]
- debug: *text
  loop: [b.txt]
",
        // What is included evaluates the variables that it is given
        "
- include_tasks: {file: shown.yml}
  vars:
    x: \"{{ lookup('file', item) }}\"
  loop: [a.txt]
",
        // A block's words are those of each task in it
        "
- block:
    - debug: {msg: \"{{ x }}\"}
      loop: [a.txt]
    - debug: {msg: \"{{ x }}\"}
      loop: [b.txt]
  vars:
    x: \"{{ lookup('file', item) }}\"
",
    ] {
        let closure = closure_of(tasks);
        assert!(
            texts(&closure).is_superset(&BTreeSet::from(["a.txt", "b.txt"])),
            "{tasks}"
        );
    }
}
