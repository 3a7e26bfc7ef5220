//! A part of one of several values: of a variable or its default, of lists that are joined. Each
//! of them may be the one that a host has.

use std::collections::BTreeSet;

use infra_core::ansible::{MemoryTree, Request, closure};
use infra_core::json::Value;

use crate::ansible_closure::{closure_on_web1, inventory, templates_of};
use crate::ansible_skips::{play, reruns, setting, written};

/// Where what `mine` and `common` name could be.
const VARIABLES: &str = "
mine: [{src: mine.j2, more: {src: deep.j2}}]
common: [{src: common.j2, more: {src: deeper.j2}}]
one: {src: one.j2}
other: {src: other.j2}
";

/// The templates of a role that are inputs where a task uses this name in this loop.
fn templates(name: &str, elements: &str) -> BTreeSet<String> {
    let mut tree = MemoryTree::new();
    tree.insert("site.yml", "- {hosts: all, roles: [r]}\n");
    tree.insert("group_vars/all.yml", VARIABLES);
    tree.insert(
        "roles/r/tasks/main.yml",
        format!("- template: {{src: \"{name}\", dest: /x}}\n  loop: \"{elements}\"\n"),
    );
    for file in ["mine", "common", "deep", "deeper", "one", "other", "none"] {
        tree.insert(format!("roles/r/templates/{file}.j2"), "1");
    }
    let closure = closure_on_web1(&tree);
    assert!(
        closure.unresolved().is_empty(),
        "{:?}",
        closure.unresolved()
    );
    templates_of("r", &closure)
}

#[test]
fn a_default_counts_as_much_as_what_it_stands_in_for() {
    let both = ["common.j2".to_owned(), "mine.j2".to_owned()].into();
    for (name, elements) in [
        ("{{ item.src }}", "{{ mine | default(common) }}"),
        (
            "{{ item.src }}",
            "{{ mine | default(common, true) | list }}",
        ),
        (
            "{{ item.src }}",
            "{{ mine | d(common) | selectattr('src', 'defined') }}",
        ),
        (
            "{{ item.src }}",
            "{{ mine if mine is defined else common }}",
        ),
        ("{{ item.src }}", "{{ mine or common }}"),
        ("{{ item.src }}", "{{ mine + common }}"),
        ("{{ item.src }}", "{{ mine | union(common) }}"),
        (
            "{{ item.src }}",
            "{{ (mine | default([])) + (common | default([])) }}",
        ),
        (
            "{{ item }}",
            "{{ mine | default(common) | map(attribute='src') | list }}",
        ),
        (
            "{{ item }}",
            "{{ mine | map(attribute='src') | union(common | map(attribute='src')) }}",
        ),
        ("{{ item['src'] }}", "{{ [mine | first, common | first] }}"),
        ("{{ (mine | default(common))[0].src }}", "{{ [1] }}"),
    ] {
        assert_eq!(templates(name, elements), both, "{name} of {elements}");
    }
}

#[test]
fn a_step_goes_into_each_of_several_values() {
    let of = |names: [&str; 2]| names.map(|name| format!("{name}.j2")).into();
    assert_eq!(
        templates("{{ item.more.src }}", "{{ mine | default(common) }}"),
        of(["deep", "deeper"])
    );
    assert_eq!(
        templates(
            "{{ item }}",
            "{{ (mine + common) | map(attribute='more.src') }}"
        ),
        of(["deep", "deeper"])
    );
    assert_eq!(
        templates("{{ (one | default(other)).src }}", "{{ [1] }}"),
        of(["one", "other"])
    );
    assert_eq!(
        templates("{{ (one | combine(other)).src }}", "{{ [1] }}"),
        of(["one", "other"])
    );
}

#[test]
fn filters_that_choose_and_join_give_what_they_are_given() {
    for (name, elements, found) in [
        (
            "{{ (x is defined) | ternary('one.j2', 'other.j2') }}",
            "[1]",
            vec!["one", "other"],
        ),
        (
            "{{ (x | ternary(one, other)).src }}",
            "[1]",
            vec!["one", "other"],
        ),
        ("{{ ['mine', 'j2'] | join('.') }}", "[1]", vec!["mine"]),
        (
            "{{ '%s.%s' | format(item, 'j2') }}",
            "{{ ['mine', 'one'] }}",
            vec!["mine", "one"],
        ),
        (
            "{{ [role_path, 'templates', item] | path_join }}",
            "{{ ['mine.j2'] }}",
            vec!["mine"],
        ),
        (
            "{{ ['/none', role_path, 'templates/deep.j2'] | path_join }}",
            "[1]",
            vec!["deep"],
        ),
        ("{{ './deep.j2' | normpath }}", "[1]", vec!["deep"]),
    ] {
        let found: BTreeSet<String> = found.into_iter().map(|name| format!("{name}.j2")).collect();
        assert_eq!(templates(name, elements), found, "{name}");
    }
}

/// What decides which files a task reads can get a value that is found after the task.
#[test]
fn a_directory_and_a_part_of_a_role_are_those_of_values_found_later_too() {
    let site = "- hosts: all\n  roles: [r]\n";
    let defaults = ("roles/r/defaults/main.yml", "which: one\n");
    let later = ("group_vars/all.yml", "which: two\n");
    let tasks = "- include_vars: {dir: \"{{ which }}\"}\n- debug: {msg: \"{{ x }}\"}\n";
    let files = [
        ("site.yml", site),
        defaults,
        later,
        ("roles/r/tasks/main.yml", tasks),
        ("roles/r/vars/one/a.yml", "x: 1\n"),
        ("roles/r/vars/two/a.yml", "x: 1\n"),
    ];
    assert!(written(&files, "a", "roles/r/vars/two/a.yml", "x: 2\n"));
    let tasks = "- include_role: {name: s, tasks_from: \"{{ which }}\"}\n";
    let files = [
        ("site.yml", site),
        defaults,
        later,
        ("roles/r/tasks/main.yml", tasks),
        ("roles/s/tasks/one.yml", "- debug: {msg: 1}\n"),
        ("roles/s/tasks/two.yml", "- debug: {msg: 1}\n"),
    ];
    assert!(written(
        &files,
        "a",
        "roles/s/tasks/two.yml",
        "- debug: {msg: 2}\n"
    ));
}

#[test]
fn an_argument_that_names_a_file_is_that_of_values_found_later_too() {
    let site = play(
        "all",
        "- command: ./run.sh -c {{ which }}\n  delegate_to: localhost\n",
    );
    for variables in ["which: conf/one\n", "x: 1\n"] {
        let files = [
            ("site.yml", site.as_str()),
            ("group_vars/all.yml", variables),
            ("host_vars/a.yml", "which: conf/two\n"),
            ("conf/one", "1"),
            ("conf/two", "1"),
        ];
        assert!(written(&files, "a", "conf/two", "2"), "{variables}");
    }
}

#[test]
fn a_mode_is_kept_if_a_value_found_later_says_so() {
    for (mode, counts) in [("preserve", true), ("\"0644\"", false)] {
        let variables = format!("which: {mode}\n");
        let files = [
            ("site.yml", "- hosts: all\n  roles: [r]\n"),
            ("roles/r/defaults/main.yml", "which: \"0600\"\n"),
            ("group_vars/all.yml", variables.as_str()),
            (
                "roles/r/tasks/main.yml",
                "- copy: {src: a, dest: /a, mode: \"{{ which }}\"}\n",
            ),
            ("roles/r/files/a", "1"),
        ];
        let again = reruns(setting(&files), "a", |setting| {
            setting.tree.set_mode("roles/r/files/a", 0o755);
        });
        assert_eq!(again, counts, "{mode}");
    }
}

/// Before there is any play.
#[test]
fn a_playbook_that_is_imported_is_that_of_a_file_of_extra_variables() {
    let tree = MemoryTree::from_iter([
        ("site.yml", "- import_playbook: \"{{ which }}.yml\"\n"),
        ("one.yml", "- hosts: all\n"),
        ("two.yml", "- hosts: all\n"),
        ("extra.yml", "which: two\n"),
    ]);
    let mut inventory = inventory(&[("web1", &["web"])]);
    let one = Value::String("one".into());
    inventory.vars.insert("which".to_owned(), one);
    let mut request = Request::new(&tree, "/srv", "site.yml", &inventory);
    request.var_files = vec!["extra.yml".into()];
    assert!(closure(&request).unwrap().file("two.yml").is_some());
}
