//! Which name and groups a host gets.

use infra_core::config::InventoryRules;

use super::{built, raw, try_build, var};

fn names(state: &str) -> Vec<String> {
    built(state).inventory.hosts.into_keys().collect()
}

#[test]
fn a_shared_tag_is_no_name_and_keys_are_part_of_the_address() {
    let state = r#"{"version":4,"resources":[
        {"type":"aws_instance","name":"web","instances":[
            {"index_key":0,"attributes":{"private_ip":"10.0.0.1","tags":{"Name":"web"}}},
            {"index_key":1,"attributes":{"private_ip":"10.0.0.2","tags":{"Name":"web"}}}]},
        {"module":"module.cell[\"eu-1\"]","type":"aws_instance","name":"db","instances":[
            {"index_key":"a.b","attributes":{"private_ip":"10.0.0.3","tags":{"Name":"Database-1"}}},
            {"index_key":"c","attributes":{"private_ip":"10.0.0.4"}},
            {"index_key":"c","deposed":"0f","attributes":{"private_ip":"10.0.0.5"}}]},
        {"mode":"data","type":"aws_instance","name":"other","instances":[{"attributes":{"private_ip":"10.0.0.6"}}]}]}"#;
    assert_eq!(
        names(state),
        [
            "Database-1",
            "aws_instance.web.0",
            "aws_instance.web.1",
            "module.cell.eu-1.aws_instance.db.c",
        ]
    );
}

#[test]
fn a_host_never_has_the_name_of_a_group_with_other_members() {
    let host =
        |ip: &str, name: &str| format!(r#"{{"private_ip":"{ip}","tags":{{"Name":"{name}"}}}}"#);
    let (one, two) = (host("10.0.0.1", "web"), host("10.0.0.2", "two"));
    // Alone in it, the host keeps the name: the pattern `web` means the same either way.
    let alone = built(&raw(&[
        ("aws_instance", "web", &one),
        ("aws_instance", "db", &two),
    ]));
    assert!(alone.inventory.hosts.contains_key("web"));
    assert!(!alone.inventory.groups.contains_key("web"));
    assert_eq!(alone.inventory.groups["db"].hosts.first().unwrap(), "two");
    // A tag cannot take the group away from another host.
    let both = built(&raw(&[
        ("aws_instance", "web", &two),
        (
            "hcloud_server",
            "web",
            r#"{"name":"web","ipv4_address":"203.0.113.1"}"#,
        ),
    ]));
    assert_eq!(both.inventory.groups["web"].hosts.len(), 2);
    assert!(!both.inventory.hosts.contains_key("web"));
    assert!(both.notes[0].about.to_string().contains("that of a group"));
}

#[test]
fn a_tag_that_cannot_be_a_name_is_reported_and_passed_over() {
    for bad in [
        "-oProxyCommand=x",
        "{{ x }}",
        "a b",
        "all",
        "localhost",
        "../x",
        "a,b",
        "~a",
        "a\\nb",
    ] {
        let state = raw(&[(
            "aws_instance",
            "web",
            &format!(r#"{{"private_ip":"10.0.0.1","tags":{{"Name":"{bad}"}}}}"#),
        )]);
        let built = built(&state);
        assert_eq!(
            var(&built, "aws_instance.web", "ansible_host").as_deref(),
            Some("10.0.0.1")
        );
        assert_eq!(built.notes.len(), 1, "{bad}");
    }
}

#[test]
fn two_resources_with_one_name_are_an_error_that_names_both() {
    let host = r#"{"name":"h","inventory_hostname":"h"}"#;
    let state = raw(&[("ansible_host", "b", host), ("ansible_host", "a", host)]);
    let error = try_build(&state, &InventoryRules::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"ansible_host.a and ansible_host.b would both be the host "h""#
    );
}

#[test]
fn sensitive_tags_are_no_name_and_no_variable() {
    let state = r#"{"version":4,"resources":[{"type":"aws_instance","name":"web","instances":[{"attributes":
        {"id":"i-1","private_ip":"10.0.0.1","tags":{"Name":"hidden-one"},"tags_all":{"Name":"hidden-one"}},
        "sensitive_attributes":[[{"type":"get_attr","value":"tags"}],[{"type":"get_attr","value":"tags_all"}]]}]}]}"#;
    assert!(!format!("{}", built(state).inventory.list()).contains("hidden-one"));
}
