//! Names of files that are made of values: parts of them, texts of numbers, words of options.

use crate::ansible_skips::{play, written};

/// Whether a host whose template is this runs again when a file changes that it names.
fn template_names(template: &str, variables: &str, file: &str) -> bool {
    let files = [
        (
            "site.yml",
            "- hosts: all\n  tasks: [{template: {src: t.j2, dest: /x}}]\n",
        ),
        ("group_vars/all.yml", variables),
        ("templates/t.j2", template),
        (file, "1"),
    ];
    written(&files, "a", file, "2")
}

/// The same of a task that copies a file.
fn copies(tasks: &str, variables: &str, file: &str) -> bool {
    let site = play("all", tasks);
    let files = [
        ("site.yml", site.as_str()),
        ("group_vars/all.yml", variables),
        (file, "1"),
    ];
    written(&files, "a", file, "2")
}

#[test]
fn a_name_that_a_template_binds_has_the_parts_of_what_it_stands_for() {
    let variables = "
users: [{name: x, key: b.txt, fs: [b.txt], parts: [{f: b.txt}], kids: [{key: b.txt, kids: []}]}]
cfg: {f: b.txt, name: y}
sites: {one: {f: a.txt, name: y}, two: {f: b.txt}}
";
    for template in [
        "{% for u in users %}{{ lookup('file', u.key) }}{% endfor %}",
        "{% for u in users if u.name %}{{ lookup('file', u['key']) }}{% endfor %}",
        "{% for u in users | selectattr('name') | sort(attribute='name') %}{{ lookup('file', u.key) }}{% endfor %}",
        "{% for u in users %}{% for f in u.fs %}{{ lookup('file', f) }}{% endfor %}{% endfor %}",
        "{% for u in users %}{% for p in u.parts %}{{ lookup('file', p.f) }}{% endfor %}{% endfor %}",
        "{% for u in [] + users %}{{ lookup('file', u.key) }}{% endfor %}",
        "{% for c in [cfg] %}{{ lookup('file', c.f) }}{% endfor %}",
        "{% set c = cfg %}{{ lookup('file', c.f) }}",
        "{% set c = cfg | default({}) %}{{ lookup('file', c.f) }}",
        "{% for k in sites %}{% set s = sites[k] %}{{ lookup('file', s.f) }}{% endfor %}",
        "{% set l = users | list %}{{ lookup('file', l[0].key) }}",
        "{% for u in users %}{{ lookup('file', u.name) }}{% endfor %}{% for u in users recursive %}{{ lookup('file', u.key) }}{{ loop(u.kids) }}{% endfor %}",
    ] {
        assert!(
            template_names(template, variables, "files/b.txt"),
            "{template}"
        );
    }
    let variables = "
cfg: {t: b.j2, n: b, name: y}
sites: {one: {t: a.j2}, two: {t: b.j2}}
";
    for template in [
        "{% set c = cfg %}{% include c.t %}",
        "{% for s in sites.values() | list %}{% include s.t %}{% endfor %}",
        "{% for c in [cfg] %}{% include c.n ~ '.j2' %}{% endfor %}",
        "{% for k in sites %}{% set s = sites[k] %}{% include s.t %}{% endfor %}",
        "{% for c in [cfg] %}{{ lookup('template', c.t) }}{% endfor %}",
    ] {
        assert!(
            template_names(template, variables, "templates/b.j2"),
            "{template}"
        );
    }
    let text = "- copy: {content: \"{% for u in users %}{{ lookup('file', 'in_' ~ u.key) }}{% endfor %}\", dest: /x}";
    assert!(copies(text, "users: [{name: x, key: b}]", "files/in_b"));
}

#[test]
fn other_files_than_those_of_a_part_do_not_count() {
    let variables = "users: [{name: b.txt, f: a.txt}]\n";
    for template in [
        "{% for u in users %}{{ lookup('file', u.f) }}{% endfor %}",
        "{% set u = users[0] %}{{ lookup('file', u.f) }}",
    ] {
        assert!(
            !template_names(template, variables, "files/b.txt"),
            "{template}"
        );
        assert!(
            template_names(template, variables, "files/a.txt"),
            "{template}"
        );
    }
}
