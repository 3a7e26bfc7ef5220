//! Hundreds of changes of a tree, each of which reruns exactly the hosts it is about.

use std::collections::BTreeMap;

use camino::Utf8Path;
use infra_core::ansible::{
    Fingerprint, Fingerprinter, MemoryTree, Request, SecretKey, Tree as _, closure,
};
use infra_core::inventory::{Host, Inventory};
use infra_core::json::Value;

use crate::ansible_closure::inventory;

const ALL: &str = "db1 mon1 web1 web2";
const WEB: &str = "web1 web2";
const NONE: &str = "";

/// Each file, the hosts whose run reads it, and what it says. `mark0` is what is changed.
const FILES: &[(&str, &str, &str)] = &[
    ("ansible.cfg", ALL, "[defaults]\n# mark0\n"),
    (
        "site.yml",
        ALL,
        "- import_playbook: base.yml\n- hosts: web\n  name: mark0\n  vars: {own: 1}\n  vars_files: [vars/web.yml]\n  roles: [app]\n- hosts: db\n  tasks:\n    - include_vars: db.yml\n    - copy: {src: '{{ inventory_hostname }}.conf', dest: /x}\n    - template: {src: db.j2, dest: /x}\n    - thing: {}\n- hosts: mon\n  tasks:\n    - template: {src: mon.j2, dest: /y}\n",
    ),
    (
        "base.yml",
        ALL,
        "- hosts: all\n  name: mark0\n  tasks:\n    - import_tasks: tasks/base.yml\n",
    ),
    ("requirements.yml", NONE, "roles:\n  - src: mark0\n"),
    (
        "tasks/base.yml",
        ALL,
        "- name: mark0\n  copy: {src: motd, dest: /etc/motd}\n",
    ),
    ("files/motd", ALL, "# mark0\n"),
    ("files/db1.conf", "db1", "# mark0\n"),
    ("files/db2.conf", NONE, "# mark0\n"),
    ("templates/db.j2", "db1", "{# mark0 #}\n"),
    (
        "templates/mon.j2",
        "mon1",
        "{% for h in groups['web'] %}{{ hostvars[h].port }}{% endfor %} mark0\n",
    ),
    ("templates/unused.j2", NONE, "mark0\n"),
    ("library/thing.py", "db1", "# mark0\n"),
    ("library/unused.py", NONE, "# mark0\n"),
    ("vars/web.yml", WEB, "mark: mark0\nlist: [1, 2]\n"),
    ("vars/db.yml", "db1", "mark: mark0\n"),
    ("vars/unused.yml", NONE, "mark: mark0\n"),
    ("group_vars/all.yml", ALL, "mark: mark0\nother: 1\n"),
    (
        "group_vars/web.yml",
        WEB,
        "mark: mark0\nport: '{{ base_port }}'\nbase_port: 80\n",
    ),
    ("group_vars/front/a.yml", WEB, "mark: mark0\n"),
    ("group_vars/db.yml", "db1", "mark: mark0\n"),
    ("group_vars/ghost.yml", NONE, "mark: mark0\n"),
    ("host_vars/web1.yml", "web1", "mark: mark0\n"),
    ("host_vars/ghost.yml", NONE, "mark: mark0\n"),
    ("inv/group_vars/web.yml", WEB, "mark: mark0\n"),
    ("inv/host_vars/db1.yml", "db1", "mark: mark0\n"),
    (
        "roles/app/tasks/main.yml",
        WEB,
        "- name: mark0\n  template: {src: app.j2, dest: /x}\n  notify: go\n- import_tasks: more.yml\n",
    ),
    (
        "roles/app/tasks/more.yml",
        WEB,
        "- block:\n    - command: mark0\n      when: own\n",
    ),
    ("roles/app/tasks/unused.yml", NONE, "- command: mark0\n"),
    (
        "roles/app/handlers/main.yml",
        WEB,
        "- name: go\n  command: mark0\n",
    ),
    ("roles/app/defaults/main.yml", WEB, "mark: mark0\n"),
    ("roles/app/vars/main.yml", WEB, "mark: mark0\n"),
    (
        "roles/app/meta/main.yml",
        WEB,
        "dependencies:\n  - role: common\n    mark: mark0\n",
    ),
    (
        "roles/app/templates/app.j2",
        WEB,
        "{% include 'part.j2' %}{{ lookup('file', 'both.yml') }} mark0\n",
    ),
    ("roles/app/templates/part.j2", WEB, "mark0\n"),
    ("roles/app/files/both.yml", WEB, "mark: mark0\n"),
    ("roles/app/README.md", NONE, "mark0\n"),
    ("roles/common/tasks/main.yml", WEB, "- command: mark0\n"),
    ("roles/unused/tasks/main.yml", NONE, "- command: mark0\n"),
    ("notes.txt", NONE, "mark0\n"),
];

fn tree() -> MemoryTree {
    FILES.iter().map(|(path, _, text)| (*path, *text)).collect()
}

fn hosts() -> Inventory {
    let mut inventory = inventory(&[
        ("db1", &["db"]),
        ("mon1", &["mon"]),
        ("web1", &["web"]),
        ("web2", &["web"]),
    ]);
    let front = inventory.groups.entry("front".to_owned()).or_default();
    front.children.insert("web".to_owned());
    inventory
}

type Prints = BTreeMap<String, Fingerprint>;

fn prints(tree: &MemoryTree, inventory: &Inventory) -> Option<Prints> {
    asked(tree, inventory, |_| {})
}

fn asked(
    tree: &MemoryTree,
    inventory: &Inventory,
    change: impl FnOnce(&mut Request<'_>),
) -> Option<Prints> {
    let mut request = Request::new(tree, "/srv", "site.yml", inventory);
    request.inventory_sources = vec!["inv".into()];
    change(&mut request);
    let closure = closure(&request).ok()?;
    let prints = Fingerprinter::new(&closure, &request, SecretKey([7; 32])).ok()?;
    let all = inventory.hosts.keys();
    Some(
        all.filter_map(|host| Some((host.clone(), prints.host(host)?)))
            .collect(),
    )
}

/// The hosts that run again.
fn differ(before: &Prints, after: &Prints) -> String {
    let hosts: Vec<&str> = before
        .keys()
        .filter(|host| {
            before.get(*host).map(Fingerprint::digest) != after.get(*host).map(Fingerprint::digest)
        })
        .map(String::as_str)
        .collect();
    hosts.join(" ")
}

fn is_yaml(path: &str) -> bool {
    Utf8Path::new(path).extension() == Some("yml")
}

/// The next number of a sequence that is the same in every run of the test.
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound.max(1) as u64).unwrap_or_default()
    }
}

/// The same YAML with other layout: comments, blank lines, and white space at ends.
fn another_layout(text: &str, seeded: &mut Seeded) -> String {
    let mut out = String::from(["", "---\n", "# first\n", "\n\n"][seeded.below(4)]);
    for line in text.lines() {
        let before = ["", "", "\n", "# a: comment\n", "      # - {{ nothing }}\n"];
        out.push_str(before[seeded.below(5)]);
        out.push_str(line);
        out.push_str(["", "", " # why", "   "][seeded.below(4)]);
        out.push('\n');
    }
    out.push_str(["", "\n", "# last"][seeded.below(3)]);
    out
}

#[test]
fn a_change_of_a_file_reruns_exactly_the_hosts_that_read_it() {
    let inventory = hosts();
    let before = prints(&tree(), &inventory).unwrap();
    let mut seeded = Seeded(42);
    let (mut tried, mut wrong) = (0, Vec::new());
    let mut check = |what: String, tree: &MemoryTree, expected: &str| {
        tried += 1;
        // What can't be planned any more runs nowhere without somebody knowing.
        let Some(after) = prints(tree, &inventory) else {
            assert!(
                what.contains("site.yml") || what.contains("base.yml"),
                "{what}"
            );
            return;
        };
        let found = differ(&before, &after);
        if found != expected {
            wrong.push(format!("{what}: {found:?}, not {expected:?}"));
        }
    };
    for (path, expected, text) in FILES {
        for _ in 0..3 {
            let mut tree = tree();
            let mark = format!("mark{}", 1 + seeded.below(1000));
            tree.insert(*path, text.replace("mark0", &mark));
            check(format!("{path} changed"), &tree, expected);
        }
        for _ in 0..8 {
            let mut tree = tree();
            let layout = another_layout(text, &mut seeded);
            tree.insert(*path, &layout);
            // A file that is read as text as well counts by its bytes.
            let data = is_yaml(path) && !path.contains("/files/");
            let expected = if data || layout == *text {
                NONE
            } else {
                expected
            };
            check(format!("{path} laid out as {layout:?}"), &tree, expected);
        }
        if !path.ends_with("web.yml") || path.starts_with("inv") || path.starts_with("vars") {
            let mut gone = tree();
            gone.remove(path);
            check(format!("{path} removed"), &gone, expected);
            let to = format!("{path}.{}", seeded.below(100));
            gone.insert(to, text);
            check(format!("{path} renamed"), &gone, expected);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(tried > 450, "{tried}");
}

#[test]
fn a_file_that_appears_reruns_exactly_the_hosts_that_would_read_it() {
    let inventory = hosts();
    let before = prints(&tree(), &inventory).unwrap();
    for (path, expected) in [
        ("host_vars/web2.yml", "web2"),
        ("host_vars/web2", "web2"),
        ("host_vars/web2/x.json", "web2"),
        ("host_vars/web2/.x.yml", NONE),
        ("host_vars/web2/x.yml~", NONE),
        ("host_vars/web2/x.txt", NONE),
        ("host_vars/web1.yaml", NONE),
        ("inv/host_vars/mon1.yml", "mon1"),
        ("inv/group_vars/all.yml", ALL),
        ("group_vars/mon.yml", "mon1"),
        ("group_vars/front/b.yml", WEB),
        ("group_vars/other.yml", NONE),
        ("roles/app/files/db.j2", NONE),
        ("roles/common/defaults/main.yml", WEB),
        ("roles/common/vars/main.yml", WEB),
        ("roles/common/handlers/main.yml", WEB),
        ("roles/common/meta/main.yml", WEB),
        ("roles/app/vars/main.yaml", NONE),
        ("roles/requirements.yml", NONE),
        ("files/other", NONE),
    ] {
        let mut tree = tree();
        let text = if path.contains("handlers") {
            "- command: ls\n"
        } else {
            "a: 1\n"
        };
        tree.insert(path, text);
        let after = prints(&tree, &inventory).unwrap();
        assert_eq!(differ(&before, &after), expected, "{path}");
    }
}

/// `port` is read through `hostvars` by mon1, from each level that has it there.
#[test]
fn each_level_of_precedence_counts_for_those_who_see_it() {
    let inventory = hosts();
    let before = prints(&tree(), &inventory).unwrap();
    for (path, expected) in [
        ("group_vars/all.yml", ALL),
        ("group_vars/front/a.yml", "mon1 web1 web2"),
        ("group_vars/web.yml", "mon1 web1 web2"),
        ("group_vars/db.yml", "db1"),
        ("inv/group_vars/web.yml", "mon1 web1 web2"),
        ("inv/host_vars/web2.yml", "mon1 web2"),
        ("inv/host_vars/db1.yml", "db1"),
        ("host_vars/web1.yml", "mon1 web1"),
        ("host_vars/mon1.yml", "mon1"),
        // Variables of a play and of its roles, no other host sees.
        ("vars/web.yml", WEB),
        ("roles/app/defaults/main.yml", WEB),
        ("roles/app/vars/main.yml", WEB),
    ] {
        let mut tree = tree();
        let text = tree.read(Utf8Path::new(path)).unwrap().unwrap_or_default();
        let text = String::from_utf8_lossy(&text).replace("port: '{{ base_port }}'\n", "");
        tree.insert(path, format!("{text}port: 1\n"));
        let after = prints(&tree, &inventory).unwrap();
        assert_eq!(differ(&before, &after), expected, "{path}");
        // What the value is made of, in the same place
        let mut tree = self::tree();
        tree.insert(
            path,
            format!("{}base_port: 1\n", text.replace("base_port: 80\n", "")),
        );
        let after = prints(&tree, &inventory).unwrap();
        assert_eq!(differ(&before, &after), expected, "{path}: base_port");
    }
    let set = |change: &dyn Fn(&mut Inventory)| {
        let mut inventory = hosts();
        change(&mut inventory);
        differ(&before, &prints(&tree(), &inventory).unwrap())
    };
    let port = || ("port".to_owned(), Value::from("1"));
    assert_eq!(
        set(&|inventory| {
            if let Some(host) = inventory.hosts.get_mut("web1") {
                host.vars.extend([port()]);
            }
        }),
        "mon1 web1"
    );
    assert_eq!(
        set(&|inventory| {
            if let Some(group) = inventory.groups.get_mut("front") {
                group.vars.extend([port()]);
            }
        }),
        "mon1 web1 web2"
    );
    assert_eq!(
        set(&|inventory| {
            if let Some(group) = inventory.groups.get_mut("db") {
                group.vars.extend([port()]);
            }
        }),
        // The play on all hosts has the word in a file of another group.
        "db1"
    );
    let extra = asked(&tree(), &inventory, |request| {
        request.extra_vars.extend([port()]);
    });
    assert_eq!(differ(&before, &extra.unwrap()), ALL);
    let joined = set(&|inventory| {
        inventory.hosts.insert("web3".to_owned(), Host::default());
        if let Some(group) = inventory.groups.get_mut("web") {
            group.hosts.insert("web3".to_owned());
        }
    });
    assert_eq!(joined, "mon1");
}
