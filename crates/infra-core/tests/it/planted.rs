//! A change that is planted into a recorded plan is always reported, whatever else is expected.

use infra_core::document::{Document, decode};
use infra_core::drift::{Analysis, DriftRules, analyse, analyse_stream};
use infra_core::terraform::Stream;
use serde_json::{Map, Value, json};

use crate::corpus;
use crate::recordings::{ephemeral_ip, judge, recording, rules};

/// Where rules hold for every address that anybody expects to change.
fn expected() -> infra_core::config::Drift {
    rules(&[("addresses", &["*"], &["public_ip", "public_dns"])])
}

fn judge_text(text: &str) -> Option<Analysis> {
    let rules = DriftRules::compile(&expected()).unwrap();
    match Document::read(text) {
        Ok(Document::Plan(plan)) => Some(analyse(&plan, &rules, jiff::civil::date(2026, 6, 1))),
        _ => None,
    }
}

/// The recorded plans, as values.
fn plans() -> Vec<(String, Value)> {
    corpus::documents()
        .into_iter()
        .filter_map(|(name, bytes)| {
            let text = decode(&bytes).ok()?;
            judge_text(&text)?;
            Some((name, serde_json::from_str(&text).ok()?))
        })
        .collect()
}

/// Values that are not the one that is there.
fn others(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => vec![json!("planted"), json!(0), json!(false), json!(["planted"])],
        Value::Bool(value) => vec![json!(!value), json!(value.to_string())],
        Value::Number(number) => vec![json!(number.to_string()), json!(-1.5), Value::Null],
        Value::String(text) => vec![
            // Spaces around JSON say nothing; around anything else they may.
            json!(if text.starts_with(['{', '[']) {
                format!("{text}x")
            } else {
                format!("{text} ")
            }),
            json!(format!("{text}2")),
            // The Cyrillic letter that looks like an a.
            json!(format!("{text}\u{430}")),
            json!([text]),
        ],
        Value::Array(items) => {
            let mut more = items.clone();
            more.push(json!("planted"));
            let mut twice = items.clone();
            twice.extend(items.first().cloned());
            vec![json!(more), json!(twice)]
                .into_iter()
                .filter(|other| other != value)
                .collect()
        }
        Value::Object(members) => {
            let with = |value: Value| {
                let mut more = members.clone();
                more.insert("planted".to_owned(), value);
                Value::Object(more)
            };
            vec![with(json!("")), with(json!({})), with(json!("x"))]
        }
    }
}

/// The pointers to everything below a value that no rule expects.
fn places(value: &Value, pointer: &str, found: &mut Vec<String>) {
    let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                if matches!(key.as_str(), "public_ip" | "public_dns") && pointer.is_empty() {
                    continue;
                }
                let pointer = format!("{pointer}/{}", escaped(key));
                found.push(pointer.clone());
                places(member, &pointer, found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let pointer = format!("{pointer}/{index}");
                found.push(pointer.clone());
                places(item, &pointer, found);
            }
        }
        _ => {}
    }
}

/// An entry of `resource_drift` in which one object went from a value to another.
fn drifted(address: &str, before: &Value, after: &Value) -> Value {
    json!({
        "address": address, "mode": "managed", "type": "t", "name": "planted",
        "change": {"actions": ["update"], "before": before, "after": after, "after_unknown": {},
                   "before_sensitive": {}, "after_sensitive": {}}
    })
}

#[test]
fn a_change_planted_in_any_place_of_an_object_is_material_drift() {
    let mut planted = 0;
    for (name, plan) in plans() {
        let objects = plan
            .pointer("/prior_state/values/root_module/resources")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        for object in objects.iter().take(6) {
            let before = &object["values"];
            let mut pointers = Vec::new();
            places(before, "", &mut pointers);
            // Large objects are sampled, always in the same places.
            let step = pointers.len() / 60 + 1;
            for pointer in pointers.iter().step_by(step) {
                for other in others(before.pointer(pointer).unwrap()) {
                    let mut after = before.clone();
                    *after.pointer_mut(pointer).unwrap() = other.clone();
                    if let Some(address) = after.pointer_mut("/public_ip") {
                        *address = json!("203.0.113.99");
                    }
                    let document = json!({
                        "format_version": "1.2", "resource_changes": [],
                        "resource_drift": [drifted("t.planted", before, &after)],
                    });
                    let analysis = judge(&document.to_string(), &expected());
                    assert_eq!(
                        analysis.drift.summary.material, 1,
                        "{name}: {} {pointer} is {other}",
                        object["address"]
                    );
                    assert!(!analysis.is_nothing());
                    planted += 1;
                }
            }
        }
    }
    assert!(planted > 300, "{planted}");
}

#[test]
fn a_member_that_is_taken_away_is_material_drift() {
    let mut planted = 0;
    for (name, plan) in plans() {
        for entry in plan["resource_drift"].as_array().into_iter().flatten() {
            let after = &entry["change"]["after"];
            let mut pointers = Vec::new();
            places(after, "", &mut pointers);
            for pointer in pointers {
                let value = after.pointer(&pointer).unwrap();
                let (above, _) = pointer.rsplit_once('/').unwrap();
                let is_nothing = |value: &Value| {
                    value.is_null()
                        || value.as_object().is_some_and(|members| {
                            !members.is_empty() && members.values().all(Value::is_null)
                        })
                };
                let Some(members) = after.pointer(above).and_then(Value::as_object) else {
                    continue;
                };
                if is_nothing(value) {
                    continue;
                }
                let members: Map<String, Value> = members
                    .iter()
                    .filter(|(_, member)| *member != value)
                    .map(|(key, member)| (key.clone(), member.clone()))
                    .collect();
                let mut without = after.clone();
                *without.pointer_mut(above).unwrap() = Value::Object(members);
                let document = json!({
                    "format_version": "1.2", "resource_changes": [],
                    "resource_drift": [drifted("t.planted", after, &without)],
                });
                let analysis = judge(&document.to_string(), &expected());
                assert_eq!(analysis.drift.summary.material, 1, "{name}: {pointer}");
                planted += 1;
            }
        }
    }
    assert!(planted > 100, "{planted}");
}

/// The recorded plan in which there is nothing but benign drift and what follows.
fn quiet() -> Value {
    let plan: Value = serde_json::from_str(&recording("restarted-instances")).unwrap();
    assert!(judge(&plan.to_string(), &ephemeral_ip()).is_nothing());
    plan
}

#[test]
fn a_change_planted_beside_benign_drift_is_something_to_do() {
    let change = |actions: Value| {
        json!({"address": "null_resource.planted", "mode": "managed",
        "type": "null_resource", "name": "planted",
        "change": {"actions": actions, "before": {"id": "1"}, "after": {"id": "1"}}})
    };
    let mut moved = change(json!(["no-op"]));
    moved["previous_address"] = json!("null_resource.before");
    let mut imported = change(json!(["no-op"]));
    imported["change"]["importing"] = json!({"id": "1"});
    let mut deposed = change(json!(["delete"]));
    deposed["deposed"] = json!("1a2b3c4d");
    let mut unsaid = change(Value::Null);
    unsaid["change"].as_object_mut().unwrap().remove("actions");
    let mut changes = vec![moved, imported, deposed, unsaid];
    for actions in [
        json!(["create"]),
        json!(["read"]),
        json!(["update"]),
        json!(["delete"]),
        json!(["delete", "create"]),
        json!(["create", "delete"]),
        json!(["forget"]),
        json!(["create", "forget"]),
        json!(["explode"]),
        json!([]),
    ] {
        changes.push(change(actions));
    }
    for planted in changes {
        for at in [0, 3] {
            let mut plan = quiet();
            plan["resource_changes"]
                .as_array_mut()
                .unwrap()
                .insert(at, planted.clone());
            let analysis = judge(&plan.to_string(), &ephemeral_ip());
            assert!(!analysis.is_nothing(), "{planted}");
        }
        let mut plan = quiet();
        plan["deferred_changes"] = json!([{"reason": "x", "resource_change": planted}]);
        assert!(!judge(&plan.to_string(), &ephemeral_ip()).is_nothing());
    }
    for (field, value) in [
        ("errored", json!(true)),
        ("complete", json!(false)),
        ("action_invocations", json!([{"address": "action.x.y"}])),
        (
            "checks",
            json!([{"address": {"to_display": "check.x"}, "status": "fail"}]),
        ),
    ] {
        let mut plan = quiet();
        plan[field] = value;
        let analysis = judge(&plan.to_string(), &ephemeral_ip());
        assert!(!analysis.is_nothing(), "{field}");
    }
    for actions in ["create", "update", "delete"] {
        let mut plan = quiet();
        plan["output_changes"]["planted"] = json!({"actions": [actions], "before": 1, "after": 2});
        assert!(!judge(&plan.to_string(), &ephemeral_ip()).is_nothing());
    }
}

#[test]
fn an_output_that_becomes_sensitive_beside_benign_drift_is_something_to_do() {
    let mut plan = quiet();
    let drift = plan["resource_drift"][0].clone();
    let (address, change) = (drift["address"].as_str().unwrap(), &drift["change"]);
    let change = json!({"actions": ["update"], "before": change["before"]["public_ip"],
        "after": change["after"]["public_ip"], "before_sensitive": false, "after_sensitive": false});
    plan["output_changes"]["planted"] = change;
    plan["configuration"]["root_module"]["outputs"]["planted"] =
        json!({"expression": {"references": [format!("{address}.public_ip"), address]}});
    assert!(judge(&plan.to_string(), &ephemeral_ip()).is_nothing());
    plan["output_changes"]["planted"]["after_sensitive"] = json!(true);
    assert!(!judge(&plan.to_string(), &ephemeral_ip()).is_nothing());
}

#[test]
fn an_update_that_the_document_does_not_show_is_material() {
    let object = json!({"id": "1", "secret": null});
    let mut entry = drifted("t.planted", &object, &object);
    let hidden = json!({"format_version": "1.2", "resource_drift": [entry.clone()]});
    let analysis = judge(&hidden.to_string(), &expected());
    assert_eq!(analysis.drift.summary.material, 1);
    assert!(!analysis.is_nothing());
    // What is sensitive is a matter of the provider, not of the object.
    entry["change"]["after_sensitive"] = json!({"secret": true});
    let marked = json!({"format_version": "1.2", "resource_drift": [entry]});
    assert_eq!(
        judge(&marked.to_string(), &expected()).drift.summary.equal,
        1
    );
}

#[test]
fn drift_that_forces_a_replacement_which_leaves_the_old_object_alone_is_material() {
    let mut plan = json!({
        "format_version": "1.2",
        "resource_drift": [drifted("t.planted", &json!({"public_ip": "1"}), &json!({"public_ip": "2"}))],
        "resource_changes": [{
            "address": "t.planted", "mode": "managed", "type": "t", "name": "planted",
            "change": {"actions": ["create", "forget"], "before": {}, "after": {},
                       "replace_paths": [["public_ip"]]}
        }],
    });
    assert_eq!(
        judge(&plan.to_string(), &expected()).drift.summary.material,
        1
    );
    plan["resource_changes"][0]["change"]["replace_paths"] = json!([]);
    assert_eq!(
        judge(&plan.to_string(), &expected()).drift.summary.benign,
        1
    );
}

#[test]
fn what_terraform_would_apply_and_nobody_knows_is_something_to_do() {
    let mut plan = json!({"format_version": "1.9", "resource_changes": [], "applyable": false});
    assert!(judge(&plan.to_string(), &expected()).is_nothing());
    plan["applyable"] = json!(true);
    assert!(!judge(&plan.to_string(), &expected()).is_nothing());
}

fn stream_is_whole(text: &str) -> bool {
    let rules = DriftRules::compile(&expected()).unwrap();
    let stream = Stream::parse(text).unwrap();
    let analysis = analyse_stream(&stream, &rules, jiff::civil::date(2026, 6, 1));
    analysis.terraform.is_whole()
}

#[test]
fn a_stream_that_lost_a_line_or_part_of_one_is_not_whole() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fixtures/plans/restarted-instances/stream.jsonl");
    let text = std::fs::read_to_string(path).unwrap();
    assert!(stream_is_whole(&text));
    let lines: Vec<&str> = text.lines().collect();
    for (number, line) in lines.iter().enumerate() {
        let without = |line: &str| {
            let mut lines = lines.clone();
            lines[number] = line;
            lines.join("\n")
        };
        let counts = line.contains("planned_change") || line.contains("change_summary");
        if counts || line.contains(r#""type":"version""#) {
            assert!(!stream_is_whole(&without("")), "{line}");
        }
        assert!(
            !stream_is_whole(&without(&line[..line.len() / 2])),
            "{line}"
        );
        if line.contains("resource_drift") {
            assert!(!stream_is_whole(&without(
                &line.replace("\"change\"", "\"other\"")
            )));
        }
    }
}

#[test]
fn the_stream_of_an_apply_is_no_plan() {
    let summary = |operation: &str| {
        let changes = json!({"add": 0, "change": 0, "remove": 0, "operation": operation});
        let line = json!({"@level": "info", "@message": "m", "type": "change_summary", "changes": changes});
        Document::read(&line.to_string()).unwrap().kind()
    };
    assert_eq!(summary("apply"), "a stream of `terraform apply -json`");
    assert_eq!(summary("destroy"), "a stream of `terraform apply -json`");
    assert_ne!(summary("plan"), "a stream of `terraform apply -json`");
}
