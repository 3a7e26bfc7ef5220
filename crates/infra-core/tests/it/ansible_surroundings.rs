//! Settings and collections that decide what else Ansible loads.

use infra_core::ansible::{MemoryTree, Reason, Request, closure};

use crate::ansible_closure::inventory;
use crate::ansible_skips::{play, written};

/// Whether a host of `web` runs again when a file changes.
fn reads(task: &str, files: &[(&str, &str)], file: &str) -> bool {
    let site = play("web", task);
    let mut all = vec![("site.yml", site.as_str()), (file, "1")];
    all.extend(files);
    written(&all, "a", file, "2")
}

const COLLECTION: &str = "collections/ansible_collections/a/b";

#[test]
fn what_a_collection_says_that_a_plugin_is_called_now_is_loaded() {
    let meta = format!("{COLLECTION}/meta/runtime.yml");
    let routing = "plugin_routing:\n  modules: {old: {redirect: c.d.new}}\n  \
                   lookup: {old_lookup: {redirect: a.b.new_lookup}}\n";
    let other = "collections/ansible_collections/c/d";
    let (galaxy, module) = (
        format!("{COLLECTION}/galaxy.yml"),
        format!("{other}/plugins/modules/new.py"),
    );
    let files = [
        (meta.as_str(), routing),
        (galaxy.as_str(), "namespace: a\nname: b\nversion: 1.0.0\n"),
    ];
    for task in ["- a.b.old:", "- old:\n  collections: [a.b]"] {
        assert!(reads(task, &files, &module), "{task}");
    }
    assert!(!reads("- a.b.older:", &files, &module));
    let lookup = format!("{COLLECTION}/plugins/lookup/new_lookup.py");
    let task = "- debug: {msg: \"{{ lookup('a.b.old_lookup', 1) }}\"}";
    assert!(reads(task, &files, &lookup));
}

#[test]
fn a_module_whose_file_says_that_it_is_deprecated_is_found_without_that() {
    assert!(reads("- old: {}", &[], "library/_old.py"));
    assert!(!reads("- ping:", &[], "library/_old.py"));
    let task = "- debug: {msg: \"{{ lookup('old', 1) }}\"}";
    assert!(reads(task, &[], "lookup_plugins/_old.py"));
}

#[test]
fn a_strategy_of_the_tree_can_be_chosen_by_the_environment() {
    let tree: MemoryTree = [
        ("site.yml", "- hosts: web\n  tasks: [{ping: }]\n"),
        ("strategy_plugins/mine.py", ""),
    ]
    .into_iter()
    .collect();
    let inventory = inventory(&[("a", &["web"])]);
    let mut request = Request::new(&tree, "/srv", "site.yml", &inventory);
    let has = |request: &Request<'_>| {
        let closure = closure(request).unwrap();
        closure.file("strategy_plugins/mine.py").is_some()
    };
    assert!(!has(&request));
    (request.env).insert("ANSIBLE_STRATEGY".into(), "mine".into());
    assert!(has(&request));
}

#[test]
fn a_directory_that_is_copied_is_copied_with_all_that_is_in_it() {
    for (src, file) in [
        ("d", "files/d/.git/config"),
        ("d/", "files/d/e/.terraform/x"),
        ("{{ 'd' }}", "files/d/.git/config"),
    ] {
        let task = format!("- copy: {{src: \"{src}\", dest: /x}}");
        assert!(reads(&task, &[], file), "{src}");
    }
    for task in [
        "- copy: {src: 'd{{ ansible_distribution }}', dest: /x}",
        "- copy: {src: '{{ ansible_distribution }}', dest: /x}",
    ] {
        assert!(!reads(task, &[], "files/d/.git/config"), "{task}");
    }
}

#[test]
fn what_an_enabled_plugin_gives_hosts_counts_or_is_told() {
    let task = "- copy: {content: '{{ secret }}', dest: /x}";
    let enabled =
        |plugin: &str| format!("[defaults]\nvars_plugins_enabled = host_group_vars,{plugin}\n");
    let sops = enabled("community.sops.sops");
    let files = [("ansible.cfg", sops.as_str())];
    let file = "group_vars/web.sops.yml";
    assert!(reads(task, &files, file));
    assert!(!reads(task, &[], file));
    let chosen = play("web", "- copy: {src: '{{ f }}', dest: /x}");
    let all = [
        ("site.yml", chosen.as_str()),
        ("ansible.cfg", sops.as_str()),
        ("group_vars/web.sops.yml", "f: ENC[x]\n"),
        ("files/f.txt", "1"),
    ];
    assert!(written(&all, "a", "files/f.txt", "2"));
    for (plugin, path, told) in [
        ("x.y.own", "other", true),
        ("own", "other", true),
        ("own", "vars_plugins/own.py", false),
        (
            "a.b.own",
            "collections/ansible_collections/a/b/plugins/vars/own.py",
            false,
        ),
        ("community.sops.sops", "other", false),
    ] {
        let config = enabled(plugin);
        let tree: MemoryTree = [
            ("site.yml", "- hosts: web\n  tasks: [{ping: }]\n"),
            ("ansible.cfg", config.as_str()),
            (path, ""),
        ]
        .into_iter()
        .collect();
        let inventory = inventory(&[("a", &["web"])]);
        let request = Request::new(&tree, "/srv", "site.yml", &inventory);
        let closure = closure(&request).unwrap();
        let mut unresolved = closure.unresolved().iter();
        let found = unresolved.any(|one| one.why == Reason::ExternalLookup && one.what == plugin);
        assert_eq!(found, told, "{plugin} {path}");
    }
    let task = "- community.sops.load_vars: {file: x.yml}";
    assert!(reads(task, &[], "vars/x.yml"));
}

/// Beside the playbook, from ansible-core 2.20 on.
#[test]
fn what_a_play_is_given_is_checked_by_a_file_of_its_own() {
    let rest = "  tasks: []\n";
    let asks = format!("- hosts: web\n  name: it\n  validate_argspec: true\n{rest}");
    let asks_not = format!("- hosts: web\n{rest}");
    let spec = "argument_specs: {it: {options: {}}}\n";
    let changed = "argument_specs: {it: {options: {a: {required: true}}}}\n";
    let runs = |site: &str, files: &[(&str, &str)], file: &str| {
        let mut all = vec![("site.yml", site)];
        all.extend(files);
        written(&all, "a", file, changed)
    };
    for file in [
        "site.meta.yml",
        "site.meta.yaml",
        "site.meta.json",
        "site.meta",
    ] {
        assert!(runs(&asks, &[(file, spec)], file), "{file}");
        assert!(runs(&asks, &[], file), "{file} appears");
        assert!(!runs(&asks_not, &[(file, spec)], file), "{file}");
    }
    let two = [("site.meta.yml", spec), ("site.meta.json", spec)];
    assert!(runs(&asks, &two, "site.meta.yml"));
    assert!(!runs(&asks, &two, "site.meta.json"));
    assert!(!runs(
        &asks,
        &[("site.yml.meta.yml", spec)],
        "site.yml.meta.yml"
    ));
}

/// Modules of one release import what those of another no longer do.
#[test]
fn what_stands_in_for_a_part_of_any_release_of_ansible_counts() {
    for part in ["_text", "basic", "pycompat24", "six", "yumdnf", "datatag"] {
        let file = format!("module_utils/{part}.py");
        assert!(reads("- ping:", &[], &file), "{file}");
    }
    assert!(!reads("- ping:", &[], "module_utils/of_nobody.py"));
}
