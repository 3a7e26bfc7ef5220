//! Extra variables, which take the place of all others of their names.

use infra_core::ansible::{MemoryTree, Reason, Request, closure};
use infra_core::json::Value;

use crate::ansible_closure::inventory;

/// Which of `files/a`, `files/b` and `files/c` are inputs, when `which` is an extra variable that is
/// `a`.
fn inputs(files: &[(&str, &str)]) -> String {
    inputs_of(files, |request| {
        request.extra_vars.insert("which".into(), "a".into());
    })
}

fn inputs_of(files: &[(&str, &str)], give: impl FnOnce(&mut Request<'_>)) -> String {
    let copied = ["files/a", "files/b", "files/c"];
    let known = copied.map(|path| (path, "1"));
    let tree: MemoryTree = known.into_iter().chain(files.iter().copied()).collect();
    let inventory = inventory(&[("web1", &["web"])]);
    let mut request = Request::new(&tree, "/srv", "site.yml", &inventory);
    give(&mut request);
    let closure = closure(&request).unwrap();
    let found = copied.iter().filter(|path| closure.file(**path).is_some());
    found
        .map(|path| path.trim_start_matches("files/"))
        .collect()
}

const COPY: &str = "copy: {src: '{{ which }}', dest: /x}";

fn play(tasks: &str) -> String {
    format!("- hosts: all\n  vars: {{which: b}}\n  tasks:\n{tasks}")
}

#[test]
fn nothing_that_variables_are_set_by_has_a_say() {
    for tasks in [
        format!("  - {COPY}\n"),
        format!("  - set_fact: {{which: b}}\n  - {COPY}\n"),
        format!("  - {{stat: {{path: /x}}, register: which}}\n  - {COPY}\n"),
        format!("  - {COPY}\n    vars: {{which: c}}\n"),
        format!("  - include_vars: v.yml\n  - {COPY}\n"),
        "  - include_tasks: t.yml\n    vars: {which: c}\n".to_owned(),
        "  - include_tasks: t.yml\n    loop: [b, c]\n    loop_control: {loop_var: other}\n"
            .to_owned(),
        "  - copy: {src: '{{ later }}', dest: /x}\n    vars: {later: '{{ which }}'}\n".to_owned(),
        "  - copy: {src: '{{ hostvars.web1.which }}', dest: /x}\n".to_owned(),
    ] {
        let site = play(&tasks);
        let files = [
            ("site.yml", site.as_str()),
            ("t.yml", "- copy: {src: '{{ which }}', dest: /x}\n"),
            ("v.yml", "which: c\n"),
            ("group_vars/all.yml", "which: b\n"),
            ("host_vars/web1.yml", "which: c\n"),
        ];
        let found = inputs(&files);
        // Of other hosts' variables no value is told from another.
        let reads_a_host = tasks.contains("hostvars");
        assert_eq!(found, if reads_a_host { "abc" } else { "a" }, "{tasks}");
    }
}

#[test]
fn what_cannot_be_read_has_no_say() {
    let site = play(&format!("  - {COPY}\n"));
    let vault = "$ANSIBLE_VAULT;1.1;AES256\n6162\n";
    let files = [("site.yml", &*site), ("group_vars/all.yml", vault)];
    assert_eq!(inputs(&files), "a");
}

#[test]
fn a_loop_sets_its_variable_whatever_else_it_is() {
    for tasks in [
        format!("  - {COPY}\n    loop: [c]\n    loop_control: {{loop_var: which}}\n"),
        format!("  - {COPY}\n    with_items: [c]\n    loop_control: {{loop_var: which}}\n"),
        "  - copy: {src: '{{ later }}', dest: /x}\n    vars: {later: '{{ which }}'}\n    loop: [c]\n    loop_control: {loop_var: which}\n".to_owned(),
    ] {
        let site = play(&tasks);
        let found = inputs(&[("site.yml", &site)]);
        assert!(found.contains('c') && !found.contains('b'), "{found}: {tasks}");
    }
}

#[test]
fn a_lookup_of_a_template_gives_it_variables_whatever_else_they_are() {
    let task = "  - copy: {content: \"{{ lookup('template', 't.j2', template_vars={'which': 'c'}) }}\", dest: /x}\n";
    let template = "{{ lookup('file', which) }}";
    let site = play(task);
    let files = [("site.yml", &*site), ("templates/t.j2", template)];
    assert_eq!(inputs(&files), "ac");
    // Beside any other variable as well.
    assert!(inputs_of(&files, |_| {}).contains('c'));
}

#[test]
fn a_fact_is_another_value() {
    let tasks = "  - set_fact: {which: c, cacheable: true}\n  - copy: {src: '{{ ansible_facts.which }}', dest: /x}\n";
    assert!(inputs(&[("site.yml", &play(tasks))]).contains('c'));
}

#[test]
fn mappings_that_are_merged_have_what_others_say() {
    let site = "- hosts: all\n  vars: {which: {b: b}}\n  tasks: [{copy: {src: '{{ which.b }}', dest: /x}}]\n";
    let give = |request: &mut Request<'_>| {
        let which = Value::Object([("a".into(), "a".into())].into_iter().collect());
        request.extra_vars.insert("which".into(), which);
    };
    let merged = "[defaults]\nhash_behaviour = merge\n";
    let files = [("site.yml", site), ("ansible.cfg", merged)];
    assert_eq!(inputs_of(&files, give), "b");
}

#[test]
fn a_file_of_them_gives_them_too_unless_it_does_not_say_so_plainly() {
    let site = play(&format!("  - {COPY}\n"));
    let give = |request: &mut Request<'_>| request.var_files = vec!["extra.yml".into()];
    let inputs_with = |extra| inputs_of(&[("site.yml", &*site), ("extra.yml", extra)], give);
    assert_eq!(inputs_with("which: a\n"), "a");
    assert_eq!(inputs_with("<<: {which: c}\n"), "c");
    assert_eq!(inputs_with("$ANSIBLE_VAULT;1.1;AES256\n6162\n"), "abc");
    // What they give in turn is looked up as ever.
    assert_eq!(inputs_with("which: '{{ other }}'\nother: c\n"), "c");
}

#[test]
fn what_is_given_is_not_asked_for() {
    let asks = |prompts: &str| {
        let site = format!("- hosts: all\n  vars_prompt: {prompts}\n  tasks:\n  - {COPY}\n");
        let tree = MemoryTree::from_iter([("site.yml", &*site), ("a", "1"), ("b", "1")]);
        let inventory = inventory(&[("web1", &["web"])]);
        let mut request = Request::new(&tree, "/srv", "site.yml", &inventory);
        request.extra_vars.insert("which".into(), "a".into());
        let closure = closure(&request).unwrap();
        let unresolved = closure.unresolved().iter();
        (
            closure.file("b").is_some(),
            unresolved.map(|found| found.why).collect::<Vec<_>>(),
        )
    };
    for given in ["[{name: which}]", "{name: which}"] {
        assert_eq!(asks(given), (false, vec![]), "{given}");
    }
    for asked in ["[{name: which}, {name: other}]", "{name: other}"] {
        assert_eq!(asks(asked), (false, vec![Reason::Prompt]), "{asked}");
    }
}
