//! What expressions ask of the controller's files besides lookups: whether they are there.
//! `plugins/test/files.py`, `plugins/filter/core.py`.

use crate::ansible_skips::{play, reruns, setting, written};

/// Whether a play on all hosts with these tasks runs again when `path` appears, and when it goes.
fn counts(tasks: &str, path: &str) -> (bool, bool) {
    let site = play("all", tasks);
    let without = [("site.yml", site.as_str()), ("here/other", "1")];
    let with = [without[0], without[1], (path, "1")];
    let appears = written(&without, "a", path, "1");
    let goes = reruns(setting(&with), "a", |setting| {
        setting.tree.remove(path);
    });
    (appears, goes)
}

#[test]
fn a_file_that_a_test_asks_for_counts_when_it_appears_and_when_it_goes() {
    for test in [
        "exists",
        "file",
        "not file",
        "ansible.builtin.is_file",
        "link_exists",
        "same_file('/etc/hosts')",
    ] {
        let task = format!("- debug: {{msg: x}}\n  when: \"'here/flag' is {test}\"\n");
        assert_eq!(counts(&task, "here/flag"), (true, true), "{test}");
    }
    for expression in [
        "(playbook_dir ~ '/here/flag') is exists",
        "['here/none', 'here/flag'] | select('exists') | list | length > 0",
        "['here/flag'] | reject('is_file') | list | length > 0",
        "[{'path': 'here/flag'}] | selectattr('path', 'file') | list | length > 0",
        "('here/' ~ ansible_facts.distribution) is exists",
    ] {
        let task = format!("- debug: {{msg: x}}\n  when: \"{expression}\"\n");
        assert_eq!(counts(&task, "here/flag"), (true, true), "{expression}");
    }
}

#[test]
fn what_a_file_holds_is_nothing_to_who_asks_whether_it_is_there() {
    let site = play("all", "- debug: {msg: x}\n  when: \"'flag' is exists\"\n");
    let files = [("site.yml", site.as_str()), ("flag", "1")];
    assert!(!written(&files, "a", "flag", "2"));
    // Whether it is encrypted is in it.
    let site = site.replace("exists", "vaulted_file");
    assert!(written(&[("site.yml", &site), files[1]], "a", "flag", "2"));
}

#[test]
fn whether_a_file_or_a_directory_is_there_counts() {
    for test in ["exists", "directory", "file"] {
        let tasks = format!("- debug: {{msg: x}}\n  when: \"'flag' is {test}\"\n");
        let site = play("all", &tasks);
        let before = setting(&[("site.yml", &site), ("flag", "1")]);
        let becomes_a_directory = reruns(before, "a", |setting| {
            setting.tree.remove("flag");
            setting.tree.insert("flag/of.yml", "1");
        });
        assert!(becomes_a_directory, "{test}");
    }
}

#[test]
fn a_file_that_a_glob_finds_counts_when_it_appears_and_when_it_goes() {
    for (expression, path) in [
        ("'here/*.conf' | fileglob", "here/a.conf"),
        ("'here/?.conf' | ansible.builtin.fileglob", "here/a.conf"),
        ("'here/[ab].conf' | fileglob", "here/a.conf"),
        (
            "['x', 'here/*.conf'] | map('fileglob') | flatten",
            "here/a.conf",
        ),
        (
            "lookup('fileglob', 'here/' ~ ansible_facts.distribution ~ '/*.conf')",
            "files/here/debian/a.conf",
        ),
        ("'here/a' | realpath", "here/a"),
    ] {
        let task = format!("- debug: {{msg: \"{{{{ {expression} }}}}\"}}\n");
        assert_eq!(counts(&task, path), (true, true), "{expression}");
    }
}

/// `map('fileglob')` and then `map('realpath')`, as roles for Prometheus have it.
#[test]
fn files_that_a_glob_finds_are_those_that_are_copied() {
    let tasks = "- copy: {src: \"{{ item }}\", dest: /etc/rules/}\n  loop: \"{{ rules | map('fileglob') | flatten | map('realpath') }}\"\n";
    let site = play("all", tasks);
    let files = [
        ("site.yml", site.as_str()),
        ("group_vars/all.yml", "rules: [rules/*.yml, rules/*.yaml]\n"),
        ("rules/a.yml", "1"),
        ("rules/notes.txt", "1"),
        ("docs/a.yml", "1"),
    ];
    assert!(written(&files, "a", "rules/a.yml", "2"));
    assert!(written(&files, "a", "rules/b.yaml", "1"));
    assert!(!written(&files, "a", "rules/notes.txt", "2"));
    assert!(!written(&files, "a", "docs/a.yml", "2"));
}
