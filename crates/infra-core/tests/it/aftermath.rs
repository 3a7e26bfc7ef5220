//! Which drift right after an apply is the apply's own.

use infra_core::document::read_plan;
use infra_core::drift::{Aftermath, DriftEntry, DriftRules, aftermath};
use serde_json::{Value, json};

use crate::recordings::rules;

fn entry(address: &str, actions: &[&str], before: &Value, after: &Value) -> Value {
    let (resource_type, name) = address.split_once('.').unwrap();
    json!({
        "address": address, "mode": "managed", "type": resource_type, "name": name,
        "change": {"actions": actions, "before": before, "after": after}
    })
}

fn object(address: &str, values: &Value) -> Value {
    let (resource_type, name) = address.split_once('.').unwrap();
    json!({"address": address, "mode": "managed", "type": resource_type, "name": name, "values": values})
}

/// A group that was there before, whose rules changed.
fn group() -> Value {
    let before = json!({"id": "sg-1", "ingress": []});
    entry(
        "aws_security_group.web",
        &["update"],
        &before,
        &json!({"id": "sg-1", "ingress": [80]}),
    )
}

fn look(changes: &[Value], drift: &[Value], objects: &[Value]) -> Aftermath {
    let applied = json!({"format_version": "1.2", "resource_changes": changes}).to_string();
    let refreshed = json!({
        "format_version": "1.2", "resource_drift": drift,
        "prior_state": {"format_version": "1.0", "values": {"root_module": {"resources": objects}}}
    })
    .to_string();
    let rules =
        DriftRules::compile(&rules(&[("ip", &["aws_instance.*"], &["public_ip"])])).unwrap();
    aftermath(
        &read_plan(&applied).unwrap(),
        &read_plan(&refreshed).unwrap(),
        &rules,
        jiff::civil::date(2026, 6, 1),
    )
    .unwrap()
}

fn names(entries: &[DriftEntry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.address.as_str()).collect()
}

#[test]
fn an_object_that_was_changed_or_is_named_by_one_that_was_is_the_applys_own() {
    let rule = json!({"id": "sgr-1", "security_group_id": "sg-1"});
    let made = entry(
        "aws_security_group_rule.http",
        &["create"],
        &Value::Null,
        &json!({}),
    );
    let deleted = entry(
        "aws_security_group_rule.http",
        &["delete"],
        &rule,
        &Value::Null,
    );
    let changed = entry(
        "aws_security_group.web",
        &["update"],
        &json!({}),
        &json!({}),
    );
    let now = object("aws_security_group_rule.http", &rule);
    for (changes, objects) in [
        (vec![made], vec![now]),
        (vec![deleted], vec![]),
        (vec![changed], vec![]),
    ] {
        let found = look(&changes, &[group()], &objects);
        assert_eq!(names(&found.own), ["aws_security_group.web"], "{changes:?}");
        assert_eq!(names(&found.foreign), Vec::<&str>::new());
    }
}

#[test]
fn what_the_apply_did_not_touch_is_foreign() {
    let rule = json!({"id": "sgr-1", "security_group_id": "sg-1"});
    let now = object("aws_security_group_rule.http", &rule);
    // The rule names the group, and was there before.
    let stays = entry("aws_security_group_rule.http", &["no-op"], &rule, &rule);
    let other = entry("aws_eip.one", &["create"], &Value::Null, &json!({}));
    let found = look(&[stays, other], &[group()], &[now]);
    assert_eq!(names(&found.own), Vec::<&str>::new());
    assert_eq!(names(&found.foreign), ["aws_security_group.web"]);
}

#[test]
fn what_vanished_is_foreign_even_if_it_was_made_just_now() {
    let made = entry("aws_eip.one", &["create"], &Value::Null, &json!({}));
    let gone = entry(
        "aws_eip.one",
        &["delete"],
        &json!({"id": "e"}),
        &Value::Null,
    );
    let found = look(&[made], &[gone], &[]);
    assert_eq!(names(&found.foreign), ["aws_eip.one"]);
}

#[test]
fn what_a_rule_expects_is_neither() {
    let (before, after) = (json!({"public_ip": "a"}), json!({"public_ip": "b"}));
    let restarted = entry("aws_instance.leaf", &["update"], &before, &after);
    let found = look(&[], &[restarted], &[]);
    assert!(found.own.is_empty() && found.foreign.is_empty());
}
