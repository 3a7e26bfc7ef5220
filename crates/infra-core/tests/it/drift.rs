//! What changed outside of Terraform, and whether a rule expects it.

use infra_core::config;
use infra_core::document::{Document, decode};
use infra_core::drift::{Class, DriftRules, analyse, analyse_stream};
use infra_core::json::{self, Masks};
use infra_core::terraform::Stream;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::corpus;
use crate::recordings::{ephemeral_ip, judge, recording, rules};

fn drifted(
    address: &str,
    actions: &[&str],
    before: impl Into<Value>,
    after: impl Into<Value>,
) -> Value {
    let (before, after): (Value, Value) = (before.into(), after.into());
    json!({
        "address": address, "mode": "managed", "type": "aws_instance", "name": "x",
        "change": {"actions": actions, "before": before, "after": after}
    })
}

fn plan(drift: &[Value]) -> Value {
    json!({"format_version": "1.2", "resource_drift": drift, "resource_changes": []})
}

/// `ADDRESS CLASS RULE: PATH CLASS, …` for each entry.
fn shown(plan: &Value, drift: &config::Drift) -> Vec<String> {
    let entries = judge(&plan.to_string(), drift).drift.drift;
    entries
        .iter()
        .map(|entry| {
            let leaves: Vec<String> = entry
                .attributes
                .iter()
                .map(|leaf| format!("{} {:?}", leaf.path, leaf.class))
                .collect();
            format!(
                "{} {:?} {}: {}",
                entry.address,
                entry.class,
                entry.rule.as_deref().unwrap_or("-"),
                leaves.join(", ")
            )
        })
        .collect()
}

#[test]
fn an_entry_is_as_bad_as_its_worst_attribute() {
    let plan = plan(&[
        drifted(
            "aws_instance.a",
            &["update"],
            json!({"public_ip": "x", "tags": null}),
            json!({"public_ip": "y", "tags": {}}),
        ),
        drifted(
            "aws_instance.b",
            &["update"],
            json!({"public_ip": "x", "ami": "1"}),
            json!({"public_ip": "y", "ami": "2"}),
        ),
        drifted(
            "aws_instance.c",
            &["update"],
            json!({"groups": ["a", "b"]}),
            json!({"groups": ["b", "a"]}),
        ),
        drifted(
            "aws_instance.d",
            &["no-op"],
            json!({"ami": "1"}),
            json!({"ami": "1"}),
        ),
        drifted(
            "aws_eip.e",
            &["update"],
            json!({"public_ip": "x"}),
            json!({"public_ip": "y"}),
        ),
    ]);
    assert_eq!(
        shown(&plan, &ephemeral_ip()),
        [
            "aws_instance.a Benign ephemeral-public-ip: public_ip Benign, tags Equal",
            "aws_instance.b Material -: ami Material, public_ip Benign",
            "aws_instance.c Equal -: groups Equal",
            "aws_instance.d Equal -: ",
            "aws_eip.e Material -: public_ip Material",
        ]
    );
}

#[test]
fn a_deletion_and_everything_that_is_no_update_is_material() {
    let all = rules(&[("all", &["*"], &["*"])]);
    let (before, after) = (json!({"ami": "1"}), json!({"ami": "2"}));
    for actions in [["delete"], ["create"], ["forget"], ["read"], ["explode"]] {
        let plan = plan(&[drifted(
            "aws_instance.a",
            &actions,
            before.clone(),
            after.clone(),
        )]);
        assert_eq!(
            judge(&plan.to_string(), &all).drift.summary.material,
            1,
            "{actions:?}"
        );
    }
    let mut deposed = drifted("aws_instance.a", &["update"], before.clone(), after.clone());
    deposed["deposed"] = json!("byebye");
    let missing = drifted("aws_instance.a", &["update"], Value::Null, Value::Null);
    for entry in [
        deposed,
        missing,
        drifted("a.b", &["update"], before, Value::Null),
    ] {
        assert_eq!(
            judge(&plan(&[entry]).to_string(), &all)
                .drift
                .summary
                .material,
            1
        );
    }
}

#[test]
fn a_path_that_forces_a_replacement_is_material_above_and_below() {
    let all = rules(&[("all", &["*"], &["*"])]);
    let drift = [drifted(
        "aws_instance.a",
        &["update"],
        json!({"net": [{"ip": "a"}], "x": 1}),
        json!({"net": [{"ip": "b"}], "x": 2}),
    )];
    for (paths, class) in [
        (json!([["net"]]), Class::Material),
        (json!([["net", 0, "ip", "deeper"]]), Class::Material),
        (json!([[]]), Class::Material),
        (json!([["other"]]), Class::Benign),
    ] {
        let mut plan = plan(&drift);
        plan["resource_changes"] = json!([{
            "address": "aws_instance.a",
            "change": {"actions": ["delete", "create"], "before": {}, "after": {}, "replace_paths": paths}
        }]);
        let analysis = judge(&plan.to_string(), &all);
        assert_eq!(
            analysis.drift.drift[0].attributes[0].class, class,
            "{paths}"
        );
        assert!(!analysis.is_nothing());
    }
}

#[test]
fn a_moved_object_keeps_its_old_address_in_the_answer() {
    let mut moved = drifted(
        "aws_instance.new",
        &["no-op"],
        json!({"a": 1}),
        json!({"a": 1}),
    );
    moved["previous_address"] = json!("aws_instance.old");
    let analysis = judge(&plan(&[moved]).to_string(), &config::Drift::default());
    let entry = serde_json::to_value(&analysis.drift.drift[0]).unwrap();
    assert_eq!(entry["previous_address"], "aws_instance.old");
    assert_eq!(entry["class"], "equal");
}

#[test]
fn the_first_rule_that_holds_counts_and_every_rule_is_accounted_for() {
    let mut drift = rules(&[
        ("expired", &["aws_instance.*"], &["public_ip"]),
        ("first", &["aws_instance.a*"], &["public_ip"]),
        ("second", &["*"], &["public_ip"]),
        ("idle", &["aws_eip.*"], &["*"]),
    ]);
    drift.benign[0].expires = Some(jiff::civil::date(2026, 5, 31));
    let one = |address| {
        drifted(
            address,
            &["update"],
            json!({"public_ip": "x"}),
            json!({"public_ip": "y"}),
        )
    };
    let plan = plan(&[
        one("aws_instance.a"),
        one("aws_instance.a[0]"),
        one("aws_instance.b"),
    ]);
    let report = judge(&plan.to_string(), &drift).drift;
    let uses: Vec<_> = report
        .rules
        .iter()
        .map(|rule| (rule.name.as_str(), rule.hits))
        .collect();
    assert_eq!(
        uses,
        [("expired", 0), ("first", 2), ("second", 1), ("idle", 0)]
    );
    assert_eq!(
        (report.unused_rules, report.expired_rules),
        (
            vec!["expired".to_owned(), "idle".to_owned()],
            vec!["expired".to_owned()]
        )
    );

    drift.benign.truncate(1);
    let report = judge(&plan.to_string(), &drift).drift;
    assert_eq!(
        report.drift[0].why.as_deref(),
        Some("the rule expired for public_ip expired on 2026-05-31")
    );
}

#[test]
fn the_answer_is_the_json_of_the_contract() {
    let mut entry = drifted(
        "aws_instance.a",
        &["update"],
        json!({"public_ip": "x", "user_data": "s1", "password": "p1", "size": 1.50}),
        json!({"public_ip": "y", "user_data": "s2", "password": "p2", "size": 2}),
    );
    entry["change"]["after_sensitive"] = json!({"user_data": true});
    let drift = rules(&[("r", &["*"], &["*"])]);
    let analysis = judge(&plan(&[entry]).to_string(), &drift);
    insta::assert_snapshot!(serde_json::to_string_pretty(&analysis.drift).unwrap(), @r##"
    {
      "format_version": "1.0",
      "source": "plan",
      "errored": false,
      "complete": null,
      "summary": {
        "benign": 1,
        "material": 0,
        "equal": 0
      },
      "drift": [
        {
          "address": "aws_instance.a",
          "actions": [
            "update"
          ],
          "class": "benign",
          "rule": "r",
          "attributes": [
            {
              "path": "password",
              "before": "(sensitive)",
              "after": "(sensitive)",
              "class": "benign",
              "rule": "r"
            },
            {
              "path": "public_ip",
              "before": "x",
              "after": "y",
              "class": "benign",
              "rule": "r"
            },
            {
              "path": "size",
              "before": 1.5,
              "after": 2,
              "class": "benign",
              "rule": "r"
            },
            {
              "path": "user_data",
              "before": "(sensitive)",
              "after": "(sensitive)",
              "class": "benign",
              "rule": "r"
            }
          ]
        }
      ],
      "consequences": [],
      "rules": [
        {
          "name": "r",
          "hits": 4,
          "reason": "a test",
          "owner": null,
          "expires": null,
          "expired": false
        }
      ],
      "unused_rules": [],
      "expired_rules": []
    }
    "##);
    assert!(analysis.is_nothing());
}

#[test]
fn a_stream_has_no_values_so_nothing_in_it_is_benign_or_a_consequence() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fixtures/plans/restarted-instances/stream.jsonl");
    let text = std::fs::read_to_string(path).unwrap();
    let stream = Stream::parse(&text).unwrap();
    let rules = DriftRules::compile(&ephemeral_ip()).unwrap();
    let analysis = analyse_stream(&stream, &rules, jiff::civil::date(2026, 6, 1));
    let whole = judge(&recording("restarted-instances"), &ephemeral_ip());
    assert_eq!(analysis.drift.summary.material, whole.drift.drift.len());
    assert_eq!(
        analysis.terraform.real_changes().count(),
        whole.terraform.changes.len()
    );
    let json = serde_json::to_value(&analysis).unwrap();
    assert_eq!(json["drift"]["source"], "plan stream");
    assert_eq!(json["drift"]["drift"][0]["attributes"], json!([]));
    assert_eq!(json["terraform"]["replace"], 3);
    assert!(!analysis.is_nothing() && analysis.terraform.is_whole());
}

#[test]
fn no_recorded_plan_loses_an_entry() {
    let sets = [config::Drift::default(), rules(&[("all", &["*"], &["*"])])];
    for (name, bytes) in corpus::documents() {
        let Ok(text) = decode(&bytes) else { continue };
        for config in &sets {
            let rules = DriftRules::compile(config).unwrap();
            let today = jiff::civil::date(2026, 6, 1);
            match Document::read(&text) {
                Ok(Document::Plan(plan)) => {
                    let analysis = analyse(&plan, &rules, today);
                    let pending = plan.pending_changes().count()
                        + plan.pending_outputs().count()
                        + plan.deferred_changes.len()
                        + plan.action_invocations.len();
                    assert_eq!(
                        analysis.drift.drift.len(),
                        plan.resource_drift.len(),
                        "{name}"
                    );
                    assert_eq!(analysis.terraform.changes.len(), pending, "{name}");
                    serde_json::to_string(&analysis).unwrap();
                }
                Ok(Document::Stream(stream)) => {
                    let analysis = analyse_stream(&stream, &rules, today);
                    serde_json::to_string(&analysis).unwrap();
                }
                _ => {}
            }
        }
    }
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[a-c{}\\[\\]\"]{0,4}".prop_map(Value::from),
        Just(json!("{\"a\": [1, 2]}")),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-d]|command", inner, 0..4)
                .prop_map(|members| members.into_iter().collect()),
        ]
    })
}

fn differences(before: &Value, after: &Value) -> Vec<(String, bool)> {
    let (before, after) = (before.to_string(), after.to_string());
    let before = json::Value::parse(&before).unwrap();
    let after = json::Value::parse(&after).unwrap();
    json::diff(&before, &after, Masks::default())
        .into_iter()
        .map(|leaf| (leaf.path.to_string(), leaf.equal))
        .collect()
}

fn equal(before: &Value, after: &Value) -> bool {
    let (before, after) = (before.to_string(), after.to_string());
    json::equal(
        &json::Value::parse(&before).unwrap(),
        &json::Value::parse(&after).unwrap(),
    )
}

proptest! {
    #[test]
    fn a_value_equals_itself_and_equality_has_no_direction(a in values(), b in values()) {
        prop_assert!(differences(&a, &a).is_empty());
        prop_assert_eq!(equal(&a, &b), equal(&b, &a));
    }

    #[test]
    fn two_values_are_equal_exactly_if_every_leaf_that_differs_is(a in values(), b in values()) {
        let (a, b) = (json!({"a": a}), json!({"a": b}));
        prop_assert_eq!(equal(&a, &b), differences(&a, &b).iter().all(|(_, equal)| *equal));
    }

    #[test]
    fn the_order_of_a_list_makes_no_difference(
        (items, shuffled) in prop::collection::vec(values(), 1..6)
            .prop_flat_map(|items| (Just(items.clone()), Just(items).prop_shuffle()))
    ) {
        let (a, b) = (json!({"groups": items}), json!({"groups": shuffled}));
        prop_assert!(equal(&a, &b));
        prop_assert!(differences(&a, &b).iter().all(|(_, equal)| *equal));
    }

    #[test]
    fn a_rule_that_does_not_match_changes_nothing(before in values(), after in values(), at in 0_usize..2) {
        let plan = plan(&[drifted("aws_instance.a", &["update"], json!({"v": before}), json!({"v": after}))]);
        let mut more = ephemeral_ip();
        more.benign.insert(at.min(more.benign.len()), rules(&[("idle", &["aws_eip.*"], &["*"])]).benign.remove(0));
        prop_assert_eq!(shown(&plan, &ephemeral_ip()), shown(&plan, &more));
    }

    #[test]
    fn a_rule_for_everything_hides_no_deletion_and_no_replacement(
        before in values(), after in values(),
        action in prop_oneof![Just(json!(["delete"])), Just(json!(["delete", "create"])), Just(json!(["create"])), Just(json!(["update"]))],
        resource_type in prop_oneof![Just("aws_instance"), Just("null_resource"), Just("terraform_data")],
        reason in prop_oneof![Just(Value::Null), Just(json!("replace_because_tainted")), Just(json!("replace_because_cannot_update"))],
    ) {
        let address = format!("{resource_type}.b");
        let mut plan = plan(&[drifted("aws_instance.a", &["update"], json!({"ip": "203.0.113.5"}), json!({"ip": "203.0.113.9"}))]);
        plan["resource_changes"] = json!([{
            "address": address, "mode": "managed", "type": resource_type, "name": "b", "action_reason": reason,
            "change": {"actions": action, "before": {"triggers": before}, "after": {"triggers": after}, "replace_paths": [["triggers"]]}
        }]);
        // The expression reads the drifted address, but the values don't come from it.
        plan["configuration"] = json!({"root_module": {"resources": [{
            "address": address, "mode": "managed", "type": resource_type, "name": "b",
            "expressions": {"triggers": {"references": ["aws_instance.a.ip", "aws_instance.a"]}}
        }]}});
        let analysis = judge(&plan.to_string(), &rules(&[("all", &["*"], &["*"])]));
        prop_assert_eq!(analysis.drift.summary.benign, 1);
        prop_assert!(!analysis.is_nothing());
    }
}
