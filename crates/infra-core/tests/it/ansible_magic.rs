//! Names that Ansible gives a meaning of its own, in trees where something else is called so, and
//! characters of texts.

use std::collections::BTreeSet;

use infra_core::ansible::MemoryTree;

use crate::ansible_closure::{closure_on_web1, templates_of};

/// Something that is called like each of Ansible's own.
const NAMESAKES: &str = "
- user: {name: x, groups: [adm], hostvars: y, inventory_file: z, play_hosts: [a]}
- debug: {msg: 1, group_names: b, inventory_hostname_short: c, ansible_play_name: d}
  vars: {other: 1}
";

/// The templates of a role that are inputs where a task has this for the name of one.
fn templates(name: &str) -> BTreeSet<String> {
    let mut tree = MemoryTree::new();
    tree.insert("site.yml", "- {hosts: all, roles: [r]}\n");
    tree.insert(
        "group_vars/all.yml",
        "prefix: pre\nversion: 1.2.3\nwhole: \"{{ prefix }}-x\"\nlist: [one, two]\n",
    );
    tree.insert(
        "roles/r/tasks/main.yml",
        format!("{NAMESAKES}- template: {{src: \"{name}.j2\", dest: /x}}\n"),
    );
    for file in [
        "web1", "web", "pre", "p", "e", "1", "3", "1.2", "one", "two", "-",
    ] {
        tree.insert(format!("roles/r/templates/{file}.j2"), "1");
    }
    let closure = closure_on_web1(&tree);
    let files = templates_of("r", &closure).into_iter();
    let names = files.filter_map(|name| Some(name.strip_suffix(".j2")?.to_owned()));
    names.collect()
}

#[test]
fn what_ansible_calls_so_comes_before_namesakes() {
    for (name, file) in [
        ("{{ groups['web'][0] }}", "web1"),
        ("{{ groups.web | first }}", "web1"),
        ("{{ hostvars['web1'].inventory_hostname }}", "web1"),
        ("{{ play_hosts[0] }}", "web1"),
        ("{{ inventory_hostname_short }}", "web1"),
        ("{{ group_names[0] }}", "web"),
        ("{{ vars['prefix'] }}", "pre"),
        ("{{ vars.prefix }}", "pre"),
        ("{{ vars.get('nothing', prefix) }}", "pre"),
        ("{{ vars['pre' + 'fix'] }}", "pre"),
        ("{{ ansible_facts['prefix'] }}", "pre"),
        ("{{ ansible_facts.os_family }}", "web1"),
        ("{{ ansible_facts.user_dir }}/web1", "web1"),
        ("{{ ansible_inventory_sources[0] }}/../web1", "web1"),
    ] {
        assert!(
            templates(name).contains(file),
            "{name}: {:?}",
            templates(name)
        );
    }
    assert_eq!(templates("{{ vars['prefix'] }}"), ["pre".to_owned()].into());
}

#[test]
fn an_index_into_a_text_gives_a_character() {
    for (name, file) in [
        ("{{ version[0] }}", "1"),
        ("{{ version[-1] }}", "3"),
        ("{{ version[:3] }}", "1.2"),
        ("{{ prefix | first }}", "p"),
        ("{{ prefix | last }}", "e"),
        ("{{ whole[3] }}", "-"),
        (
            "{{ inventory_hostname[4] if false else inventory_hostname[3] }}",
            "1",
        ),
        ("{{ list[0] }}", "one"),
        ("{{ list | first }}", "one"),
        ("{{ list[1] }}", "two"),
    ] {
        assert!(
            templates(name).contains(file),
            "{name}: {:?}",
            templates(name)
        );
    }
}
