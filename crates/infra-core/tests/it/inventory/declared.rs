//! Hosts and groups that a state declares, as other tools' own tests expect them.

use std::collections::BTreeMap;

use infra_core::json::Value;

use super::{built, raw, var};
use crate::corpus;

#[test]
fn states_of_the_nbering_provider_give_what_its_own_tests_expect() {
    let documents: BTreeMap<String, Vec<u8>> = corpus::documents().into_iter().collect();
    let mut seen = 0;
    for (name, bytes) in documents
        .iter()
        .filter(|(name, _)| name.ends_with("/expect.json"))
    {
        let state = name
            .replace("inventory-expectation/", "state-raw/")
            .replace("expect.json", "terraform.tfstate");
        let Some(state) = documents.get(&state) else {
            continue;
        };
        let state = std::str::from_utf8(state).unwrap();
        if state.contains("\"version\": 3") {
            continue; // refused: see `documents`
        }
        seen += 1;
        let built = built(state);
        let expected = Value::parse(std::str::from_utf8(bytes).unwrap()).unwrap();
        let hosts = expected.get("_meta").unwrap().get("hostvars").unwrap();
        for (host, vars) in hosts.as_object().unwrap() {
            let mut own = built.inventory.hosts[host.as_ref()].vars.clone();
            own.remove("infra");
            let own = Value::Object(
                own.into_iter()
                    .map(|(key, value)| (key.into(), value))
                    .collect(),
            );
            assert_eq!(&own, vars, "{name}: {host}");
        }
        for (group, members) in expected.as_object().unwrap() {
            if group == "_meta" || group == "all" {
                continue;
            }
            let own = &built.inventory.groups[group.as_ref()];
            let texts = |value: &Value<'_>| -> Vec<String> {
                value
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|item| item.as_str().unwrap().to_owned())
                    .collect()
            };
            assert_eq!(
                own.hosts.iter().cloned().collect::<Vec<_>>(),
                texts(members.get("hosts").unwrap())
            );
            assert_eq!(
                own.children.iter().cloned().collect::<Vec<_>>(),
                texts(members.get("children").unwrap())
            );
            assert_eq!(
                own.vars.len(),
                members.get("vars").unwrap().as_object().unwrap().len()
            );
        }
        let count = hosts.as_object().unwrap().len();
        assert_eq!(built.inventory.hosts.len(), count, "{name}");
    }
    assert!(
        seen > 0
            || documents
                .keys()
                .all(|name| !name.starts_with("inventory-expectation"))
    );
}

#[test]
fn a_declared_host_and_the_machine_it_stands_for_are_one_host() {
    let state = raw(&[
        (
            "aws_instance",
            "web",
            r#"{"id":"i-1","public_ip":"203.0.113.1","tags":{"Name":"other"}}"#,
        ),
        (
            "aws_instance",
            "bastion",
            r#"{"id":"i-2","public_ip":"203.0.113.2"}"#,
        ),
        (
            "ansible_host",
            "web",
            r#"{"name":"web1","groups":["web"],"variables":{"ansible_host":"203.0.113.1"}}"#,
        ),
        (
            "ansible_group",
            "web",
            r#"{"name":"web","children":["inner"],"variables":{"greeting":"{{ x }}"}}"#,
        ),
    ]);
    let built = built(&state);
    let hosts: Vec<&String> = built.inventory.hosts.keys().collect();
    assert_eq!(hosts, ["aws_instance.bastion", "web1"]);
    assert_eq!(
        built.inventory.hosts["web1"].identity.as_deref(),
        Some("i-1")
    );
    assert_eq!(
        built.skipped[0].reason.to_string(),
        "ansible_host.web declares the same machine"
    );
    let list = built.inventory.list().to_string();
    assert!(list.contains(r#""web":{"children":["inner"],"hosts":["web1"],"vars":{"greeting":{"__ansible_unsafe":"{{ x }}"}}}"#), "{list}");
    assert!(list.contains(r#""inner":{"hosts":[]}"#), "{list}");
}

#[test]
fn declared_variables_that_could_run_something_here_are_left_out() {
    let state = raw(&[(
        "ansible_host",
        "web",
        r#"{"name":"web1","variables":{"ansible_host":"-oProxyCommand=x","ansible_connection":"local","ansible_port":"2222",
            "ansible_ssh_common_args":"-o ProxyCommand=x","__ansible_vault":"x","plain":"y"}}"#,
    )]);
    let built = built(&state);
    let vars: Vec<&String> = built.inventory.hosts["web1"].vars.keys().collect();
    assert_eq!(vars, ["ansible_port", "infra", "plain"]);
    assert_eq!(var(&built, "web1", "ansible_port").as_deref(), Some("2222"));
    assert_eq!(built.notes.len(), 4);
}
