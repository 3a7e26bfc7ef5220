//! Changes that look like none, each of which Ansible would carry to a host.

use infra_core::ansible::{
    Fingerprint, Fingerprinter, MemoryTree, Request, SecretKey, Unresolved, closure, compare,
};
use infra_core::inventory::Inventory;
use infra_core::json::Value;

use crate::ansible_closure::inventory;

/// A tree with the hosts a, b and c; the first two are `web`, the last is `db`.
pub(crate) struct Setting {
    pub(crate) tree: MemoryTree,
    pub(crate) inventory: Inventory,
}

pub(crate) fn setting(files: &[(&str, &str)]) -> Setting {
    let tree = files.iter().copied().collect();
    let inventory = inventory(&[("a", &["web"]), ("b", &["web"]), ("c", &["db"])]);
    Setting { tree, inventory }
}

/// The fingerprint of a host. None: it runs each time.
fn print(setting: &Setting, host: &str) -> Option<Fingerprint> {
    let request = Request::new(&setting.tree, "/srv", "site.yml", &setting.inventory);
    let closure = closure(&request).unwrap();
    let mut unresolved = closure.unresolved().iter();
    if unresolved.any(Unresolved::self_changing) {
        return None;
    }
    let prints = Fingerprinter::new(&closure, &request, SecretKey([7; 32])).unwrap();
    prints.host(host)
}

/// Whether a host runs again after a change.
pub(crate) fn reruns(mut setting: Setting, host: &str, change: impl FnOnce(&mut Setting)) -> bool {
    let before = print(&setting, host);
    change(&mut setting);
    match (before, print(&setting, host)) {
        (Some(before), Some(after)) => !compare(&before, &after).is_empty(),
        _ => true,
    }
}

/// Whether it does after a file is written.
pub(crate) fn written(files: &[(&str, &str)], host: &str, path: &str, text: &str) -> bool {
    reruns(setting(files), host, |setting| {
        setting.tree.insert(path, text);
    })
}

/// Puts a host into a group.
fn join(setting: &mut Setting, group: &str, host: &str) {
    let group = setting.inventory.groups.get_mut(group).unwrap();
    group.hosts.insert(host.into());
}

/// A play on some hosts with these tasks.
pub(crate) fn play(hosts: &str, tasks: &str) -> String {
    let mut text = format!("- hosts: {hosts}\n  tasks:\n");
    for line in tasks.lines() {
        text.push_str("    ");
        text.push_str(line);
        text.push('\n');
    }
    text
}

/// Whether a host of these tasks runs again when `files/b.txt` changes, given values of variables.
fn copies_b(tasks: &str, variables: &str) -> bool {
    let site = play("all", tasks);
    let files = [
        ("site.yml", site.as_str()),
        ("group_vars/all.yml", variables),
        ("files/a.txt", "1"),
        ("files/b.txt", "1"),
    ];
    written(&files, "a", "files/b.txt", "2")
}

/// The same when what files say of the host c changes, which is none of `web`.
fn reads_c(site: &str, template: &str) -> bool {
    let files = [
        ("site.yml", site),
        ("templates/t.j2", template),
        ("host_vars/c.yml", "v: 1"),
    ];
    written(&files, "a", "host_vars/c.yml", "v: 2")
}

const TEMPLATE: &str = "- hosts: web\n  tasks: [{template: {src: t.j2, dest: /x}}]\n";

#[test]
fn a_name_of_a_file_is_found_in_whatever_its_value_is_made_of() {
    for (tasks, variables) in [
        (
            "- copy: {src: '{{ item }}', dest: /x}\n  loop: '{{ one + two }}'",
            "one: [a.txt]\ntwo: [b.txt]",
        ),
        (
            "- copy: {src: \"{{ m.get(x, 'b.txt') }}\", dest: /x}",
            "m: {q: a.txt}",
        ),
        (
            "- copy: {src: '{{ item }}', dest: /x}\n  loop: '{{ m | list }}'",
            "m: {b.txt: 1}",
        ),
        (
            "- copy: {src: '{{ item }}', dest: /x}\n  loop: '{{ m.keys() | list }}'",
            "m: {b.txt: 1}",
        ),
        (
            "- copy: {src: '{{ item.1.f }}', dest: /x}\n  with_subelements: ['{{ u }}', k]",
            "u: [{n: 1, k: [{f: b.txt}]}]",
        ),
        (
            "- copy: {src: '{{ item.1 }}', dest: /x}\n  with_subelements: ['{{ u }}', k]",
            "u: [{n: 1, k: [b.txt]}]",
        ),
        (
            "- copy: {src: '{{ item.0.f }}', dest: /x}\n  with_nested: [[{f: b.txt}], [1, 2]]",
            "",
        ),
        (
            "- copy: {src: '{{ item[0].f }}', dest: /x}\n  with_together: [[{f: b.txt}], [1]]",
            "",
        ),
        (
            "- copy: {src: '{{ item.1.f }}', dest: /x}\n  with_indexed_items: [{f: b.txt}]",
            "",
        ),
        (
            "- copy: {src: '{{ item.value }}', dest: /x}\n  with_dict: {value: a.txt, other: b.txt}",
            "",
        ),
        (
            "- copy: {src: '{{ item }}', dest: /x}\n  with_vars: [v]",
            "v: b.txt",
        ),
        (
            "- copy: {src: '{{ item }}', dest: /x}\n  with_mine: [v]",
            "",
        ),
        ("- script: '{{ item }}'\n  loop: ['b.txt x', a.txt]", ""),
        (
            "- copy: {src: \"{{ lookup('vars', 'w', default='b.txt') }}\", dest: /x}\n- vars: {w: a.txt}\n  ping:",
            "",
        ),
        (
            "- debug: {msg: \"{{ m.get('z', lookup('file', 'b.txt')) }}\"}",
            "m: {q: a.txt}",
        ),
    ] {
        assert!(copies_b(tasks, variables), "{tasks}");
    }
    let site = play(
        "all",
        "- copy: {src: '{{ item }}', dest: /x}\n  with_inventory_hostnames: [db]",
    );
    let files = [("site.yml", site.as_str()), ("files/c", "1")];
    assert!(written(&files, "a", "files/c", "2"));
    let member = |setting: &mut Setting| join(setting, "db", "b");
    assert!(reruns(setting(&files), "a", member));
}

#[test]
fn a_template_is_found_by_the_name_that_a_variable_like_a_fact_has() {
    for name in ["ansible_conf", "ansible_local.x.y", "ansible_loop.nextitem"] {
        let site = play(
            "all",
            &format!("- template: {{src: '{{{{ {name} }}}}', dest: /x}}"),
        );
        let files = [
            ("site.yml", site.as_str()),
            ("group_vars/all.yml", "ansible_conf: d/b.j2"),
            ("templates/d/b.j2", "1"),
        ];
        assert!(written(&files, "a", "templates/d/b.j2", "2"), "{name}");
    }
}

#[test]
fn what_a_file_is_included_as_has_its_values_in_their_order() {
    for tasks in [
        "- include_vars: {file: v.yml, name: cfg}\n- copy: {src: '{{ cfg.f }}', dest: /x}",
        "- include_vars: {file: v.yml, name: cfg}\n- copy: {src: \"{{ cfg.f | default('a.txt') }}\", dest: /x}",
    ] {
        let site = play("all", tasks);
        let files = [
            ("site.yml", site.as_str()),
            ("roles/r/defaults/main.yml", ""),
            ("group_vars/all.yml", "cfg: {}"),
            ("vars/v.yml", "f: b.txt"),
            ("files/b.txt", "1"),
        ];
        assert!(written(&files, "a", "files/b.txt", "2"), "{tasks}");
    }
    let site = play(
        "all",
        "- include_vars: {file: v.yml, name: cfg}\n- debug: {msg: '{{ item }}'}\n  loop: '{{ cfg | dict2items }}'",
    );
    let files = [("site.yml", site.as_str()), ("vars/v.yml", "f: 1\ng: 2\n")];
    assert!(written(&files, "a", "vars/v.yml", "g: 2\nf: 1\n"));
    assert!(!written(&files, "a", "vars/v.yml", "f:   1\n# why\ng: 2\n"));
}

#[test]
fn the_order_of_variables_counts_where_somebody_goes_through_all() {
    let order = |tasks: &str| {
        let site = play("all", tasks);
        let files = [
            ("site.yml", site.as_str()),
            ("group_vars/all.yml", "app_f: 1\napp_g: 2\n"),
        ];
        written(&files, "a", "group_vars/all.yml", "app_g: 2\napp_f: 1\n")
    };
    assert!(order(
        "- debug: {msg: \"{{ query('varnames', '^app_') }}\"}"
    ));
    assert!(order("- debug: {msg: '{{ hostvars | to_json }}'}"));
    assert!(!order("- debug: {msg: '{{ app_f }}'}"));
}

#[test]
fn what_stands_in_for_a_value_is_read_as_well() {
    for template in [
        "{{ m.get('z', hostvars['c'].v) }}",
        "{{ hostvars[groups.get('none', ['c'])[0]].v }}",
        "{{ lookup('vars', 'hostvars')['c'].v }}",
    ] {
        assert!(reads_c(TEMPLATE, template), "{template}");
    }
    for name in ["groups", "group_names"] {
        let site = play(
            "all",
            &format!("- debug: {{msg: \"{{{{ lookup('vars', '{name}') }}}}\"}}"),
        );
        let joins = |setting: &mut Setting| join(setting, "db", "a");
        assert!(
            reruns(setting(&[("site.yml", &site)]), "a", joins),
            "{name}"
        );
    }
}

#[test]
fn a_name_means_a_member_of_a_group_only_inside_of_its_loop() {
    const LOOP: &str = "{% for h in groups['web'] %}{{ hostvars[h].v }}{% endfor %}";
    for template in [
        format!("{{% macro m(h) %}}{{{{ hostvars[h].v }}}}{{% endmacro %}}{LOOP}{{{{ m('c') }}}}"),
        format!("{{% with h='c' %}}{{{{ hostvars[h].v }}}}{{% endwith %}}{LOOP}"),
        format!("{{% set h %}}c{{% endset %}}{{{{ hostvars[h].v }}}}{LOOP}"),
        format!("{{% if x %}}{{% set h = 'c' %}}{{% endif %}}{{{{ hostvars[h].v }}}}{LOOP}"),
        format!("{{{{ hostvars[h].v }}}}{LOOP}"),
        format!("{LOOP}{{{{ hostvars[h].v }}}}"),
        "{% for h in groups['web'] %}{% for h in x %}{{ hostvars[h].v }}{% endfor %}{% endfor %}".to_owned(),
        "{% for h in groups['web'] %}{% else %}{{ hostvars[h].v }}{% endfor %}".to_owned(),
        "{% for h in groups['web'] %}{% if x %}{% set h = 'c' %}{% endif %}{{ hostvars[h].v }}{% endfor %}".to_owned(),
    ] {
        assert!(reads_c(TEMPLATE, &template), "{template}");
    }
    for template in [
        LOOP,
        "{% for h in groups['web'] if hostvars[h].v %}{% if x %}{{ h }}{% else %}{{ hostvars[h].v }}{% endif %}{% endfor %}",
        "{% set h = groups['web'] | first %}{% if x %}{{ hostvars[h].v }}{% endif %}",
    ] {
        assert!(!reads_c(TEMPLATE, template), "{template}");
    }
    let tasks = play(
        "web",
        "- debug: {msg: \"{% for item in groups['web'] %}{{ hostvars[item].v }}{% endfor %}\"}\n- debug: {msg: '{{ hostvars[item].v }}'}\n  loop: \"{{ groups['db'] }}\"",
    );
    assert!(reads_c(&tasks, ""));
}

#[test]
fn a_template_with_delimiters_of_its_own_reads_what_stands_between_them() {
    let own = "- hosts: web\n  tasks:\n    - template: {src: t.j2, dest: /x, variable_start_string: '[[', variable_end_string: ']]'}\n";
    assert!(reads_c(own, "[[ hostvars['c'].v ]]"));
    assert!(!reads_c(own, "[[ x ]]"));
    let lookup = "- hosts: web\n  tasks:\n    - debug: {msg: \"{{ lookup('template', 't.j2', variable_start_string='[[', variable_end_string=']]') }}\"}\n";
    assert!(reads_c(lookup, "[[ hostvars['c'].v ]]"));
    for template in [
        "#jinja2: block_start_string:'[%', block_end_string:'%]'\n[% include 'u.j2' %]",
        "#jinja2: line_statement_prefix:'%'\n% include 'u.j2'\n",
    ] {
        let files = [
            ("site.yml", TEMPLATE),
            ("templates/t.j2", template),
            ("templates/u.j2", "1"),
        ];
        assert!(written(&files, "a", "templates/u.j2", "2"), "{template}");
    }
}

#[test]
fn settings_say_where_ansible_is_at_home_and_how_files_of_variables_are_called() {
    let site = play("all", "- debug: {msg: '{{ v }}'}");
    let files = [
        ("site.yml", site.as_str()),
        (
            "ansible.cfg",
            "[defaults]\nyaml_valid_extensions = .yml, .vars\n",
        ),
        ("group_vars/all/x.vars", "v: 1"),
    ];
    assert!(written(&files, "a", "group_vars/all/x.vars", "v: 2"));
    let role = ".ansible/roles/r/tasks/main.yml";
    let files = [
        ("site.yml", "- hosts: all\n  roles: [r]\n"),
        ("ansible.cfg", "[defaults]\nhome = .ansible\n"),
        (role, "- own:\n"),
        (".ansible/plugins/modules/own.py", "1"),
    ];
    assert!(written(&files, "a", role, "- ping:\n"));
    assert!(written(&files, "a", ".ansible/plugins/modules/own.py", "2"));
}

#[test]
fn which_side_of_the_files_the_inventory_gives_a_value_on_counts() {
    let setting = |site: &str, file: &str| {
        let mut setting = setting(&[("site.yml", site), ("group_vars/web.yml", file)]);
        let host = setting.inventory.hosts.get_mut("a").unwrap();
        host.vars.insert("v".into(), Value::from("h"));
        setting
    };
    let to_the_group = |setting: &mut Setting| {
        setting
            .inventory
            .hosts
            .get_mut("a")
            .unwrap()
            .vars
            .remove("v");
        let group = setting.inventory.groups.get_mut("web").unwrap();
        group.vars.insert("v".into(), Value::from("h"));
    };
    let own = play("all", "- debug: {msg: '{{ v }}'}");
    assert!(reruns(setting(&own, "v: w"), "a", to_the_group));
    let other = play("db", "- debug: {msg: \"{{ hostvars['a'].v }}\"}");
    assert!(reruns(setting(&other, "v: w"), "c", to_the_group));
    assert!(reruns(setting(&other, "v: w"), "c", |setting| {
        setting.tree.insert("group_vars/web.yml", "{}");
        setting.tree.insert("host_vars/a.yml", "v: w");
    }));
}

/// The hosts a and b, each in one of two groups that have files of variables.
fn grouped(site: &str) -> Setting {
    let mut setting = setting(&[
        ("site.yml", site),
        ("group_vars/p.yml", "v: p"),
        ("group_vars/q.yml", "v: q"),
        ("templates/t.j2", "{{ hostvars['a'] | to_json }}"),
    ]);
    for (group, host) in [("p", "a"), ("q", "b")] {
        let group = setting
            .inventory
            .groups
            .entry(group.to_owned())
            .or_default();
        group.hosts.insert(host.to_owned());
    }
    setting
}

#[test]
fn the_groups_of_a_host_count_for_who_reads_its_results_or_all_of_its_variables() {
    let exchanged = |setting: &mut Setting| {
        for (group, host) in [("p", "b"), ("q", "a")] {
            let group = setting.inventory.groups.get_mut(group).unwrap();
            group.hosts = [host.to_owned()].into();
        }
    };
    let reader = play("db", "- debug: {msg: \"{{ hostvars['a'].r }}\"}");
    for what in ["v", "group_names"] {
        let site = play("web", &format!("- set_fact: {{r: '{{{{ {what} }}}}'}}")) + &reader;
        assert!(reruns(grouped(&site), "c", exchanged), "{what}");
    }
    let whole = play("db", "- template: {src: t.j2, dest: /x}");
    assert!(reruns(grouped(&whole), "c", exchanged));
    let both = |site: &str, first: &str| {
        let mut setting = grouped(site);
        for name in ["p", "q"] {
            let group = setting.inventory.groups.get_mut(name).unwrap();
            group.hosts = ["a".to_owned(), "b".to_owned()].into();
            let priority = if name == first { "1" } else { "9" };
            let priority = Value::from(priority.to_owned());
            group.vars.insert("ansible_group_priority".into(), priority);
        }
        setting
    };
    for (site, host) in [
        (play("all", "- debug: {msg: '{{ v }}'}"), "a"),
        (whole, "c"),
        (play("db", "- debug: {msg: \"{{ hostvars['a'].v }}\"}"), "c"),
    ] {
        let other = both(&site, "q").inventory;
        assert!(
            reruns(both(&site, "p"), host, |setting| setting.inventory = other),
            "{site}"
        );
    }
}

#[test]
fn another_machine_counts_for_who_reads_its_facts_or_its_results() {
    let replaced = |setting: &mut Setting| {
        setting.inventory.hosts.get_mut("a").unwrap().identity = Some("new".into());
    };
    let gather = "- setup:\n  delegate_to: '{{ item }}'\n  delegate_facts: true\n  loop: \"{{ groups['web'] }}\"\n";
    let reads = |what: &str| {
        let site = play(
            "db",
            &format!("{gather}- debug: {{msg: \"{{{{ hostvars['a'].{what} }}}}\"}}"),
        );
        let mut setting = setting(&[
            ("site.yml", &site),
            (
                "group_vars/web.yml",
                "ip: '{{ ansible_default_ipv4.address }}'",
            ),
        ]);
        setting.inventory.hosts.get_mut("a").unwrap().identity = Some("old".into());
        reruns(setting, "c", replaced)
    };
    assert!(reads("ansible_default_ipv4.address"));
    assert!(reads("ansible_facts.default_ipv4.address"));
    assert!(reads("ip"));
    assert!(!reads("ansible_host") && !reads("u"));
    let site = play("web", "- command: hostname\n  register: r")
        + &play("db", "- debug: {msg: \"{{ hostvars['a'].r.stdout }}\"}");
    let mut setting = setting(&[("site.yml", &site)]);
    setting.inventory.hosts.get_mut("a").unwrap().identity = Some("old".into());
    assert!(reruns(setting, "c", replaced));
}

#[test]
fn arguments_of_every_form_name_files() {
    for (tasks, variables) in [
        (
            "- module_defaults: {copy: {src: b.txt}}\n  copy: {dest: /x}",
            "",
        ),
        (
            "- block: [{copy: {dest: /x}}]\n  module_defaults: {copy: {src: b.txt}}",
            "",
        ),
        (
            "- copy: {src: \"{{ z | trim }}\", dest: /x}",
            "z: ' b.txt '",
        ),
        (
            "- set_fact: {l: \"{{ l | default([]) + [item.t] }}\"}\n  loop: '{{ z }}'\n- copy: {src: '{{ item }}', dest: /x}\n  loop: '{{ l }}'",
            "z: [{t: b.txt}]",
        ),
        (
            "- set_fact: l=b.txt\n- copy: src={{ l }} dest=/x",
            "l: a.txt",
        ),
        (
            "- set_fact: {l: '{{ l }}.txt'}\n- copy: {src: '{{ l }}', dest: /x}",
            "l: b",
        ),
        ("- find: {paths: files}\n  delegate_to: localhost", ""),
    ] {
        assert!(copies_b(tasks, variables), "{tasks}");
    }
    let assert = "- hosts: web\n  tasks:\n    - assert: that=\"hostvars['c'].v == 1\"\n";
    assert!(reads_c(assert, ""));
}

#[test]
fn a_name_that_a_template_binds_is_not_only_a_variable_of_that_name() {
    for (template, file) in [
        (
            "{% for item in parts %}{% include item %}{% endfor %}",
            "templates/u.j2",
        ),
        ("{% set v = 'u.j2' %}{% include v %}", "templates/u.j2"),
        (
            "{% for item in parts %}{{ lookup('file', item) }}{% endfor %}",
            "files/u.j2",
        ),
        (
            "{% macro m(v) %}{{ lookup('file', v) }}{% endmacro %}{{ m('u.j2') }}",
            "files/u.j2",
        ),
    ] {
        let site = play(
            "all",
            "- template: {src: t.j2, dest: /x}\n- debug: {msg: '{{ item }}'}\n  loop: [q, r]",
        );
        let files = [
            ("site.yml", site.as_str()),
            ("group_vars/all.yml", "parts: [u.j2]\nv: t.j2"),
            ("templates/t.j2", template),
            (file, "1"),
        ];
        assert!(written(&files, "a", file, "2"), "{template}");
    }
}

#[test]
fn a_fact_that_a_module_of_ones_own_sets_depends_on_its_arguments() {
    let site = play("db", "- my_facts: {p: '{{ w }}'}")
        + &play("web", "- debug: {msg: \"{{ hostvars['c'].my_fact }}\"}");
    let files = [
        ("site.yml", site.as_str()),
        ("library/my_facts.py", ""),
        ("host_vars/c.yml", "w: 1"),
    ];
    assert!(written(&files, "a", "host_vars/c.yml", "w: 2"));
}

#[test]
fn a_module_that_plainly_returns_no_facts_sets_none() {
    let site = play("db", "- my_check: {p: '{{ w }}'}")
        + &play(
            "web",
            "- debug: {msg: \"{{ hostvars['c'].maybe | default(1) }}\"}",
        );
    let sets_facts = |module: &str, more: (&str, &str)| {
        let files = [
            ("site.yml", site.as_str()),
            ("library/my_check.py", module),
            ("host_vars/c.yml", "w: 1"),
            more,
        ];
        written(&files, "a", "host_vars/c.yml", "w: 2")
    };
    let (plain, nothing) = (
        "from ansible.module_utils.basic import AnsibleModule\nmodule.exit_json(changed=False)\n",
        ("README", ""),
    );
    assert!(!sets_facts(plain, nothing));
    for module in [
        "module.exit_json(ansible_facts=found)\n",
        "module.exit_json(**found)\n",
        "print(json.dumps(found))\n",
        "from ansible_collections.a.b.plugins.module_utils.c import end\nmodule.exit_json()\n",
    ] {
        assert!(sets_facts(module, nothing), "{module}");
    }
    for beside in ["action_plugins/my_check.py", "module_utils/mine.py"] {
        assert!(sets_facts(plain, (beside, "")), "{beside}");
    }
}
