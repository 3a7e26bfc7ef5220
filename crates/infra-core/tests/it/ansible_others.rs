//! What a play reads of other hosts' variables counts, and nothing else of theirs.

use infra_core::ansible::{
    Fingerprint, Fingerprinter, MemoryTree, Request, SecretKey, closure, compare,
};
use infra_core::inventory::Inventory;
use infra_core::json::Value;

use crate::ansible_closure::inventory;

const HOSTS: [&str; 3] = ["leaf1", "leaf2", "top"];

/// A server that reads this of the leaves, which have variables in every usual place.
fn tree(template: &str) -> MemoryTree {
    MemoryTree::from_iter([
        (
            "site.yml",
            "- hosts: leaf\n  tasks: [{command: ls}]\n- hosts: server\n  tasks:\n    - template: {src: t.j2, dest: /x}\n",
        ),
        ("templates/t.j2", template),
        ("group_vars/all.yml", "org: x\n"),
        ("group_vars/region/main.yml", "ip: region\nnote: x\n"),
        (
            "group_vars/leaf.yml",
            "timeout: 10s\nurl: 'http://{{ leaf_ip }}'\nleaf_ip: '{{ base[0] }}'\nbase: [a]\n",
        ),
        ("host_vars/leaf1.yml", "shard: north\nretention: 30d\n"),
    ])
}

fn hosts() -> Inventory {
    let mut inventory = inventory(&[
        ("leaf1", &["leaf"]),
        ("leaf2", &["leaf"]),
        ("top", &["server"]),
    ]);
    inventory
        .groups
        .entry("region".to_owned())
        .or_default()
        .children
        .insert("leaf".to_owned());
    inventory
}

fn prints(tree: &MemoryTree, inventory: &Inventory) -> Vec<Fingerprint> {
    let request = Request::new(tree, "/srv", "site.yml", inventory);
    let closure = closure(&request).unwrap();
    let prints = Fingerprinter::new(&closure, &request, SecretKey([7; 32])).unwrap();
    HOSTS.iter().filter_map(|host| prints.host(host)).collect()
}

/// Who runs again after a change, and why.
fn rerun(
    template: &str,
    setting: impl Fn(&mut MemoryTree, &mut Inventory),
    change: impl Fn(&mut MemoryTree, &mut Inventory),
) -> Vec<String> {
    let (mut tree, mut inventory) = (tree(template), hosts());
    setting(&mut tree, &mut inventory);
    let before = prints(&tree, &inventory);
    change(&mut tree, &mut inventory);
    let after = prints(&tree, &inventory);
    let mut found = Vec::new();
    for ((host, before), after) in HOSTS.iter().zip(&before).zip(&after) {
        for change in compare(before, after) {
            found.push(format!("{host}: {} {:?}", change.input, change.change));
        }
    }
    found
}

/// The same for a file that is written.
fn written(template: &str, path: &str, text: &str) -> Vec<String> {
    rerun(
        template,
        |_, _| {},
        |tree, _| {
            tree.insert(path, text);
        },
    )
}

fn top(found: &[String]) -> Vec<&str> {
    found
        .iter()
        .filter_map(|text| text.strip_prefix("top: "))
        .collect()
}

const IP: &str = "{% for h in groups['leaf'] %}{{ hostvars[h].ip }}{% endfor %}";
const LEAF: &str =
    "timeout: 10s\nurl: 'http://{{ leaf_ip }}'\nleaf_ip: '{{ base[0] }}'\nbase: [a]\n";

#[test]
fn a_variable_that_nobody_else_reads_reruns_its_own_hosts() {
    let text = LEAF.replace("10s", "15s");
    assert_eq!(
        written(IP, "group_vars/leaf.yml", &text),
        [
            "leaf1: file group_vars/leaf.yml Changed",
            "leaf2: file group_vars/leaf.yml Changed"
        ]
    );
    let text = "shard: north\nretention: 60d\n";
    assert_eq!(
        written("{{ hostvars['leaf1'].shard }}", "host_vars/leaf1.yml", text),
        ["leaf1: file host_vars/leaf1.yml Changed"]
    );
}

#[test]
fn a_variable_that_is_read_reruns_who_reads_it() {
    for read in [
        "{{ hostvars['leaf1'].shard }}",
        "{{ groups.leaf | map('extract', hostvars, 'shard') | list }}",
        "{% for h in groups.leaf %}{{ hostvars[h]['shard'] | default('') }}{% endfor %}",
        "{{ vars.hostvars.leaf1.shard }}",
    ] {
        let found = written(
            read,
            "host_vars/leaf1.yml",
            "shard: south\nretention: 30d\n",
        );
        assert_eq!(top(&found), ["hostvars[leaf1].shard Changed"], "{read}");
        let found = written(read, "host_vars/leaf1.yml", "shard: north\nretention: 1d\n");
        assert!(top(&found).is_empty(), "{read}: {found:?}");
    }
}

#[test]
fn a_definition_that_appears_or_goes_is_noticed_in_every_place() {
    let appears = |path: &str, text: &str| {
        let found = written(IP, path, text);
        top(&found).join(" ")
    };
    let both = "hostvars[leaf1].ip Changed hostvars[leaf2].ip Changed";
    assert_eq!(
        appears("group_vars/leaf.yml", &format!("{LEAF}ip: 1\n")),
        both
    );
    // The server's own file counts whole.
    assert!(appears("group_vars/all.yml", "org: x\nip: 1\n").ends_with(both));
    assert_eq!(appears("group_vars/region/more.yml", "ip: 1\n"), both);
    assert_eq!(appears("group_vars/region/other.yml", "other: 1\n"), "");
    assert_eq!(
        appears("group_vars/region/main.yml", "ip: 1\nnote: x\n"),
        both
    );
    assert_eq!(
        appears("group_vars/region/main.yml", "note: x\n"),
        "hostvars[leaf1].ip Removed hostvars[leaf2].ip Removed"
    );
    assert_eq!(
        appears("host_vars/leaf2.yml", "ip: 1\n"),
        "hostvars[leaf2].ip Changed"
    );
    assert_eq!(appears("host_vars/leaf2.yml", "other: 1\n"), "");
    assert_eq!(appears("host_vars/nobody.yml", "ip: 1\n"), "");
    assert_eq!(appears("group_vars/unused.yml", "ip: 1\n"), "");
}

#[test]
fn what_the_value_is_made_of_counts_too() {
    let read = "{{ hostvars['leaf1'].url }}";
    let found = written(read, "group_vars/leaf.yml", &LEAF.replace("[a]", "[b]"));
    assert_eq!(top(&found), ["hostvars[leaf1].base Changed"]);
    let found = written(read, "group_vars/leaf.yml", &LEAF.replace("10s", "1s"));
    assert!(top(&found).is_empty(), "{found:?}");
    // A name in the chain that another place defines
    let found = written(read, "host_vars/leaf1.yml", "leaf_ip: 1\n");
    assert_eq!(top(&found), ["hostvars[leaf1].leaf_ip Changed"]);
    // In the inventory
    let set = |value: &'static str| {
        move |_: &mut MemoryTree, inventory: &mut Inventory| {
            if let Some(host) = inventory.hosts.get_mut("leaf1") {
                host.vars.insert("base".to_owned(), Value::from(value));
                let ip = Value::from("{{ base }}");
                host.vars.insert("ansible_host".to_owned(), ip);
            }
        }
    };
    let found = rerun("{{ hostvars.leaf1.ansible_host }}", set("x"), set("y"));
    assert_eq!(top(&found), ["hostvars[leaf1].base Changed"]);
}

#[test]
fn a_read_that_cannot_be_followed_counts_the_whole_file() {
    let text = LEAF.replace("10s", "15s");
    for read in [
        "{{ hostvars['leaf1'] }}",
        "{{ hostvars['leaf1'][name] }}",
        "{{ hostvars.values() | list }}",
        "{{ groups.leaf | map('extract', hostvars) }}",
    ] {
        let found = written(read, "group_vars/leaf.yml", &text);
        assert_eq!(top(&found), ["file group_vars/leaf.yml Changed"], "{read}");
    }
    // So does a value that could name any variable, and a file that says it otherwise.
    for odd in [
        "ip: \"{{ lookup('vars', which) }}\"\nx: ",
        "ip: \"{{ lookup('template', 'a.j2') }}\"\nx: ",
        "ip: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  00\nx: ",
        "{\"ip\": 1, \"x\": \"",
        "a: 1\n---\nx: ",
        "'{{ a }}': 1\nx: ",
    ] {
        let file = |end: &str| {
            let close = if odd.starts_with('{') { "\"}" } else { "\n" };
            format!("{odd}{end}{close}")
        };
        let found = rerun(
            IP,
            |tree, _| {
                tree.insert("group_vars/leaf.yml", file("a"));
            },
            |tree, _| {
                tree.insert("group_vars/leaf.yml", file("b"));
            },
        );
        assert_eq!(top(&found), ["file group_vars/leaf.yml Changed"], "{odd}");
    }
}

#[test]
fn beside_a_file_that_cannot_be_followed_all_files_count_whole() {
    let secret = |tree: &mut MemoryTree, _: &mut Inventory| {
        tree.insert("host_vars/leaf1.yml", "$ANSIBLE_VAULT;1.1;AES256\n00\n");
    };
    let found = rerun("{{ hostvars.leaf1.ip }}", secret, |tree, _| {
        tree.insert("group_vars/leaf.yml", LEAF.replace("10s", "15s"));
    });
    assert_eq!(top(&found), ["file group_vars/leaf.yml Changed"]);
}

/// Which files count to the server that reads the leaves' `ip`, of which a vaulted file of a group
/// says anything, when other variables of the leaves change.
fn beside_a_vault(hosts_have_ip: &[&str]) -> Vec<String> {
    let setting = |tree: &mut MemoryTree, inventory: &mut Inventory| {
        tree.insert(
            "group_vars/all/vault.yml",
            "$ANSIBLE_VAULT;1.1;AES256\n00\n",
        );
        for host in hosts_have_ip {
            let host = inventory.hosts.get_mut(*host).unwrap();
            host.vars.insert("ip".to_owned(), Value::from("192.0.2.1"));
        }
    };
    let found = rerun(IP, setting, |tree, _| {
        tree.insert("group_vars/leaf.yml", LEAF.replace("10s", "15s"));
    });
    top(&found).into_iter().map(str::to_owned).collect()
}

#[test]
fn a_vault_of_a_group_has_no_say_in_what_the_inventory_gives_each_host() {
    let none: [&str; 0] = [];
    assert_eq!(beside_a_vault(&["leaf1", "leaf2"]), none);
    let all = ["file group_vars/leaf.yml Changed"];
    assert_eq!(beside_a_vault(&["leaf1"]), all);
    assert_eq!(beside_a_vault(&[]), all);
}

#[test]
fn the_files_of_all_hosts_are_one_set_to_who_reads_them_whole() {
    let hosts: Vec<String> = (0..100).map(|number| format!("leaf{number:03}")).collect();
    let roster: Vec<(&str, &[&str])> = (hosts.iter())
        .map(|host| (host.as_str(), ["leaf"].as_slice()))
        .collect();
    let inventory = inventory(&roster);
    let mut tree = MemoryTree::from_iter([
        (
            "site.yml",
            "- hosts: leaf\n  tasks: [{command: ls}]\n- hosts: leaf\n  tasks: [{template: {src: t.j2, dest: /x}}]\n",
        ),
        ("templates/t.j2", "{{ hostvars.values() | list }}"),
    ]);
    for host in &hosts {
        tree.insert(format!("host_vars/{host}.yml"), "shard: north\n");
    }
    let request = Request::new(&tree, "/srv", "site.yml", &inventory);
    let closure = closure(&request).unwrap();
    let prints = Fingerprinter::new(&closure, &request, SecretKey([7; 32])).unwrap();
    let print = prints.host("leaf007").unwrap();
    assert!(print.sections().len() < 10, "{}", print.sections().len());
}

#[test]
fn which_value_wins_counts() {
    let two = |tree: &mut MemoryTree, inventory: &mut Inventory| {
        tree.insert("group_vars/a.yml", "ip: 1\n");
        tree.insert("group_vars/b.yml", "ip: 2\n");
        for name in ["a", "b"] {
            let group = inventory.groups.entry(name.to_owned()).or_default();
            group.hosts.insert("leaf1".to_owned());
        }
    };
    let found = rerun(IP, two, |_, inventory| {
        if let Some(group) = inventory.groups.get_mut("a") {
            let priority = Value::from("9");
            group
                .vars
                .insert("ansible_group_priority".to_owned(), priority);
        }
    });
    assert_eq!(top(&found), ["hostvars[leaf1].ip Changed"]);
    assert!(
        found.contains(&"leaf1: group_names Changed".to_owned()),
        "{found:?}"
    );
}

#[test]
fn what_is_read_counts_whatever_the_layout_of_the_file() {
    let found = written(
        IP,
        "group_vars/region/main.yml",
        "---\n# why\nnote:   x # more\n\nip: \"region\"\n",
    );
    assert_eq!(
        top(&found),
        ["hostvars[leaf1].ip Changed", "hostvars[leaf2].ip Changed"],
        "a quoted text is not the same as a plain one"
    );
    let found = written(
        IP,
        "group_vars/region/main.yml",
        "---\n# why\nnote:   x # more\n\nip:\n  region\n",
    );
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn a_fact_of_another_host_depends_on_what_that_host_has() {
    let site = |tree: &mut MemoryTree, _: &mut Inventory| {
        tree.insert(
            "site.yml",
            "- hosts: leaf\n  tasks:\n    - set_fact: {seen: \"{{ retention }} {{ lookup('file', inventory_hostname) }}\"}\n    - debug: {msg: \"{{ groups.leaf | map('extract', hostvars, 'seen') }}\"}\n- hosts: server\n  tasks:\n    - template: {src: t.j2, dest: /x}\n",
        );
        tree.insert("files/leaf1", "a").insert("files/leaf2", "a");
    };
    let found = rerun("{{ hostvars.leaf2.seen }}", site, |tree, _| {
        tree.insert("files/leaf1", "b");
    });
    assert_eq!(
        found,
        [
            "leaf1: file files/leaf1 Changed",
            "leaf2: file files/leaf1 Changed",
            "top: file files/leaf1 Changed"
        ]
    );
    let found = rerun("{{ hostvars.leaf2.shard }}", site, |tree, _| {
        tree.insert("host_vars/leaf1.yml", "shard: north\nretention: 60d\n");
    });
    assert_eq!(
        found,
        [
            "leaf1: file host_vars/leaf1.yml Changed",
            "leaf2: file host_vars/leaf1.yml Changed"
        ]
    );
}

/// Two plays can say different things of the same host's variable, from files beside each.
#[test]
fn plays_that_read_a_variable_from_different_files_each_count() {
    let play = "- hosts: server\n  tasks: [{debug: {msg: \"{{ hostvars['leaf1'].shard }}\"}}]\n";
    let tree = |a: usize, b: usize| {
        let mut tree = tree("");
        tree.insert(
            "site.yml",
            "- import_playbook: a/play.yml\n- import_playbook: b/play.yml\n",
        );
        for (dir, value) in [("a", a), ("b", b)] {
            tree.insert(format!("{dir}/play.yml"), play);
            tree.insert(
                format!("{dir}/host_vars/leaf1.yml"),
                format!("shard: {value}\n"),
            );
        }
        tree
    };
    let before = prints(&tree(0, 0), &hosts());
    for value in 1..20 {
        for (a, b) in [(value, 0), (0, value)] {
            let after = prints(&tree(a, b), &hosts());
            let changes = compare(before.last().unwrap(), after.last().unwrap());
            let names: Vec<String> = changes.iter().map(|c| c.input.to_string()).collect();
            assert_eq!(names, ["hostvars[leaf1].shard"], "{a} {b}");
        }
    }
}
