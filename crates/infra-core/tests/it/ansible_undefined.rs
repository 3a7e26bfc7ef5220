//! A variable that nothing gives a value names no file; one that something may give a value could
//! name any.

use infra_core::ansible::{Closure, MemoryTree, Reason, Request, closure};

use crate::ansible_closure::inventory;

/// What follows from a playbook that copies what `key_file` says, which no file gives a value.
fn closure_with(more: &[(&str, &str)]) -> Closure {
    let site = "- hosts: all\n  tasks:\n    - copy: {src: \"{{ key_file }}\", dest: /x}\n      when: key_file is defined\n";
    let mut tree = MemoryTree::from_iter([("site.yml", site), ("unrelated.txt", "1")]);
    for (path, text) in more {
        tree.insert(*path, *text);
    }
    let inventory = inventory(&[("web1", &["web"])]);
    let request = Request::new(&tree, "/srv", "site.yml", &inventory);
    closure(&request).unwrap()
}

/// Whether a file that nothing names is an input.
fn reads_all(more: &[(&str, &str)]) -> bool {
    closure_with(more).file("unrelated.txt").is_some()
}

/// The same where the play has one more task.
fn reads_all_with_task(task: &str, more: &[(&str, &str)]) -> bool {
    let site = format!(
        "- hosts: all\n  tasks:\n    - {task}\n    - copy: {{src: \"{{{{ key_file }}}}\", dest: /x}}\n"
    );
    let files: Vec<_> = [("site.yml", site.as_str())]
        .into_iter()
        .chain(more.iter().copied())
        .collect();
    reads_all(&files)
}

#[test]
fn what_nothing_gives_a_value_names_no_file_and_is_listed() {
    let closure = closure_with(&[]);
    assert!(closure.file("unrelated.txt").is_none());
    let found = closure.unresolved();
    assert!(
        matches!(found, [one] if one.why == Reason::Undefined && one.line == 3 && one.what == "{{ key_file }}"),
        "{found:?}"
    );
}

#[test]
fn a_default_is_all_that_it_can_be() {
    let site = "- hosts: all\n  tasks:\n    - copy: {src: \"{{ key_file | default('unrelated.txt') }}\", dest: /x}\n    - copy: {src: \"{{ other | default(omit) }}\", content: x, dest: /x}\n";
    let closure = closure_with(&[("site.yml", site), ("more.txt", "")]);
    assert!(closure.file("unrelated.txt").is_some() && closure.file("more.txt").is_none());
    assert_eq!(closure.unresolved(), []);
}

#[test]
fn what_a_task_may_set_under_any_name_could_be_any_file() {
    for task in [
        "set_fact: {\"{{ name }}\": x}",
        "set_fact: \"{{ facts }}\"",
        "{set_fact: , args: \"{{ facts }}\"}",
        "{add_host: , args: \"{{ facts }}\"}",
        "\"{{ action }}\": {}",
        "include_vars: \"{{ ansible_local.which }}.yml\"",
        "include_tasks: \"{{ ansible_local.which }}.yml\"",
        "acme.unknown.thing: {}",
        "unknown_thing: {}",
    ] {
        let more = [("vars/a.yml", "x: 1\n"), ("vars/b.yml", "y: [\n")];
        assert!(reads_all_with_task(task, &more), "{task}");
    }
    for task in [
        "set_fact: {x: 1}",
        "add_host: {name: x, y: 1}",
        "debug: {msg: x}",
        "service_facts:",
        "command: x",
    ] {
        assert!(!reads_all_with_task(task, &[]), "{task}");
    }
}

#[test]
fn what_a_plugin_or_a_setting_may_give_could_be_any_file() {
    for (path, text) in [
        ("vars_plugins/own.py", ""),
        ("callback_plugins/own.py", ""),
        ("action_plugins/own.py", ""),
        ("strategy_plugins/own.py", ""),
        ("library/command.py", ""),
        ("ansible.cfg", "[defaults]\nfact_caching = jsonfile\n"),
        (
            "ansible.cfg",
            "[defaults]\nvars_plugins_enabled = host_group_vars,a.b.c\n",
        ),
        ("ansible.cfg", "[defaults]\nfacts_modules = smart, a.b.c\n"),
        ("group_vars/all.yml", "a: 1\nb: [\n"),
        ("group_vars/all.yml", "ansible_facts_modules: [a.b.c]\n"),
    ] {
        assert!(reads_all(&[(path, text)]), "{path}: {text}");
    }
    for (path, text) in [
        ("filter_plugins/own.py", ""),
        ("library/own.py", ""),
        (
            "ansible.cfg",
            "[defaults]\nvars_plugins_enabled = host_group_vars\n",
        ),
    ] {
        assert!(!reads_all(&[(path, text)]), "{path}: {text}");
    }
}

#[test]
fn a_module_sets_facts_if_its_text_or_that_of_a_helper_says_so() {
    let of = |module: &'static str, helper: &'static str, action: Option<&'static str>| {
        let dir = "collections/ansible_collections/a/b";
        let mut files = vec![
            (
                format!("{dir}/galaxy.yml"),
                "namespace: a\nname: b\nversion: 1.0.0\n",
            ),
            (format!("{dir}/plugins/modules/m.py"), module),
            (format!("{dir}/plugins/module_utils/deep/h.py"), helper),
            (
                format!("{dir}/plugins/module_utils/far.py"),
                "ansible_facts",
            ),
        ];
        files.extend(action.map(|text| (format!("{dir}/plugins/action/m.py"), text)));
        let files: Vec<(&str, &str)> = (files.iter())
            .map(|(path, text)| (path.as_str(), *text))
            .collect();
        reads_all_with_task("a.b.m: {}", &files)
    };
    let module =
        "from ansible_collections.a.b.plugins.module_utils.deep.h import end\nend(**result)\n";
    assert!(!of(module, "", None));
    assert!(of("exit_json(ansible_facts={})", "", None));
    assert!(of(module, "ansible_facts", None));
    assert!(of(module, "from ..far import x", None));
    assert!(of(module, "", Some("ansible_facts")));
    assert!(!of(module, "", Some("return super().run()")));
}

#[test]
fn what_turns_out_to_have_a_value_perhaps_is_not_listed_as_undefined() {
    let site = "- hosts: all\n  tasks:\n    - copy: {src: \"{{ key_file }}\", dest: /x}\n    - include_tasks: \"{{ ansible_local.which }}\"\n";
    let found = closure_with(&[("site.yml", site), ("more.yml", "- debug:\n")]);
    let found: Vec<Reason> = found.unresolved().iter().map(|found| found.why).collect();
    assert!(found.contains(&Reason::AnyName), "{found:?}");
    assert!(!found.contains(&Reason::Undefined), "{found:?}");
}

/// Jinja gives names values too, and those of a template are there in the ones that it includes.
#[test]
fn what_a_template_binds_is_no_variable() {
    for text in [
        "{% for key_file in ansible_local.x %}{% include 'b.j2' %}{% endfor %}",
        "{% set key_file = ansible_local.y %}{% include 'b.j2' %}",
        "{% from 'c.j2' import key_file %}{% include 'b.j2' %}",
        "{% import 'c.j2' as key_file %}{% include 'b.j2' %}",
    ] {
        let task = "template: {src: a.j2, dest: /x}";
        let files = [
            ("templates/a.j2", text),
            ("templates/b.j2", "{% include key_file %}"),
            ("templates/c.j2", ""),
            ("templates/d.j2", ""),
        ];
        let site = format!("- hosts: all\n  tasks:\n    - {task}\n");
        let all: Vec<_> = files
            .into_iter()
            .chain([("site.yml", site.as_str())])
            .collect();
        assert!(
            closure_with(&all).file("templates/d.j2").is_some(),
            "{text}"
        );
    }
}

#[test]
fn what_a_loop_and_a_lookup_give_names_is_a_value() {
    for task in [
        "copy: {src: \"part{{ at }}.txt\", dest: /x}\n      loop: [a, b]\n      loop_control: {index_var: at}",
        "copy: {src: \"part{{ at }}.txt\", dest: /x}\n      loop: \"{{ ansible_local.parts }}\"\n      loop_control: {loop_var: at}",
        "copy: {src: \"{{ at }}\", dest: /x}\n      loop: [a]\n      loop_control: {loop_var: \"{{ ansible_local.called }}\"}",
        "debug: {msg: \"{{ lookup('template', 'a.j2', template_vars={'at': 'part0.txt'}) }}\"}",
        "debug: {msg: \"{{ lookup('template', 'a.j2', template_vars=ansible_local) }}\"}",
    ] {
        let site = format!("- hosts: all\n  tasks:\n    - {task}\n");
        let files = [
            ("site.yml", site.as_str()),
            ("files/part0.txt", "1"),
            ("templates/a.j2", "{{ lookup('file', at) }}"),
        ];
        assert!(
            closure_with(&files).file("files/part0.txt").is_some(),
            "{task}"
        );
    }
}

/// What a file that a computed name could mean sets is known as any other.
#[test]
fn a_value_that_is_found_late_is_one() {
    let task = "include_vars: \"{{ ansible_local.which }}.yml\"";
    let files = [
        ("vars/a.yml", "key_file: known.txt\n"),
        ("files/known.txt", "1"),
    ];
    let site = format!(
        "- hosts: all\n  tasks:\n    - {task}\n    - copy: {{src: \"{{{{ key_file }}}}\", dest: /x}}\n"
    );
    let all: Vec<_> = files
        .into_iter()
        .chain([("site.yml", site.as_str())])
        .collect();
    assert!(closure_with(&all).file("files/known.txt").is_some());
}

/// The names of facts are words of the code that returns them.
#[test]
fn a_fact_of_somebodys_module_may_come_before_a_default() {
    let of = |task: &str, name: &str, path: &str, code: &str| {
        let site = format!(
            "- hosts: all\n  tasks:\n    - {task}\n    - include_vars: \"{{{{ {name} | default('usual') }}}}.yml\"\n"
        );
        let files = [
            ("site.yml", site.as_str()),
            ("collections/ansible_collections/a/b/galaxy.yml", ""),
            ("vars/usual.yml", "a: 1\n"),
            ("vars/special.yml", "a: 1\n"),
            (path, code),
        ];
        closure_with(&files).file("vars/special.yml").is_some()
    };
    let code = "module.exit_json(ansible_facts={'flavour': flavour()})";
    let own = "library/taste.py";
    assert!(of("taste:", "flavour", own, code));
    assert!(!of("taste:", "colour", own, code));
    assert!(!of(
        "taste:",
        "flavour",
        own,
        "module.exit_json(flavour=flavour())"
    ));
    assert!(!of("debug:", "flavour", own, code));
    let published = "collections/ansible_collections/a/b/plugins/modules/taste.py";
    assert!(of("a.b.taste:", "flavour", published, code));
    assert!(!of("a.b.taste:", "colour", published, code));
}
