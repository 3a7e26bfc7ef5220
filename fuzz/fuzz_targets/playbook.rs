//! An Ansible tree: every playbook in it is followed to its inputs and fingerprinted.
//!
//! The input is a bundle of files, each after a line `=== PATH`; the first is the playbook.

#![no_main]

use std::collections::BTreeMap;

use infra_core::ansible::{Fingerprinter, MemoryTree, Request, SecretKey, closure, read_plays};
use infra_core::inventory::{Group, Host, Inventory};
use infra_core::json::Value;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let files = unpack(bytes);
    let Some((playbook, first)) = files.first() else {
        return;
    };
    let _plays = read_plays(first);
    let tree = MemoryTree::from_iter(files.iter().map(|(path, bytes)| (path.as_str(), bytes)));
    let inventory = inventory();
    let mut request = Request::new(&tree, "/project", playbook.as_str(), &inventory);
    request.home = Some("/home/user".into());
    let Ok(inputs) = closure(&request) else {
        return;
    };
    assert!(
        inputs.file(playbook).is_some(),
        "a playbook is an input of itself"
    );

    let Ok(fingerprints) = Fingerprinter::new(&inputs, &request, SecretKey([7; 32])) else {
        return;
    };
    let again = closure(&request).expect("the same files give a closure again");
    let fingerprints_again = Fingerprinter::new(&again, &request, SecretKey([7; 32]))
        .expect("the same files can be digested again");
    for host in inputs.hosts() {
        let digest = fingerprints
            .host(host)
            .map(|fingerprint| *fingerprint.digest());
        let same = fingerprints_again
            .host(host)
            .map(|fingerprint| *fingerprint.digest());
        assert!(
            digest.is_some() && digest == same,
            "{host}: another fingerprint of the same files"
        );
    }
});

/// Files by path, in the order of the bundle. Paths that no tree can have are left out.
fn unpack(bytes: &[u8]) -> Vec<(String, &[u8])> {
    let mut files = Vec::new();
    let mut rest = bytes;
    while let Some(after) = rest.strip_prefix(b"=== ") {
        let Some(end) = after.iter().position(|byte| *byte == b'\n') else {
            break;
        };
        let content = &after[end + 1..];
        let length = content
            .windows(5)
            .position(|window| window == b"\n=== ")
            .map_or(content.len(), |at| at + 1);
        if let Ok(path) = std::str::from_utf8(&after[..end]) {
            let normal = path
                .split('/')
                .all(|part| !["", ".", ".."].contains(&part) && !part.contains('\0'));
            if normal {
                files.push((path.to_owned(), &content[..length]));
            }
        }
        rest = &content[length..];
    }
    files
}

fn inventory() -> Inventory {
    let host = |address: &str| Host {
        identity: Some(format!("i-{address}")),
        vars: BTreeMap::from([("ansible_host".to_owned(), Value::from(address).into_owned())]),
        ..Host::default()
    };
    let group = |hosts: &[&str]| Group {
        hosts: hosts.iter().map(ToString::to_string).collect(),
        ..Group::default()
    };
    Inventory {
        hosts: BTreeMap::from([
            ("leaf-1".to_owned(), host("192.0.2.1")),
            ("primary".to_owned(), host("192.0.2.2")),
        ]),
        groups: BTreeMap::from([
            ("leaf".to_owned(), group(&["leaf-1"])),
            ("federation".to_owned(), group(&["primary"])),
            ("prometheus".to_owned(), group(&["leaf-1", "primary"])),
        ]),
        ..Inventory::default()
    }
}
