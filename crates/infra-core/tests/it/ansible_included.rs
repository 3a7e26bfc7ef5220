//! What is included is found where Ansible looks for it, however it was named.

use infra_core::ansible::MemoryTree;

use crate::ansible_closure::closure_on_web1;
use crate::ansible_skips::{play, written};

/// Whether a host runs again when a file of these changes that isn't the first.
fn counts(files: &[(&str, &str)], path: &str) -> bool {
    written(files, "a", path, "- debug: {msg: changed}\n")
}

#[test]
fn what_a_file_includes_is_found_beside_it_whatever_it_was_named() {
    let imports = "- import_tasks: more.yml\n";
    for (site, includes, more) in [
        (
            "- {hosts: all, roles: [r]}\n",
            "roles/r/tasks/main.yml",
            "roles/r/tasks/Debian/more.yml",
        ),
        (
            "- {hosts: all, roles: [r]}\n",
            "roles/r/handlers/main.yml",
            "roles/r/handlers/Debian/more.yml",
        ),
        (
            "- {hosts: all, tasks: [include_tasks: t.yml]}\n",
            "t.yml",
            "Debian/more.yml",
        ),
    ] {
        for name in [
            "{{ ansible_os_family }}/go.yml",
            "{{ role_path | default('.') }}/{{ ansible_os_family }}/go.yml",
        ] {
            let tasks = format!("- include_tasks: \"{name}\"\n");
            let go = more.replace("more", "go");
            for nested in [imports, "- include_tasks: more.yml\n"] {
                let files = [
                    ("site.yml", site),
                    (includes, &*tasks),
                    (&*go, nested),
                    (more, ""),
                ];
                assert!(counts(&files, more), "{includes} {name} {nested}");
            }
        }
    }
    // Named below what another file was named below, it is looked for in both.
    let site = play("all", "- include_tasks: '{{ ansible_system }}/one.yml'");
    for more in ["sub/more.yml", "Linux/sub/more.yml"] {
        let files = [
            ("site.yml", &*site),
            ("Linux/one.yml", "- include_tasks: sub/two.yml\n"),
            ("Linux/sub/two.yml", imports),
            (more, ""),
        ];
        assert!(counts(&files, more), "{more}");
    }
}

#[test]
fn what_the_import_of_a_playbook_says_counts_for_its_plays() {
    for import in [
        "vars: {v: \"{{ lookup('file', 'k.txt') }}\"}",
        "vars: {v: \"{{ hostvars['c'].v }}\"}",
        "when: lookup('file', 'k.txt') == 'x'",
        "when: hostvars['c'].v == 1",
    ] {
        let site = format!("- import_playbook: p/middle.yml\n  {import}\n");
        let files = [
            ("site.yml", &*site),
            ("p/middle.yml", "- import_playbook: last.yml\n"),
            (
                "p/last.yml",
                "- hosts: web\n  tasks: [{debug: {msg: '{{ v }}'}}]\n",
            ),
            ("p/files/k.txt", "1"),
            ("p/host_vars/c.yml", "v: 1"),
        ];
        let (path, text) = if import.contains("hostvars") {
            ("p/host_vars/c.yml", "v: 2")
        } else {
            ("p/files/k.txt", "2")
        };
        assert!(written(&files, "a", path, text), "{import}");
    }
}

#[test]
fn an_argument_that_may_be_omitted_leaves_what_there_is_without_it() {
    for (tasks, path) in [
        (
            "- include_role: {name: r, tasks_from: '{{ q | default(omit) }}'}",
            "roles/r/tasks/main.yml",
        ),
        (
            "- include_role: {name: r, tasks_from: '{{ item.t | default(omit) }}'}\n  loop: [{t: go}, {u: 1}]",
            "roles/r/tasks/main.yml",
        ),
        (
            "- include_role: {name: r, tasks_from: '{{ given }}', vars_from: '{{ q if q is defined else omit }}'}",
            "roles/r/tasks/main.yml",
        ),
        (
            "- include_role: {name: r, tasks_from: '{{ item.t | default(omit) }}'}\n  loop: [{t: go}, {u: 1}]",
            "roles/r/tasks/go.yml",
        ),
    ] {
        let site = play("all", tasks);
        let files = [
            ("site.yml", &*site),
            ("group_vars/all.yml", "given: '{{ q | default(omit) }}'"),
            ("roles/r/tasks/main.yml", ""),
            ("roles/r/tasks/go.yml", ""),
        ];
        assert!(counts(&files, path), "{tasks}");
    }
    let site = play(
        "all",
        "- include_vars: {dir: '{{ q | default(omit) }}', file: '{{ v | default(omit) }}'}\n- copy: {src: '{{ f }}', dest: /x}",
    );
    let files = [
        ("site.yml", &*site),
        ("group_vars/all.yml", "v: v.yml"),
        ("vars/v.yml", "f: b.txt"),
        ("files/b.txt", "1"),
    ];
    assert!(written(&files, "a", "files/b.txt", "2"));
}

#[test]
fn handlers_include_what_is_among_the_tasks_of_their_role() {
    for (handler, path) in [
        ("include_tasks: more.yml", "roles/r/tasks/more.yml"),
        ("import_tasks: more.yml", "roles/r/tasks/more.yml"),
        ("include_tasks: sub/more.yml", "roles/r/tasks/sub/more.yml"),
    ] {
        let handlers = format!("- {handler}\n");
        let files = [
            ("site.yml", "- {hosts: all, roles: [r]}\n"),
            ("roles/r/tasks/main.yml", "[]"),
            ("roles/r/handlers/main.yml", &*handlers),
            (path, ""),
        ];
        assert!(counts(&files, path), "{handler}");
    }
}

#[test]
fn a_role_that_another_needs_may_be_named_by_where_it_comes_from() {
    for source in [
        "https://x.org/y/r.git",
        "git+https://x.org/y/r.git",
        "git@x.org:y/r.git",
        "https://x.org/r.tar.gz",
    ] {
        let meta = format!("dependencies: [{{src: '{source}', version: v1}}]\n");
        let files = [
            ("site.yml", "- {hosts: all, roles: [needs]}\n"),
            ("roles/needs/meta/main.yml", &*meta),
            ("roles/r/tasks/main.yml", ""),
        ];
        assert!(counts(&files, "roles/r/tasks/main.yml"), "{source}");
    }
}

#[test]
fn a_role_is_called_what_it_was_named() {
    for (role, variable, path) in [
        ("sub/r", "role_name", "files/sub/r/b.txt"),
        ("sub/r", "ansible_role_name", "files/sub/r/b.txt"),
        ("r", "role_name", "files/r/b.txt"),
        ("one.a.r", "role_name", "files/r/b.txt"),
        ("one.a.r", "ansible_role_name", "files/one.a.r/b.txt"),
    ] {
        let site = format!("- {{hosts: all, roles: [{role}]}}\n");
        let copy = format!("- copy: {{src: '{{{{ {variable} }}}}/b.txt', dest: /x}}\n");
        let files = [
            ("site.yml", &*site),
            ("roles/r/tasks/main.yml", &*copy),
            ("roles/sub/r/tasks/main.yml", &*copy),
            (
                "collections/ansible_collections/one/a/roles/r/tasks/main.yml",
                &*copy,
            ),
            (path, "1"),
        ];
        assert!(written(&files, "a", path, "2"), "{role} {variable}");
    }
}

#[test]
fn a_role_of_a_collection_may_be_any_that_its_name_fits() {
    let site = play(
        "all",
        "- include_role: {name: 'one.a.r_{{ ansible_system }}'}",
    );
    let path = "collections/ansible_collections/one/a/roles/r_Linux/tasks/main.yml";
    let files = [("site.yml", &*site), (path, "")];
    assert!(counts(&files, path));
}

#[test]
fn a_text_may_include_templates_that_is_none_itself() {
    for (tasks, variables, path) in [
        (
            "- copy: {content: \"{% include 'u.j2' %}\", dest: /x}",
            "",
            "u.j2",
        ),
        (
            "- template: {src: t.j2, dest: /x}",
            "v: \"{% include 'u.j2' %}\"",
            "templates/u.j2",
        ),
        (
            "- template: {src: t.j2, dest: /x}\n  vars: {v: \"{% import 'u.j2' as u %}\"}",
            "",
            "u.j2",
        ),
    ] {
        let site = play("all", tasks);
        let files = [
            ("site.yml", &*site),
            ("group_vars/all.yml", variables),
            ("templates/t.j2", "{{ v }}"),
            (path, "1"),
        ];
        assert!(written(&files, "a", path, "2"), "{tasks}");
    }
}

#[test]
fn a_name_that_a_template_binds_means_that_in_its_parts() {
    let part = "{{ lookup('file', f) }}";
    for (first, second) in [
        (
            "{% for f in ['a.txt', 'b.txt'] %}{% include 'u.j2' %}{% endfor %}",
            part,
        ),
        ("{% set f = 'b.txt' %}{% include 'u.j2' %}", part),
        (
            "{% with f = 'b.txt' %}{% include 'u.j2' %}{% endwith %}",
            part,
        ),
        ("{% set f = 'b.txt' %}{% extends 'u.j2' %}", part),
        (
            "{% set f = 'b.txt' %}{% import 'u.j2' as u with context %}{{ u.m() }}",
            "{% macro m() %}{{ lookup('file', f) }}{% endmacro %}",
        ),
        (
            "{% extends 'u.j2' %}{% block x %}{{ lookup('file', f) }}{% endblock %}",
            "{% set f = 'b.txt' %}{% block x %}{% endblock %}",
        ),
        (
            "{% extends 'u.j2' %}{% set f = 'a.txt' %}{% block x %}{{ lookup('file', f) }}{% endblock %}",
            "{% set f = 'b.txt' %}{% block x %}{% endblock %}",
        ),
        (
            "{% set g = 'b' %}{% set f = g ~ '.txt' %}{% include 'u.j2' %}",
            part,
        ),
        (
            "{% set f = 'v.j2' %}{% include 'u.j2' %}",
            "{% include f %}",
        ),
    ] {
        let site = play("all", "- template: {src: t.j2, dest: /x}");
        let files = [
            ("site.yml", &*site),
            ("group_vars/all.yml", "f: usual.txt"),
            ("files/usual.txt", "1"),
            ("files/a.txt", "1"),
            ("files/b.txt", "1"),
            ("templates/v.j2", "{{ lookup('file', 'b.txt') }}"),
            ("templates/t.j2", first),
            ("templates/u.j2", second),
        ];
        assert!(written(&files, "a", "files/b.txt", "2"), "{first} {second}");
    }
}

#[test]
fn what_a_template_includes_is_found_beside_the_first_of_them() {
    for (tasks, includes, path) in [
        (
            "- debug: {msg: \"{{ lookup('template', 'd/t.j2') }}\"}",
            "{% include 'u.j2' %}",
            "templates/d/u.j2",
        ),
        (
            "- template: {src: d/t.j2, dest: /x}",
            "{% include 'u.j2' %}",
            "templates/u.j2",
        ),
        (
            "- template: {src: d/t.j2, dest: /x}",
            "{% include 'd/e/between.j2' %}",
            "templates/d/last.j2",
        ),
    ] {
        let site = play("all", tasks);
        let files = [
            ("site.yml", &*site),
            ("templates/d/t.j2", includes),
            ("templates/d/e/between.j2", "{% include 'last.j2' %}"),
            ("templates/d/u.j2", "1"),
            ("templates/u.j2", "1"),
            ("templates/d/last.j2", "1"),
            ("templates/d/e/last.j2", "1"),
        ];
        assert!(written(&files, "a", path, "2"), "{tasks} {includes}");
    }
}

#[test]
fn what_a_lookup_finds_is_used_where_it_found_it() {
    for (tasks, variables, found, text) in [
        (
            "- include_vars: '{{ item }}'\n  loop: \"{{ query('fileglob', 'd/*.yml') }}\"\n- copy: {src: '{{ f }}', dest: /x}",
            "",
            "files/d/v.yml",
            "f: b.txt",
        ),
        (
            "- include_tasks: '{{ item }}'\n  loop: \"{{ query('fileglob', 'd/*.yml') }}\"",
            "",
            "files/d/t.yml",
            "- copy: {src: b.txt, dest: /x}",
        ),
        (
            "- template: {src: '{{ item }}', dest: /x}\n  loop: \"{{ found }}\"",
            "found: \"{{ query('fileglob', 'd/*.j2') }}\"",
            "files/d/t.j2",
            "{{ lookup('file', 'b.txt') }}",
        ),
        (
            "- set_fact: {found: \"{{ lookup('first_found', ['d/t.j2', 'e/t.j2']) }}\"}\n- template: {src: '{{ found }}', dest: /x}",
            "",
            "files/d/t.j2",
            "{{ lookup('file', 'b.txt') }}",
        ),
    ] {
        let main = format!("{tasks}\n");
        let found = format!("roles/r/{found}");
        let files = [
            ("site.yml", "- {hosts: all, roles: [r]}\n"),
            ("roles/r/tasks/main.yml", &*main),
            ("group_vars/all.yml", variables),
            (&*found, text),
            ("roles/r/files/b.txt", "1"),
        ];
        assert!(written(&files, "a", "roles/r/files/b.txt", "2"), "{tasks}");
    }
}

#[test]
fn tasks_that_could_be_any_near_are_followed_wherever_they_are_kept() {
    let site = play(
        "all",
        "- find: {paths: '{{ playbook_dir }}/steps'}\n  register: found\n  delegate_to: localhost\n- include_tasks: '{{ item.path }}'\n  loop: '{{ found.files }}'",
    );
    let files = [
        ("site.yml", &*site),
        (
            "steps/one.yml",
            "- copy: {src: b.txt, dest: /x}\n- import_tasks: ../more.yml\n",
        ),
        ("more.yml", "- copy: {src: c.txt, dest: /x}\n"),
        ("files/b.txt", "1"),
        ("files/c.txt", "1"),
    ];
    for path in ["files/b.txt", "files/c.txt"] {
        assert!(written(&files, "a", path, "2"), "{path}");
    }
}

/// A file of tasks that is included by two ways looks for what it includes where both lead.
#[test]
fn a_file_looks_for_what_it_includes_from_each_way_to_it() {
    for includes in [
        "- include_tasks: leaf.yml",
        "- ansible.builtin.include_tasks: {file: leaf.yml}",
        "- import_tasks: leaf.yml",
        "- action: include_tasks leaf.yml",
        "- block: [{include_tasks: leaf.yml}]",
        "- block: [{fail: {}}]\n  rescue: [{block: [{local_action: {module: include_tasks, file: leaf.yml}}]}]",
    ] {
        let tree = MemoryTree::from_iter([
            (
                "site.yml",
                "- hosts: all\n  tasks: [{include_tasks: one/a.yml}, {include_tasks: two/b.yml}]\n",
            ),
            ("one/a.yml", "- include_tasks: shared.yml\n"),
            ("two/b.yml", "- include_tasks: shared.yml\n"),
            ("shared.yml", includes),
            ("one/leaf.yml", "- debug: {msg: x}\n"),
            ("two/leaf.yml", "- debug: {msg: x}\n"),
        ]);
        let closure = closure_on_web1(&tree);
        for leaf in ["one/leaf.yml", "two/leaf.yml"] {
            assert!(closure.file(leaf).is_some(), "{leaf}: {includes}");
        }
    }
}
