//! A module that runs on the managed host reads nothing of the tree, whatever its arguments are
//! called.

use infra_core::ansible::{MemoryTree, Request, closure};

use crate::ansible_closure::inventory;

const COLLECTION: &str = "collections/ansible_collections/a/b";

/// The files of a tree with a collection that has the module `mount`.
fn files(play: &str) -> Vec<(String, String)> {
    let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    let of = |path: &str, text: &str| (format!("{COLLECTION}/{path}"), text.to_owned());
    vec![
        file("site.yml", play),
        of("galaxy.yml", "namespace: a\nname: b\nversion: 1.0.0\n"),
        of("plugins/modules/mount.py", "module.exit_json()\n"),
        file("unrelated.txt", "1"),
    ]
}

/// Whether a file that nothing names is an input.
fn reads_all(files: &[(String, String)]) -> bool {
    let tree: MemoryTree = (files.iter())
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let inventory = inventory(&[("web1", &["web"])]);
    let request = Request::new(&tree, "/srv", "site.yml", &inventory);
    closure(&request).unwrap().file("unrelated.txt").is_some()
}

const TASK: &str = "a.b.mount: {src: \"{{ ansible_local.device }}\", path: /x}";

fn play(hosts: &str, task: &str) -> String {
    format!("- hosts: {hosts}\n  tasks:\n    - {task}\n")
}

#[test]
fn what_a_module_is_given_names_no_file_of_another_machine() {
    assert!(!reads_all(&files(&play("web", TASK))));
    let short = TASK.replace("a.b.", "");
    let with = play("web", &short).replace("  tasks", "  collections: [a.b]\n  tasks");
    assert!(!reads_all(&files(&with)));
    // One that belongs to nobody could be anything.
    let unknown = TASK.replace("mount", "other");
    assert!(reads_all(&files(&play("web", &unknown))));
}

#[test]
fn a_module_that_may_run_here_may_read_it() {
    for text in [
        play("localhost", TASK),
        play("127.0.0.1", TASK),
        play("web:localhost", TASK),
        play("\"{{ where }}\"", TASK),
        play("web", TASK).replace("  tasks", "  connection: local\n  tasks"),
        play("web", &format!("{TASK}\n      delegate_to: localhost")),
        play(
            "web",
            &format!("{TASK}\n      delegate_to: \"{{{{ x }}}}\""),
        ),
        play("web", &format!("{TASK}\n      connection: local")),
        play(
            "web",
            &format!("block: [{{{TASK}}}]\n      delegate_to: localhost"),
        ),
        play("web", TASK).replace("  tasks", "  vars: {ansible_connection: local}\n  tasks"),
        play("web", TASK).replace("  tasks", "  vars: {ansible_host: 127.0.0.1}\n  tasks"),
        play(
            "web",
            "local_action: {module: a.b.mount, src: \"{{ ansible_local.device }}\"}",
        ),
    ] {
        assert!(reads_all(&files(&text)), "{text}");
    }
    let plain = play("web", &format!("{TASK}\n      connection: ssh"));
    assert!(!reads_all(&files(&plain)));
}

/// What includes a task may say where it runs.
#[test]
fn where_a_task_runs_what_includes_it_decides_too() {
    let included = |text: &str| {
        let mut files = files(&play("web", text));
        files.push(("more.yml".to_owned(), format!("- {TASK}\n")));
        files
    };
    assert!(!reads_all(&included("include_tasks: more.yml")));
    for text in [
        "include_tasks: {file: more.yml, apply: {delegate_to: localhost}}",
        "import_tasks: more.yml\n      delegate_to: localhost",
        "block: [{include_tasks: more.yml}, {import_tasks: more.yml}]\n      connection: local",
    ] {
        assert!(reads_all(&included(text)), "{text}");
    }
}

/// Code for the controller that a module of this name has or may have.
#[test]
fn a_module_with_a_plugin_for_the_controller_may_read_it() {
    for (path, text) in [
        ("plugins/action/mount.py", ""),
        (
            "meta/runtime.yml",
            "plugin_routing: {action: {mount: {redirect: a.b.x}}}\n",
        ),
    ] {
        let mut files = files(&play("web", TASK));
        files.push((format!("{COLLECTION}/{path}"), text.to_owned()));
        assert!(reads_all(&files), "{path}");
    }
    // `action/eos.py` is that of each module whose name begins so.
    let mut files = files(&play("web", &TASK.replace("mount", "eos_config")));
    files.push((
        format!("{COLLECTION}/plugins/modules/eos_config.py"),
        String::new(),
    ));
    assert!(!reads_all(&files));
    files.push((format!("{COLLECTION}/plugins/action/eos.py"), String::new()));
    assert!(reads_all(&files));
}

#[test]
fn a_module_of_the_tree_is_like_any_other() {
    let own = |more: &[&str]| {
        let mut files = files(&play("web", "own: {src: \"{{ ansible_local.device }}\"}"));
        files.extend(more.iter().map(|path| ((*path).to_owned(), String::new())));
        files
    };
    assert!(reads_all(&own(&[])));
    assert!(!reads_all(&own(&["library/own.py"])));
    assert!(reads_all(&own(&[
        "library/own.py",
        "action_plugins/own.py"
    ])));
}

#[test]
fn a_setting_may_have_all_modules_run_here() {
    let mut files = files(&play("web", TASK));
    files.push((
        "ansible.cfg".to_owned(),
        "[defaults]\ntransport = local\n".to_owned(),
    ));
    assert!(reads_all(&files));
}
