//! A part of one of several values: of a variable or its default, of lists that are joined. Each
//! of them may be the one that a host has.

use std::collections::BTreeSet;

use infra_core::ansible::MemoryTree;

use crate::ansible_closure::{closure_on_web1, templates_of};

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
