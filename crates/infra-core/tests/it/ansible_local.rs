//! What modules and commands read that run on this machine.

use crate::ansible_skips::{play, reruns, setting, written};

/// Whether a host of a task in `playbooks/site.yml` runs again when a file of the tree changes.
fn reads(task: &str, file: &str) -> bool {
    let site = play("web", task);
    let files = [
        ("site.yml", "- import_playbook: playbooks/site.yml\n"),
        ("playbooks/site.yml", site.as_str()),
        (file, "1"),
    ];
    written(&files, "a", file, "2")
}

fn here(task: &str) -> String {
    format!("- {task}\n  delegate_to: localhost")
}

#[test]
fn a_command_of_this_machine_reads_what_its_line_names() {
    for (task, file) in [
        ("command: cat f.txt", "f.txt"),
        ("command: cat f.txt", "playbooks/f.txt"),
        ("command: ./scripts/x.sh", "playbooks/scripts/x.sh"),
        ("command: x --config=f.txt", "playbooks/f.txt"),
        ("shell: x <f.txt", "playbooks/f.txt"),
        ("shell: cat f.txt|sort", "playbooks/f.txt"),
        ("shell: x \"$(cat f.txt)\"", "playbooks/f.txt"),
        ("shell: \"bash -c 'sort f.txt; ls'\"", "playbooks/f.txt"),
        ("command: curl -d @f.txt x", "playbooks/f.txt"),
        ("shell: cat {e,f}.txt", "playbooks/f.txt"),
        ("shell: cat d/f*", "playbooks/d/f.txt"),
        ("shell: cat $PWD/d/f.txt", "playbooks/d/f.txt"),
        ("command: make\n  args: {chdir: d}", "playbooks/d/e/f.txt"),
        ("command: cat f.txt\n  args: {chdir: ..}", "f.txt"),
        ("command: make -C d", "playbooks/d/e/f.txt"),
        (
            "command: '{{ line }}'\n  vars: {line: x -f f.txt}",
            "playbooks/f.txt",
        ),
        (
            "command: cat c/f_{{ ansible_distribution }}.txt",
            "playbooks/c/f_x.txt",
        ),
        (
            "command: make\n  environment: {KUBECONFIG: f.txt}",
            "playbooks/f.txt",
        ),
        (
            "block: [{command: make}]\n  environment: [{A: 1, KUBECONFIG: f.txt}]",
            "playbooks/f.txt",
        ),
        (
            "command: make\n  environment: '{{ e }}'\n  vars: {e: {KUBECONFIG: f.txt}}",
            "playbooks/f.txt",
        ),
        (
            "command: make\n  environment: '{{ nothing | d({}) | combine(e) }}'\n  vars: {e: {A: '{{ b }}.txt'}, b: f}",
            "playbooks/f.txt",
        ),
        (
            "command: make\n  environment: [{A: 1}, '{{ e.of | default({}) }}']\n  vars: {e: {of: {A: f.txt}}}",
            "playbooks/f.txt",
        ),
    ] {
        assert!(reads(&here(task), file), "{task}");
    }
    let options = "synchronize: {src: x/, dest: /x, rsync_opts: [--exclude-from=f.txt]}";
    assert!(reads(
        &format!("- ansible.posix.{options}"),
        "playbooks/f.txt"
    ));
}

#[test]
fn a_command_of_another_machine_reads_nothing_here() {
    for task in ["command: cat f.txt", "shell: make -C d && x <f.txt"] {
        for file in ["f.txt", "playbooks/f.txt", "playbooks/d/f.txt"] {
            assert!(!reads(&format!("- {task}"), file), "{task}");
        }
    }
    for local in ["ansible_connection: local", "ansible_host: 127.0.0.1"] {
        let site = play("web", "- command: cat f.txt");
        let files = [
            ("site.yml", site.as_str()),
            ("group_vars/web.yml", local),
            ("f.txt", "1"),
        ];
        assert!(written(&files, "a", "f.txt", "2"), "{local}");
    }
}

/// Only where it is said of the host: not of another, and not where it can't be read.
#[test]
fn what_is_said_of_other_hosts_makes_no_command_one_of_this_machine() {
    let site = play("web", "- shell: make -C d <f.txt");
    for (path, text) in [
        ("host_vars/c.yml", "ansible_connection: local"),
        ("group_vars/all.yml", "ansible_host: '{{ address }}'"),
        ("group_vars/all.yml", "$ANSIBLE_VAULT;1.1;AES256\n00\n"),
    ] {
        let files = [
            ("site.yml", site.as_str()),
            (path, text),
            ("f.txt", "1"),
            ("d/f.txt", "1"),
        ];
        for file in ["f.txt", "d/f.txt"] {
            assert!(!written(&files, "a", file, "2"), "{path} {text}");
        }
    }
}

#[test]
fn a_module_of_this_machine_reads_what_its_arguments_could_name() {
    for (task, file) in [
        (
            "stat: {path: 'files/f_{{ ansible_distribution }}.txt'}",
            "playbooks/files/f_x.txt",
        ),
        (
            "slurp: {path: '{{ playbook_dir }}/f_{{ ansible_distribution }}.txt'}",
            "playbooks/f_x.txt",
        ),
        ("assemble: {src: d, dest: /x}", "playbooks/d/f.txt"),
        (
            "community.general.terraform: {project_path: d}",
            "playbooks/d/f.tf",
        ),
    ] {
        assert!(reads(&here(task), file), "{task}");
    }
    for task in [
        "stat: {path: 'files/f_{{ ansible_distribution }}.txt'}",
        "package: {name: d}",
        "stat: {path: d}",
    ] {
        for file in ["playbooks/files/f_x.txt", "playbooks/d/f.txt"] {
            assert!(!reads(&format!("- {task}"), file), "{task}");
        }
    }
    let named = here("community.general.something: {name: d, namespace: d}");
    assert!(!reads(&named, "playbooks/d/f.txt"));
    let uri = "- uri: {url: x, body_format: form-multipart, body: {f: {filename: 'up_{{ ansible_distribution }}.txt'}}}";
    assert!(reads(uri, "playbooks/files/up_x.txt"));
}

#[test]
fn a_name_of_which_nothing_is_known_is_none_of_the_tree() {
    let task = here("stat: {path: '{{ r.path }}'}");
    assert!(!reads(&task, "playbooks/f.txt"));
    let task = here("shell: 'x {{ r.path }}/{{ r.name }} *'");
    assert!(!reads(&task, "playbooks/d/f.txt"));
    // Nor is the tree itself, nor what the playbook is in.
    let site = play("web", &here("command: ls playbooks ."));
    let files = [("playbooks/x", "1"), ("site.yml", site.as_str())];
    assert!(reruns(setting(&files), "a", |setting| {
        setting.tree.insert("playbooks/x", "2");
    }));
    assert!(!reads(&here("command: ls playbooks ."), "playbooks/f.txt"));
}
