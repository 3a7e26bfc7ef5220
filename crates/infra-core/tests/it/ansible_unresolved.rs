//! What no reading of files can tell is listed, with its place.

use infra_core::ansible::{MemoryTree, Reason, Request, closure};

use crate::ansible_closure::inventory;

/// What is unresolved in a tree: file, line, reason.
fn unresolved(files: &[(&str, &str)]) -> Vec<(String, u32, Reason)> {
    let tree: MemoryTree = files.iter().copied().collect();
    let inventory = inventory(&[("web1", &["web"])]);
    let request = Request::new(&tree, "/srv", "site.yml", &inventory);
    let closure = closure(&request).unwrap();
    let found = closure.unresolved().iter();
    found
        .map(|item| (item.file.to_string(), item.line, item.why))
        .collect()
}

fn task(text: &str) -> Vec<(String, u32, Reason)> {
    unresolved(&[
        (
            "site.yml",
            &format!("- hosts: all\n  tasks:\n    - {text}\n"),
        ),
        ("files/a", "a"),
    ])
}

#[test]
fn each_kind_is_listed_with_its_line() {
    let site = |line, why| vec![("site.yml".to_owned(), line, why)];
    for (text, line, why) in [
        (
            "debug:\n        msg: \"{{ lookup('url', 'https://x') }}\"",
            4,
            Reason::ExternalLookup,
        ),
        (
            "debug:\n        msg: \"{{ lookup('pipe', 'date') }}\"",
            4,
            Reason::ExternalLookup,
        ),
        (
            "debug:\n        msg: \"{{ lookup('env', 'HOME') }}\"",
            4,
            Reason::ExternalLookup,
        ),
        (
            "debug:\n        msg: \"{{ now(utc=true).year }}\"",
            4,
            Reason::ExternalLookup,
        ),
        (
            "debug:\n        msg: \"{{ '%Y' | strftime }}\"",
            4,
            Reason::ExternalLookup,
        ),
        (
            "debug: {msg: x}\n      with_url: https://x",
            4,
            Reason::ExternalLookup,
        ),
        (
            "debug:\n        msg: \"{{ lookup('acme.vault.read', 'x') }}\"",
            4,
            Reason::UnknownLookup,
        ),
        (
            "debug:\n        msg: \"{{ lookup(which, 'x') }}\"",
            4,
            Reason::UnknownLookup,
        ),
        (
            "include_vars:\n        dir: \"{{ ansible_local.where }}\"",
            3,
            Reason::TemplatedName,
        ),
        (
            "include_tasks: \"{{ ansible_local.which }}.yml\"",
            3,
            Reason::TemplatedName,
        ),
        (
            "copy:\n        src: \"{{ ansible_local.which }}\"\n        dest: /x",
            4,
            Reason::AnyName,
        ),
        (
            "copy: {src: \"{{ which }}\", dest: /x}",
            3,
            Reason::Undefined,
        ),
        (
            "include_vars: {dir: \"{{ which }}/x\"}",
            3,
            Reason::Undefined,
        ),
        ("\"{{ module }}\": {}", 3, Reason::TemplatedName),
        ("add_host: {name: x}", 3, Reason::DynamicInventory),
        ("group_by: {key: x}", 3, Reason::DynamicInventory),
        ("template: {src: none.j2, dest: /x}", 3, Reason::Missing),
    ] {
        let found = task(text);
        assert!(
            found.contains(&("site.yml".to_owned(), line, why)),
            "{text}: {found:?}"
        );
    }
    assert_eq!(
        unresolved(&[("site.yml", "- hosts: all\n  vars_prompt:\n    - name: x\n")]),
        site(2, Reason::Prompt)
    );
    assert_eq!(
        unresolved(&[("site.yml", "- hosts: \"{{ x }}\"\n")]),
        site(1, Reason::TemplatedName)
    );
    assert_eq!(
        unresolved(&[
            ("site.yml", "- hosts: all\n  tasks: []\n"),
            ("ansible.cfg", "[defaults]\nfact_caching = jsonfile\n"),
        ]),
        vec![("ansible.cfg".to_owned(), 0, Reason::CachedFacts)]
    );
    assert_eq!(
        unresolved(&[
            (
                "site.yml",
                "- hosts: all\n  tasks: [debug: {msg: '{{ 1 | own }}'}]\n"
            ),
            ("filter_plugins/own.py", "class FilterModule: pass\n"),
        ]),
        vec![("filter_plugins/own.py".to_owned(), 0, Reason::PythonPlugin)]
    );
    assert_eq!(
        unresolved(&[
            ("site.yml", "- hosts: all\n"),
            ("group_vars/all.yml", "a: 1\nb: [\n"),
        ]),
        vec![("group_vars/all.yml".to_owned(), 3, Reason::NotYaml)]
    );
}

#[test]
fn code_within_a_text_of_several_lines_is_named_with_its_own() {
    let vars = "---\n\
                # why\n\
                literal: |\n  one\n\n  two {{ lookup('url', 'a') }} {{ lookup('url', 'a') }}\n\
                folded: >-\n  one\n  two\n  {{ lookup('pipe',\n     'b') }}\n\
                list:\n  - plain\n    goes on {{ lookup('dig', 'c') }}\n\
                quoted: \"one {{ a }}\n\n  two {{ '{{' }} {% if lookup('lines', 'd') %}\n  {% endif %}\"\n\
                one: \"{{ lookup('url', 'e') }}\"\n";
    let found = unresolved(&[("site.yml", "- hosts: all\n"), ("group_vars/all.yml", vars)]);
    let lines: Vec<u32> = found
        .iter()
        .filter(|(file, _, why)| file == "group_vars/all.yml" && *why == Reason::ExternalLookup)
        .map(|(_, line, _)| *line)
        .collect();
    let expected: Vec<u32> = (1..)
        .zip(vars.lines())
        .filter(|(_, line)| line.contains("lookup("))
        .map(|(number, _)| number)
        .collect();
    assert_eq!(lines, expected);
}

#[test]
fn what_could_change_by_itself_is_told_from_what_changes_with_a_file() {
    for (why, changes) in [
        (Reason::ExternalLookup, true),
        (Reason::UnknownLookup, true),
        (Reason::NotUtf8Name, true),
        (Reason::TooDeep, true),
        (Reason::TooMany, true),
        (Reason::EncryptedTasks, true),
        (Reason::Encrypted, false),
        (Reason::Cycle, false),
        (Reason::TemplatedName, false),
        (Reason::Undefined, false),
        (Reason::PythonPlugin, false),
        (Reason::Missing, false),
    ] {
        assert_eq!(why.self_changing(), changes, "{why}");
    }
}

#[test]
fn what_stands_in_a_file_that_is_ignored_is_settled() {
    let tree = MemoryTree::from_iter([
        (
            "site.yml",
            "- hosts: all\n  tasks: [include_tasks: t.yml]\n",
        ),
        (
            "t.yml",
            "- debug: {msg: \"{{ lookup('pipe', 'date') }}\"}\n",
        ),
        ("bin/date", "x"),
    ]);
    let inventory = inventory(&[("web1", &["web"])]);
    let mut request = Request::new(&tree, "/srv", "site.yml", &inventory);
    let left = |request: &Request<'_>| {
        let closure = closure(request).unwrap();
        let changing = closure
            .unresolved()
            .iter()
            .filter(|item| item.self_changing());
        (changing.count(), closure.file("bin/date").is_some())
    };
    assert_eq!(left(&request), (1, false));
    // What is read besides counts; whether that is all, only a person can say.
    request.inputs = vec!["bin/**".to_owned()];
    assert_eq!(left(&request), (1, true));
    request.ignore = vec!["t.yml".to_owned()];
    assert_eq!(left(&request), (0, true));
}

#[test]
fn what_is_left_when_too_much_was_followed_is_listed() {
    // Each file includes the next under two names, so that it doubles the places that the last looks in.
    const FILES: usize = 18;
    let mut files: Vec<(String, String)> = (1..FILES)
        .map(|at| {
            let next = at + 1;
            let text =
                format!("- include_tasks: a/../t{next}.yml\n- include_tasks: b/../t{next}.yml\n");
            (format!("t{at}.yml"), text)
        })
        .collect();
    let mut add = |path: &str, text: &str| files.push((path.to_owned(), text.to_owned()));
    add(&format!("t{FILES}.yml"), "- debug:\n");
    // What is known from a role looks elsewhere for its template when the play has it.
    add("shared.yml", "- template: {src: its.j2, dest: /etc/its}\n");
    add(
        "roles/first/tasks/main.yml",
        "- import_tasks: ../../../shared.yml\n",
    );
    add("roles/first/templates/its.j2", "the role's");
    add("templates/its.j2", "the play's");
    add(
        "site.yml",
        "- hosts: all\n  roles: [first]\n  tasks:\n    - import_tasks: t1.yml\n    \
         - import_tasks: shared.yml\n",
    );
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let found = unresolved(&files);
    let shared = "shared.yml".to_owned();
    assert!(found.contains(&(shared, 0, Reason::TooMany)), "{found:?}");
}

#[test]
fn a_name_is_listed_where_it_stands_and_not_where_it_is_used() {
    let found = unresolved(&[
        (
            "site.yml",
            "- hosts: all\n  tasks:\n    - debug: {msg: \"{{ banner }}\"}\n    - template: {src: a.j2, dest: /a}\n",
        ),
        (
            "group_vars/all.yml",
            "x: 1\nbanner: \"{{ lookup('file', ansible_local.which ~ '.txt') }}\"\n",
        ),
        (
            "templates/a.j2",
            "\n\n{% include ansible_local.part ~ '.j2' %}\n",
        ),
        ("files/a.txt", "a"),
    ]);
    assert_eq!(
        found,
        vec![
            ("group_vars/all.yml".to_owned(), 2, Reason::TemplatedName),
            ("templates/a.j2".to_owned(), 3, Reason::TemplatedName),
        ]
    );
}
