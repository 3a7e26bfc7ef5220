//! The example of a federation, whose servers read two variables of each leaf.

use camino::{Utf8Path, Utf8PathBuf};
use infra_core::ansible::{Fingerprint, Fingerprinter, MemoryTree, Request, SecretKey, closure};
use infra_core::inventory::Inventory;
use infra_core::json::Value;

use crate::ansible_closure::inventory;

const HOSTS: [&str; 4] = ["leaf-1", "leaf-2", "primary", "secondary"];
const LEAVES: [&str; 2] = ["leaf-1", "leaf-2"];
const SERVERS: [&str; 2] = ["primary", "secondary"];

fn add(tree: &mut MemoryTree, root: &Utf8Path, dir: &Utf8Path) {
    for entry in root.join(dir).read_dir_utf8().unwrap() {
        let path = dir.join(entry.unwrap().file_name());
        if root.join(&path).is_dir() {
            add(tree, root, &path);
        } else {
            tree.insert(path.clone(), std::fs::read(root.join(path)).unwrap());
        }
    }
}

fn federation() -> (MemoryTree, Inventory) {
    let root = Utf8PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../examples/federation"
    ));
    let mut tree = MemoryTree::new();
    add(&mut tree, &root, Utf8Path::new("ansible"));
    let mut inventory = inventory(&[
        ("leaf-1", &["leaf", "prometheus"]),
        ("leaf-2", &["leaf", "prometheus"]),
        ("primary", &["federation", "prometheus"]),
        ("secondary", &["federation", "prometheus"]),
    ]);
    for (name, host) in &mut inventory.hosts {
        let address = Value::from(format!("address of {name}"));
        host.vars.insert("ansible_host".to_owned(), address);
    }
    (tree, inventory)
}

fn prints(tree: &MemoryTree, inventory: &Inventory) -> Vec<Fingerprint> {
    let request = Request::new(tree, "/srv", "ansible/site.yml", inventory);
    let closure = closure(&request).unwrap();
    let prints = Fingerprinter::new(&closure, &request, SecretKey([7; 32])).unwrap();
    HOSTS.iter().filter_map(|host| prints.host(host)).collect()
}

/// The hosts that run again when a file gets this line at its end.
fn rerun(path: &str, line: &str) -> Vec<&'static str> {
    let (mut tree, inventory) = federation();
    let before = prints(&tree, &inventory);
    let text = infra_core::ansible::Tree::read(&tree, path.into()).unwrap();
    let text = text.map_or(String::new(), |text| {
        String::from_utf8_lossy(&text).into_owned()
    });
    tree.insert(path, format!("{text}{line}\n"));
    let after = prints(&tree, &inventory);
    let pairs = HOSTS.iter().zip(before.iter().zip(&after));
    pairs
        .filter(|(_, (before, after))| before.digest() != after.digest())
        .map(|(host, _)| *host)
        .collect()
}

#[test]
fn a_server_runs_again_for_what_it_reads_of_a_leaf_only() {
    let leaf = "ansible/group_vars/leaf.yml";
    assert_eq!(rerun(leaf, "scrape_timeout: 15s"), LEAVES);
    assert_eq!(rerun(leaf, "ansible_host: 192.0.2.1"), HOSTS);
    assert_eq!(rerun(leaf, "# a comment"), [""; 0]);
    let one = "ansible/host_vars/leaf-1.yml";
    assert_eq!(rerun(one, "retention: 60d"), ["leaf-1"]);
    let shard = rerun(one, "shard: south");
    assert_eq!(shard, ["leaf-1", "primary", "secondary"]);
    assert_eq!(rerun("ansible/vars/alerting.yml", "more: 1"), SERVERS);
    assert_eq!(rerun("ansible/vars/alerting.yml", "# more"), [""; 0]);
}
