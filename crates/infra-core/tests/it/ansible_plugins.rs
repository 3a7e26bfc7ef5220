//! What plugins for the controller are given, which can read it and render it as a template.

use crate::ansible_skips::{play, written};

/// Whether a host of `web` runs again when a file changes.
fn reads(task: &str, files: &[(&str, &str)], file: (&str, &str)) -> bool {
    let site = play("web", task);
    let mut all = vec![("site.yml", site.as_str()), (file.0, "1")];
    all.extend(files);
    written(&all, "a", file.0, file.1)
}

#[test]
fn a_plugin_for_an_action_may_render_what_it_is_given() {
    const OTHER: (&str, &str) = ("host_vars/c.yml", "v: 2");
    let own = ("action_plugins/merge_configs.py", "");
    for (task, files) in [
        (
            "- kubernetes.core.k8s: {template: {path: t.j2}}",
            [("templates/t.j2", "{{ hostvars['c'].v }}"), own],
        ),
        (
            "- kubernetes.core.k8s: {template: [t.j2]}",
            [("templates/t.j2", "{{ hostvars['c'].v }}"), own],
        ),
        (
            "- merge_configs: {sources: ['{{ playbook_dir }}/conf/t.conf']}",
            [("conf/t.conf", "{{ hostvars['c'].v }}"), own],
        ),
        (
            "- merge_configs: {sources: ['conf/{{ ansible_distribution }}.conf']}",
            [("conf/t.conf", "{{ hostvars['c'].v }}"), own],
        ),
        (
            "- merge_configs: {src: conf/t.conf}",
            [
                ("conf/t.conf", "{{ lookup('vars', hostvars['c'].v) }}"),
                own,
            ],
        ),
    ] {
        assert!(reads(task, &files, OTHER), "{task}");
    }
    let module = [("files/t", "{{ hostvars['c'].v }}"), ("library/own.py", "")];
    assert!(!reads("- own: {src: t}", &module, OTHER));
    let copied = [("files/t", "{{ hostvars['c'].v }}")];
    assert!(!reads(
        "- ansible.posix.synchronize: {src: t, dest: /x}",
        &copied,
        OTHER
    ));
}

#[test]
fn a_lookup_of_the_tree_reads_the_files_that_its_terms_name() {
    let own = [("lookup_plugins/mine.py", "")];
    for (term, file) in [
        ("'f.txt'", "files/f.txt"),
        ("'f.txt'", "f.txt"),
        ("v ~ '.txt'", "files/f.txt"),
        ("x=1, path='d/f.txt'", "d/f.txt"),
        ("'f_' ~ ansible_distribution ~ '.txt'", "files/f_x.txt"),
    ] {
        let task =
            format!("- debug: {{msg: \"{{{{ lookup('mine', {term}) }}}}\"}}\n  vars: {{v: f}}");
        assert!(reads(&task, &own, (file, "2")), "{term}");
    }
    let task = "- debug: {msg: \"{{ lookup('mine', r.x) }}\"}";
    assert!(!reads(task, &own, ("files/f.txt", "2")));
}

#[test]
fn defaults_of_modules_count_in_every_form() {
    for (task, files, file) in [
        (
            "- copy: {dest: /x}\n  module_defaults: {copy: '{{ d }}'}\n  vars: {d: {src: f.txt}}",
            &[][..],
            "files/f.txt",
        ),
        (
            "- copy: {dest: /x}\n  module_defaults: [{copy: {src: f.txt}}]",
            &[],
            "files/f.txt",
        ),
        (
            "- assemble: {src: d, dest: /x}\n  module_defaults: {assemble: {remote_src: false}}",
            &[],
            "files/d/f.txt",
        ),
    ] {
        assert!(reads(task, files, (file, "2")), "{task}");
    }
    let template = [("templates/t.j2", "[[ hostvars['c'].v ]]")];
    let task = "- template: {src: t.j2, dest: /x}\n  module_defaults: {template: {variable_start_string: '[[', variable_end_string: ']]'}}";
    assert!(reads(task, &template, ("host_vars/c.yml", "v: 2")));
    let task = "- assemble: {src: d, dest: /x}";
    assert!(!reads(task, &[], ("files/d/f.txt", "2")));
}
