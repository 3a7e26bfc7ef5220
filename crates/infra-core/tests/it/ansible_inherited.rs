//! Lookups in values that are evaluated elsewhere than where they are written: they look from the
//! task that uses them. `find_file_in_search_path` of `plugins/lookup/__init__.py`.

use crate::ansible_skips::{reruns, setting, written};

/// Whether host `a` runs again when a file of the role `r` changes that `{{ v }}` looks up there.
fn looks_in_the_role(site: &str) -> bool {
    let files = [
        ("site.yml", site),
        ("roles/r/tasks/main.yml", "- debug: {msg: \"{{ v }}\"}\n"),
        ("roles/r/files/k", "1"),
        ("roles/other/files/k", "1"),
        ("tasks/in.yml", "- import_role: {name: r}\n"),
        (
            "roles/above/meta/main.yml",
            "dependencies: [{role: r, v: \"{{ lookup('file', 'k') }}\"}]\n",
        ),
    ];
    assert!(!written(&files, "a", "roles/other/files/k", "2"), "{site}");
    written(&files, "a", "roles/r/files/k", "2")
}

#[test]
fn a_lookup_in_what_is_handed_down_looks_from_the_task_that_uses_it() {
    let v = "vars: {v: \"{{ lookup('file', 'k') }}\"}";
    for site in [
        format!("- hosts: all\n  {v}\n  roles: [r]\n"),
        format!("- hosts: all\n  roles:\n    - role: r\n      {v}\n"),
        "- hosts: all\n  roles:\n    - {role: r, v: \"{{ lookup('file', 'k') }}\"}\n".to_owned(),
        "- hosts: all\n  roles: [above]\n".to_owned(),
        format!("- hosts: all\n  tasks:\n    - include_role: {{name: r}}\n      {v}\n"),
        format!("- hosts: all\n  tasks:\n    - import_role: {{name: r}}\n      {v}\n"),
        format!("- hosts: all\n  tasks:\n    - include_tasks: tasks/in.yml\n      {v}\n"),
        format!("- hosts: all\n  tasks:\n    - import_tasks: tasks/in.yml\n      {v}\n"),
        format!("- hosts: all\n  tasks:\n    - block: [import_role: {{name: r}}]\n      {v}\n"),
        "- hosts: all\n  environment: {E: \"{{ lookup('file', 'k') }}\"}\n  roles: [r]\n"
            .to_owned(),
    ] {
        assert!(looks_in_the_role(&site), "{site}");
    }
}

#[test]
fn a_lookup_in_a_value_of_the_inventory_is_evaluated_like_any_other() {
    let looked_up = |value: &str, path: &str| {
        let files = [
            ("site.yml", "- hosts: all\n  roles: [r]\n"),
            ("roles/r/tasks/main.yml", "- debug: {msg: \"{{ v }}\"}\n"),
            ("roles/r/files/k", "1"),
            ("roles/r/templates/t.j2", "{{ lookup('file', 'inner') }}"),
            ("files/inner", "1"),
        ];
        let mut setting = setting(&files);
        let host = setting.inventory.hosts.get_mut("b").unwrap();
        host.vars.insert("v".to_owned(), value.to_owned().into());
        reruns(setting, "b", |setting| {
            setting.tree.insert(path, "2");
        })
    };
    assert!(looked_up("{{ lookup('file', 'k') }}", "roles/r/files/k"));
    assert!(looked_up("{{ lookup('template', 't.j2') }}", "files/inner"));
    assert!(!looked_up("{{ v2 }}", "roles/r/files/k"));
    // What may say something else each time is a reason to run.
    assert!(looked_up("{{ lookup('pipe', 'date') }}", "none"));
}

/// Whoever writes a tag doesn't decide what runs.
#[test]
fn what_looks_like_a_lookup_in_a_value_of_a_state_is_none() {
    let site = "- hosts: all\n  tasks: [{debug: {msg: \"{{ v }}\"}}]\n";
    let mut setting = setting(&[("site.yml", site), ("files/k", "1")]);
    let value = "{{ lookup('file', 'k') }}{{ lookup('pipe', 'date') }}";
    let host = setting.inventory.hosts.get_mut("a").unwrap();
    host.vars.insert("v".to_owned(), value.to_owned().into());
    host.resource = Some("aws_instance.a".to_owned());
    assert!(!reruns(setting, "a", |setting| {
        setting.tree.insert("files/k", "2");
    }));
}

/// As of keys that hosts show to each other.
#[test]
fn what_is_looked_up_by_the_name_of_another_host_is_that_hosts() {
    let key = "k: \"{{ lookup('file', 'keys/' ~ inventory_hostname) }}\"\n";
    let path = "p: \"keys/{{ inventory_hostname }}\"\nk: \"{{ lookup('file', p) }}\"\n";
    for variables in [key, path] {
        for reads in [
            "{% for h in groups['db'] %}{{ hostvars[h].k }}{% endfor %}",
            "{{ hostvars['c'].k }}",
            "{{ hostvars['c']['k'] }}",
        ] {
            let files = [
                (
                    "site.yml",
                    "- hosts: web\n  tasks: [{template: {src: t.j2, dest: /t}}]\n",
                ),
                ("templates/t.j2", reads),
                ("group_vars/all.yml", variables),
                ("files/keys/a", "1"),
                ("files/keys/c", "1"),
            ];
            assert!(written(&files, "a", "files/keys/c", "2"), "{reads}");
            // Through another variable, the hosts of the play are not told apart.
            let told = variables == key;
            assert!(
                !(told && written(&files, "b", "files/keys/a", "2")),
                "{reads}"
            );
        }
    }
}

#[test]
fn what_another_host_is_told_to_know_depends_on_who_tells_it() {
    let tells = [
        "set_fact: {given: \"{{ lookup('file', 'k') }}\"}\n      delegate_to: a\n      delegate_facts: true",
        "add_host: {name: a, given: \"{{ lookup('file', 'k') }}\"}",
    ];
    for tell in tells {
        let site = format!(
            "- hosts: db\n  tasks:\n    - {tell}\n- hosts: web\n  tasks:\n    - copy: {{content: \"{{{{ given }}}}\", dest: /x}}\n"
        );
        let files = [("site.yml", site.as_str()), ("files/k", "1")];
        assert!(written(&files, "a", "files/k", "2"), "{tell}");
    }
}
