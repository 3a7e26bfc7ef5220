//! Names of files that are made of values: parts of them, texts of numbers, words of options.

use infra_core::json::Value;

use crate::ansible_skips::{play, reruns, setting, written};

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

#[test]
fn an_element_of_a_list_is_found_whatever_its_number_is() {
    let list = "l: [{f: a.txt}, {f: b.txt}]\nn: [a.txt, b.txt]\nw: '1'\nm: {k: [{f: b.txt}]}\n";
    let src = |name: &str| format!("- copy: {{src: \"{{{{ {name} }}}}\", dest: /x}}");
    for name in [
        "l[w].f",
        "l[w | int].f",
        "l[groups['web'].index(inventory_hostname)].f",
        "l[-1].f",
        "n[w | int]",
        "m.k[w].f",
        "m['k'][w | int]['f']",
        "l[0:][w].f",
    ] {
        assert!(copies(&src(name), list, "files/b.txt"), "{name}");
    }
    for name in ["l[w].f", "l[w | int].f", "n[w | int]"] {
        assert!(!copies(&src(name), list, "files/c.txt"), "{name}");
    }
    let counted =
        "- copy: {src: '{{ l[i].f }}', dest: /x}\n  loop: [1]\n  loop_control: {index_var: i}";
    assert!(copies(counted, list, "files/b.txt"));
    let template = "{% for i in range(2) %}{{ lookup('file', l[i].f) }}{% endfor %}";
    assert!(template_names(template, list, "files/b.txt"));
    // Of each element, the part that a variable names.
    let template = "{% for e in l %}{{ lookup('file', e[k]) }}{% endfor %}";
    assert!(template_names(template, list, "files/b.txt"));
    // An inventory's own values are no YAML.
    let mut setting = setting(&[
        ("site.yml", &play("all", &src("l[w].f"))),
        ("files/b.txt", "1"),
    ]);
    let list = Value::parse("[{\"f\": \"b.txt\"}]").unwrap();
    setting.inventory.vars.insert("l".into(), list);
    assert!(reruns(setting, "a", |setting| {
        setting.tree.insert("files/b.txt", "2");
    }));
}

#[test]
fn the_keys_and_values_of_a_mapping_are_found_whatever_a_filter_calls_them() {
    let variables = "d: {b.txt: {f: c.txt}}\nl: [{a: {f: b.txt}}]\n";
    let looped = |src: &str, elements: &str| {
        format!("- copy: {{src: \"{{{{ {src} }}}}\", dest: /x}}\n  loop: \"{{{{ {elements} }}}}\"")
    };
    for (src, elements, file) in [
        (
            "item.file",
            "d | dict2items(key_name='file', value_name='to')",
            "files/b.txt",
        ),
        (
            "item.to.f",
            "d | dict2items(key_name='file', value_name='to')",
            "files/c.txt",
        ),
        ("item.file", "d | dict2items('file', 'to')", "files/b.txt"),
        ("item.to.f", "d | dict2items('file', 'to')", "files/c.txt"),
        (
            "item.key",
            "d | dict2items(value_name='key2')",
            "files/b.txt",
        ),
        ("item.file", "d | dict2items(key_name=z)", "files/b.txt"),
        (
            "item",
            "d | dict2items('file') | map(attribute='file')",
            "files/b.txt",
        ),
        ("(d | dict2items('file'))[0].file", "[1]", "files/b.txt"),
        ("(d | dict2items)[z].key", "[1]", "files/b.txt"),
        ("(l | map(attribute='a') | list)[z].f", "[1]", "files/b.txt"),
        ("[l[0].a, l[0].a][z].f", "[1]", "files/b.txt"),
    ] {
        assert!(
            copies(&looped(src, elements), variables, file),
            "{src} of {elements}"
        );
    }
    let keys = looped("item.file", "d | dict2items('file', 'to')");
    assert!(!copies(&keys, variables, "files/c.txt"));
}

#[test]
fn a_default_is_found_by_its_name_too() {
    for src in [
        "{{ none | default(default_value='b.txt') }}",
        "{{ none | d(default_value='b.txt', boolean=true) }}",
        "{{ (none | default(default_value={'f': 'b.txt'})).f }}",
    ] {
        let task = format!("- copy: {{src: \"{src}\", dest: /x}}");
        assert!(copies(&task, "", "files/b.txt"), "{src}");
    }
}

#[test]
fn a_lookup_is_found_in_what_debug_shows() {
    for task in [
        "- debug: var=lookup('file','b.txt')",
        "- debug: var=\"lookup('file', 'b.txt')\"",
        "- debug: {var: \"lookup('file', 'b.txt')\"}",
    ] {
        assert!(copies(task, "", "files/b.txt"), "{task}");
        assert!(!copies(task, "", "files/c.txt"), "{task}");
    }
}

#[test]
fn the_file_of_a_lookup_is_found_in_the_options_of_its_text() {
    let variables = "n: b.txt\nk: key\n";
    for lookup in [
        "lookup('ini', 'k section=s file=' ~ n)",
        "lookup('ini', 'k section=s file={}'.format(n))",
        "lookup('csvfile', k + ' file=' + n + ' delimiter=,')",
        "lookup('csvfile', inventory_hostname ~ ' file=b.txt delimiter=,')",
        "lookup('csvfile', hidden ~ ' file=b.txt')",
        "lookup('ini', 'k file=a.txt', 'k section=s file=b.txt')",
        "lookup('ini', 'k file=b.txt', file='a.txt')",
        "lookup('ini', k, file=n)",
        "lookup('ini', hidden, file=n)",
        "lookup('ini', hidden)",
    ] {
        let task = format!(
            "- command: date\n  register: hidden\n- debug: {{msg: \"{{{{ {lookup} }}}}\"}}"
        );
        assert!(copies(&task, variables, "files/b.txt"), "{lookup}");
    }
    for lookup in ["lookup('ini', k)", "lookup('csvfile', k + ' file=' + n)"] {
        let task = format!("- debug: {{msg: \"{{{{ {lookup} }}}}\"}}");
        assert!(!copies(&task, variables, "files/c.txt"), "{lookup}");
    }
}

#[test]
fn first_found_looks_for_each_of_several_names_in_one_text() {
    for lookup in [
        "lookup('first_found', {'files': 'a.txt,b.txt', 'paths': 'p;q'})",
        "lookup('first_found', {'files': 'a.txt;b.txt', 'paths': 'p:q'})",
        "lookup('first_found', files='a.txt,b.txt', paths='p,q')",
        "lookup('first_found', params)",
        "lookup('first_found', 'a.txt,b.txt', paths=['p', 'q'])",
        "lookup('first_found', 'q/a.txt,q/b.txt', paths=[''])",
    ] {
        let task = format!("- copy: {{src: \"{{{{ {lookup} }}}}\", dest: /x}}");
        let variables = "params: {files: 'a.txt,b.txt', paths: p;q}";
        assert!(copies(&task, variables, "files/q/b.txt"), "{lookup}");
    }
    let looped = "- copy: {src: '{{ item }}', dest: /x}\n  with_first_found: [{files: 'a.txt;b.txt', paths: q}]";
    assert!(copies(looped, "", "files/q/b.txt"));
}

#[test]
fn what_is_no_text_is_part_of_a_name_as_python_prints_it() {
    let site = play("all", "- copy: {src: \"dd_{{ x }}\", dest: /x}\n");
    for (value, printed) in [
        ("yes", "True"),
        ("false", "False"),
        ("1.10", "1.1"),
        ("0644", "420"),
        ("\"1.10\"", "1.10"),
        ("plain", "plain"),
    ] {
        let (variables, file) = (format!("x: {value}\n"), format!("files/dd_{printed}"));
        let files = [
            ("site.yml", site.as_str()),
            ("group_vars/all.yml", &variables),
            (&file, "1"),
        ];
        assert!(written(&files, "a", &file, "2"), "{value}");
    }
}

#[test]
fn what_is_nothing_is_printed_as_nothing_or_as_none() {
    for (name, file) in [
        ("dd_{{ x }}.txt", "files/dd_.txt"),
        ("{{ 'dd_' ~ x }}.txt", "files/dd_None.txt"),
        ("{{ [x, 'a'] | join('-') }}", "files/None-a"),
        ("dd_{{ 'a' if y else none }}.txt", "files/dd_.txt"),
        ("dd_{{ true }}.txt", "files/dd_True.txt"),
    ] {
        for variables in ["x: null", "x: ~", "x:", "{\"x\": null}"] {
            let task = format!("- copy: {{src: \"{name}\", dest: /x}}");
            assert!(copies(&task, variables, file), "{name} {variables}");
        }
    }
}

#[test]
fn numbers_are_added() {
    for (name, file) in [
        ("f{{ n + 1 }}", "files/f3"),
        ("{{ 'f' ~ (n + n + 1) }}", "files/f5"),
        ("f{{ 1 + l[0] }}", "files/f11"),
        ("v{{ n + half }}", "files/v2.5"),
        ("{{ s + s }}", "files/abab"),
    ] {
        let task = format!("- copy: {{src: \"{name}\", dest: /x}}");
        assert!(
            copies(&task, "n: 2\nl: [10]\ns: ab\nhalf: 0.5", file),
            "{name}"
        );
        assert!(
            !copies(&task, "n: 2\nl: [10]\ns: ab\nhalf: 0.5", "files/g3"),
            "{name}"
        );
    }
    let task = "- copy: {src: \"f{{ item + 1 }}\", dest: /x}\n  loop: [1, 2]";
    assert!(copies(task, "", "files/f3"));
    // There are more pairs than sums.
    let twenty: Vec<usize> = (0..20).collect();
    let task = "- copy: {src: \"f{{ l[i] + l[j] }}\", dest: /x}";
    assert!(copies(task, &format!("l: {twenty:?}"), "files/f38"));
}

#[test]
fn a_directory_that_only_a_run_knows_may_be_named_with_a_slash_at_the_end() {
    for end in ["", "/", "//", "/.", "/./"] {
        let name = format!("d/{{{{ lookup('pipe', 'date') }}}}{end}");
        let task = format!("- copy: {{src: \"{name}\", dest: /x}}");
        let site = play("all", &task);
        let tree = [("site.yml", site.as_str()), ("files/d/a/1.txt", "1")];
        let tree = infra_core::ansible::MemoryTree::from_iter(tree);
        let closure = crate::ansible_closure::closure_on_web1(&tree);
        assert!(closure.file("files/d/a/1.txt").is_some(), "{end:?}");
    }
}

/// What a task sets is computed from what was there before, and parts of a variable are templates
/// by themselves since ansible-core 2.19.
#[test]
fn a_variable_can_be_a_part_of_what_it_was() {
    for (tasks, variables) in [
        ("- set_fact: {v: '{{ v.file }}'}", "v: {file: b.txt}"),
        (
            "- set_fact: {v: '{{ v.of.file }}'}",
            "v: {of: {file: b.txt}}",
        ),
        (
            "- set_fact: {v: '{{ v.of }}'}\n- set_fact: {v: '{{ v.file }}'}",
            "v: {of: {file: b.txt}}",
        ),
        ("- set_fact: {v: '{{ v[n] }}'}", "v: {one: b.txt}\nn: one"),
        (
            "- set_fact: {v: '{{ w.one }}'}",
            "w: {one: '{{ w.two }}', two: b.txt}",
        ),
        (
            "- set_fact: {v: '{{ w.one }}'}",
            "w: {one: '{{ w.two }}', two: '{{ w.three }}', three: b.txt}",
        ),
        (
            "- set_fact: {v: '{{ v.dir }}/b.txt'}",
            "v: {dir: '{{ playbook_dir }}/files'}",
        ),
    ] {
        let site = play(
            "all",
            &format!("{tasks}\n- copy: {{src: '{{{{ v }}}}', dest: /x}}"),
        );
        let files = [
            ("site.yml", &*site),
            ("group_vars/all.yml", variables),
            ("files/b.txt", "1"),
        ];
        assert!(
            written(&files, "a", "files/b.txt", "2"),
            "{tasks} {variables}"
        );
    }
}
