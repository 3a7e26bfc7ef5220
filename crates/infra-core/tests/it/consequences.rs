//! Which planned changes only follow from benign drift, rule by rule.

use infra_core::config;
use serde_json::{Value, json};

use crate::recordings::{ephemeral_ip, judge, real, rules};

/// One instance whose address drifted, a runner that it triggers, and an output.
fn scenario() -> Value {
    json!({
        "format_version": "1.2",
        "resource_drift": [{
            "address": "aws_instance.primary", "mode": "managed", "type": "aws_instance", "name": "primary",
            "change": {
                "actions": ["update"],
                "before": {"id": "i-1", "public_ip": "203.0.113.5", "weight": 1, "tags": {"Name": "a"}},
                "after": {"id": "i-1", "public_ip": "203.0.113.9", "weight": 2, "tags": {"Name": "a"}}
            }
        }],
        "resource_changes": [runner("null_resource.run", "203.0.113.5", "203.0.113.9")],
        "output_changes": {"ip": {
            "actions": ["update"], "before": "203.0.113.5", "after": "203.0.113.9", "after_unknown": false
        }},
        "relevant_attributes": [{"resource": "aws_instance.primary", "attribute": ["public_ip"]}],
        "configuration": {"root_module": {
            "outputs": {"ip": {"expression": reads(&["aws_instance.primary.public_ip", "aws_instance.primary"])}},
            "resources": [
                {"address": "aws_instance.primary", "mode": "managed", "type": "aws_instance", "name": "primary"},
                configured("null_resource.run", &["aws_instance.primary.public_ip", "aws_instance.primary"])
            ],
            "module_calls": {}
        }}
    })
}

fn reads(references: &[&str]) -> Value {
    json!({ "references": references })
}

/// A planned replacement because of `triggers.host`.
fn runner(address: &str, before: &str, after: &str) -> Value {
    let (resource_type, name) = address
        .rsplit_once("null_resource.")
        .map_or(("terraform_data", address), |(_, name)| {
            ("null_resource", name)
        });
    json!({
        "address": address, "mode": "managed", "type": resource_type, "name": name,
        "action_reason": "replace_because_cannot_update",
        "change": {
            "actions": ["delete", "create"],
            "before": {"id": "5577006791947779410", "triggers": {"host": before}},
            "after": {"triggers": {"host": after}},
            "after_unknown": {"id": true, "triggers": {}},
            "replace_paths": [["triggers"]]
        }
    })
}

fn configured(address: &str, references: &[&str]) -> Value {
    json!({
        "address": address, "mode": "managed", "type": "null_resource", "name": "run",
        "expressions": {"triggers": reads(references)}
    })
}

/// Changes the scenario and returns what is real.
fn real_after(edit: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut plan = scenario();
    edit(&mut plan);
    let drift = rules(&[("r", &["aws_instance.*"], &["public_ip", "weight", "secret"])]);
    real(&judge(&plan.to_string(), &drift))
}

const TRIGGER: &str = "/configuration/root_module/resources/1/expressions/triggers/references";
const CHANGE: &str = "/resource_changes/0/change";

fn set(plan: &mut Value, pointer: &str, value: Value) {
    *plan.pointer_mut(pointer).unwrap() = value;
}

#[test]
fn the_plain_scenario_is_a_consequence() {
    assert_eq!(real_after(|_| {}), [""; 0]);
}

#[test]
fn an_action_that_is_more_than_a_forced_change_is_real() {
    let reasons = [
        (
            "replace_because_tainted",
            "it is tainted: its last creation failed",
        ),
        ("replace_by_request", "its replacement was asked for"),
        (
            "replace_by_triggers",
            "its replacement is triggered by replace_triggered_by, which the plan doesn't trace",
        ),
        ("from_the_future", "the reason is from_the_future"),
    ];
    for (reason, why) in reasons {
        let real = real_after(|plan| set(plan, "/resource_changes/0/action_reason", json!(reason)));
        assert_eq!(real, [format!("null_resource.run: {why}")]);
    }
    for (actions, why) in [
        (json!(["create"]), "it does not exist yet"),
        (json!(["delete"]), "it is to be deleted"),
        (json!(["forget"]), "it is to be dropped from the state"),
        (
            json!(["create", "forget"]),
            "it is to be dropped from the state",
        ),
        (json!(["read"]), "it can only be read during apply"),
        (json!(["explode"]), "the action is explode"),
    ] {
        let real = real_after(|plan| set(plan, &format!("{CHANGE}/actions"), actions));
        assert_eq!(real, [format!("null_resource.run: {why}")]);
    }
    for (field, value) in [
        ("deposed", json!("abc")),
        ("previous_address", json!("null_resource.old")),
    ] {
        assert_eq!(
            real_after(|plan| plan["resource_changes"][0][field] = value).len(),
            1,
            "{field}"
        );
    }
    assert_eq!(
        real_after(|plan| plan["resource_changes"][0]["change"]["importing"] = json!({"id": "x"}))
            .len(),
        1
    );
}

#[test]
fn an_expression_that_does_not_read_the_drifted_attribute_proves_nothing() {
    for references in [
        json!([]),
        json!(["var.host"]),
        json!(["aws_instance.primary.private_ip", "aws_instance.primary"]),
        json!(["aws_instance.other.public_ip", "aws_instance.other"]),
        json!([
            "aws_instance.primary[1].public_ip",
            "aws_instance.primary[1]",
            "aws_instance.primary"
        ]),
        json!([
            "data.aws_instance.primary.public_ip",
            "data.aws_instance.primary"
        ]),
        json!(["module.absent.ip", "module.absent"]),
    ] {
        let text = references.to_string();
        assert_eq!(
            real_after(|plan| set(plan, TRIGGER, references)).len(),
            1,
            "{text}"
        );
    }
    assert!(real_after(|plan| set(plan, TRIGGER, json!(["aws_instance.primary"]))).is_empty());
    let without = real_after(|plan| {
        plan.as_object_mut().unwrap().remove("configuration");
    });
    assert_eq!(without.len(), 2);
}

#[test]
fn a_local_value_is_traced_only_by_the_relevant_attributes() {
    assert!(real_after(|plan| set(plan, TRIGGER, json!(["local.host"]))).is_empty());
    for relevant in [
        json!([]),
        json!([{"resource": "aws_instance.primary", "attribute": ["id"]}]),
    ] {
        let real = real_after(|plan| {
            set(plan, TRIGGER, json!(["local.host"]));
            set(plan, "/relevant_attributes", relevant);
        });
        assert_eq!(real.len(), 1);
    }
}

#[test]
fn a_value_must_be_exactly_what_the_drift_makes_of_it() {
    let triggers = |before: Value, after: Value| {
        real_after(|plan| {
            set(plan, &format!("{CHANGE}/before/triggers"), before);
            set(plan, &format!("{CHANGE}/after/triggers"), after);
        })
        .is_empty()
    };
    assert!(triggers(
        json!({"u": "http://203.0.113.5:80/"}),
        json!({"u": "http://203.0.113.9:80/"})
    ));
    assert!(!triggers(
        json!({"u": "http://203.0.113.5:80/"}),
        json!({"u": "http://203.0.113.9:81/"})
    ));
    assert!(!triggers(
        json!({"h": "203.0.113.5", "v": "1"}),
        json!({"h": "203.0.113.9", "v": "2"})
    ));
    assert!(!triggers(
        json!({"h": "203.0.113.5", "v": "1"}),
        json!({"h": "203.0.113.9"})
    ));
    assert!(!triggers(
        json!({"h": "203.0.113.5"}),
        json!({"h": "203.0.113.9", "v": "new"})
    ));
    assert!(!triggers(
        json!({"h": "203.0.113.5"}),
        json!({"h": "203.0.113.8"})
    ));
    assert!(!triggers(
        json!({"h": "203.0.113.50"}),
        json!({"h": "203.0.113.90"})
    ));
    assert!(!triggers(
        json!(["203.0.113.5"]),
        json!(["203.0.113.9", "x"])
    ));
    assert!(triggers(
        json!(["10.0.0.1", "203.0.113.5", "203.0.113.7"]),
        json!(["10.0.0.1", "203.0.113.7", "203.0.113.9"])
    ));
    assert!(!triggers(
        json!(["z", "203.0.113.5"]),
        json!(["203.0.113.9", "z"])
    ));
}

#[test]
fn a_new_trigger_is_real_even_if_the_address_was_empty_before() {
    let from_empty = |before: Value| {
        real_after(|plan| {
            plan["output_changes"] = json!({});
            set(plan, "/resource_drift/0/change/before/public_ip", json!(""));
            set(plan, &format!("{CHANGE}/before/triggers"), before);
        })
    };
    assert_eq!(from_empty(json!({"host": ""})), [""; 0]);
    assert_eq!(
        from_empty(json!({})),
        ["null_resource.run: triggers.host is new"]
    );
    assert_eq!(from_empty(Value::Null).len(), 1);
}

#[test]
fn a_short_value_proves_nothing_even_where_it_is_read() {
    let real = real_after(|plan| {
        set(
            plan,
            TRIGGER,
            json!(["aws_instance.primary.weight", "aws_instance.primary"]),
        );
        set(
            plan,
            &format!("{CHANGE}/before/triggers"),
            json!({"step": "1"}),
        );
        set(
            plan,
            &format!("{CHANGE}/after/triggers"),
            json!({"step": "2"}),
        );
    });
    assert_eq!(
        real,
        ["null_resource.run: triggers.step changes in a way that benign drift doesn't explain"]
    );
}

#[test]
fn material_drift_explains_nothing() {
    let plan = scenario().to_string();
    for drift in [
        config::Drift::default(),
        rules(&[("r", &["aws_instance.*"], &["weight"])]),
    ] {
        let analysis = judge(&plan, &drift);
        assert_eq!(real(&analysis).len(), 2);
        assert!(analysis.drift.consequences.is_empty());
    }
}

#[test]
fn a_replacement_that_something_else_forces_too_is_real() {
    for paths in [
        json!([["triggers"], ["other"]]),
        json!([]),
        json!([[]]),
        json!([[{}]]),
    ] {
        let text = paths.to_string();
        let real = real_after(|plan| set(plan, &format!("{CHANGE}/replace_paths"), paths));
        assert_eq!(real.len(), 1, "{text}");
    }
}

#[test]
fn only_types_that_stand_for_nothing_in_the_world_may_be_consequences() {
    let mut plan = scenario();
    set(
        &mut plan,
        "/resource_changes/0/type",
        json!("aws_route53_record"),
    );
    assert_eq!(real(&judge(&plan.to_string(), &ephemeral_ip())).len(), 1);
    let mut none = ephemeral_ip();
    none.consequence_types = Some(Vec::new());
    assert_eq!(real(&judge(&scenario().to_string(), &none)).len(), 1);
}

#[test]
fn a_value_passes_through_variables_and_outputs_of_modules() {
    let through = |call: Value, key: &str| {
        real_after(|plan| {
            let address = format!("module.m{key}.null_resource.run");
            plan["resource_changes"] = json!([runner(&address, "203.0.113.5", "203.0.113.9")]);
            plan["output_changes"]["ip"]["before"] = json!("http://203.0.113.5");
            plan["output_changes"]["ip"]["after"] = json!("http://203.0.113.9");
            let root = &mut plan["configuration"]["root_module"];
            root["outputs"]["ip"]["expression"] = reads(&["module.m.url", "module.m"]);
            root["module_calls"]["m"] = call;
        })
    };
    let module = json!({
        "resources": [configured("null_resource.run", &["var.host"])],
        "outputs": {"url": {"expression": reads(&["var.host"])}}
    });
    let given = json!({"host": reads(&["aws_instance.primary.public_ip", "aws_instance.primary"])});
    assert_eq!(
        through(json!({"expressions": given, "module": module}), ""),
        [""; 0]
    );
    let each = json!({
        "expressions": {"host": reads(&["each.value"])},
        "for_each_expression": reads(&["aws_instance.primary"]), "module": module
    });
    assert_eq!(through(each, "[\"a.b\"]"), [""; 0]);
    assert_eq!(
        through(json!({"expressions": {}, "module": module}), "").len(),
        2
    );
}

/// A second runner that reads the id of the first, which is known only after apply.
fn with_second(plan: &mut Value, before: &str, references: &[&str]) {
    let mut second = runner("null_resource.second", before, "");
    second["change"]["after"]["triggers"] = json!({});
    second["change"]["after_unknown"]["triggers"] = json!({"host": true});
    // Before the first, to show that the order of the document doesn't matter.
    plan["resource_changes"]
        .as_array_mut()
        .unwrap()
        .insert(0, second);
    let resources = plan["configuration"]["root_module"]["resources"]
        .as_array_mut()
        .unwrap();
    resources.push(configured("null_resource.second", references));
}

#[test]
fn a_consequence_of_a_consequence_is_one_too() {
    let id = "5577006791947779410";
    let first = ["null_resource.run.id", "null_resource.run"];
    assert_eq!(real_after(|plan| with_second(plan, id, &first)), [""; 0]);
    assert_eq!(
        real_after(|plan| with_second(plan, "something else", &first)),
        [
            "null_resource.second: triggers.host will only be known after apply, and what it was doesn't come from \
          anything that follows from benign drift"
        ]
    );
    for other in ["var.x", "local.x", "data.a.b.c"] {
        let real = real_after(|plan| with_second(plan, id, &[first[0], first[1], other]));
        assert_eq!(
            real,
            [format!(
                "null_resource.second: triggers will only be known after apply, and it reads {other}, \
                      whose value the plan doesn't trace"
            )]
        );
    }
    let real = real_after(|plan| {
        with_second(plan, id, &first);
        plan["resource_changes"][1]["action_reason"] = json!("replace_because_tainted");
    });
    assert_eq!(
        real[0],
        "null_resource.second: it reads null_resource.run, whose change is real"
    );
}

#[test]
fn changes_that_only_explain_each_other_are_real() {
    let id = "5577006791947779410";
    let real = real_after(|plan| {
        plan["resource_drift"] = json!([]);
        plan["output_changes"] = json!({});
        with_second(plan, id, &["null_resource.run.id", "null_resource.run"]);
        plan["resource_changes"][1] = plan["resource_changes"][0].clone();
        plan["resource_changes"][1]["address"] = json!("null_resource.run");
        set(
            plan,
            TRIGGER,
            json!(["null_resource.second.id", "null_resource.second"]),
        );
    });
    assert_eq!(real.len(), 2, "{real:?}");
}

#[test]
fn a_sensitive_value_is_in_no_part_of_the_answer() {
    let mut plan = scenario();
    plan["resource_drift"][0]["change"]["before_sensitive"] = json!({"public_ip": true});
    let analysis = judge(&plan.to_string(), &ephemeral_ip());
    let text = format!("{analysis:?} {}", serde_json::to_string(&analysis).unwrap());
    assert!(!text.contains("203.0.113") && text.contains("public_ip (sensitive) → (sensitive)"));
}

#[test]
fn not_even_the_keys_of_a_sensitive_map_are_named() {
    let answer = |before: Value| {
        let mut plan = scenario();
        set(&mut plan, &format!("{CHANGE}/before/triggers"), before);
        plan["resource_changes"][0]["change"]["after_sensitive"] = json!({"triggers": true});
        let analysis = judge(&plan.to_string(), &ephemeral_ip());
        (real(&analysis), serde_json::to_string(&analysis).unwrap())
    };
    let (proven, text) = answer(json!({"host": "203.0.113.5"}));
    assert_eq!(proven, [""; 0]);
    assert!(
        text.contains("triggers reads") && !text.contains("host"),
        "{text}"
    );
    let (open, text) = answer(json!({"host": "something else"}));
    assert_eq!(
        open,
        ["null_resource.run: triggers, which is sensitive, is not explained"]
    );
    assert!(!text.contains("host"));
}

#[test]
fn outputs_that_appear_or_go_are_real() {
    for action in ["create", "delete"] {
        assert_eq!(
            real_after(|plan| set(plan, "/output_changes/ip/actions", json!([action]))).len(),
            1
        );
    }
}

#[test]
fn a_plan_that_is_not_whole_is_never_nothing() {
    assert!(judge(&scenario().to_string(), &rules(&[("r", &["*"], &["*"])])).is_nothing());
    for (field, value) in [
        ("errored", json!(true)),
        ("complete", json!(false)),
        (
            "deferred_changes",
            json!([{"reason": "resource_config_unknown", "resource_change": runner("null_resource.d", "a", "b")}]),
        ),
        (
            "checks",
            json!([{"address": {"to_display": "check.up"}, "status": "fail"}]),
        ),
        (
            "action_invocations",
            json!([{"address": "action.aws_lambda_invoke.x", "type": "aws_lambda_invoke", "invoke_action_trigger": {}}]),
        ),
    ] {
        let mut plan = scenario();
        plan[field] = value;
        let analysis = judge(&plan.to_string(), &rules(&[("r", &["*"], &["*"])]));
        assert!(!analysis.is_nothing(), "{field}");
        assert_eq!(analysis.drift.errored, field == "errored");
    }
}

#[test]
fn thousands_of_runners_of_thousands_of_instances_take_moments() {
    let many = 4_000;
    let mut plan = scenario();
    let drift: Vec<Value> = (0..many)
        .map(|n| {
            let mut entry = plan["resource_drift"][0].clone();
            entry["address"] = json!(format!("aws_instance.primary[{n}]"));
            entry["change"]["before"]["public_ip"] =
                json!(format!("192.0.{}.{}", n / 256, n % 256));
            entry["change"]["after"]["public_ip"] =
                json!(format!("198.51.{}.{}", n / 256, n % 256));
            entry
        })
        .collect();
    let changes: Vec<Value> = (0..many)
        .flat_map(|n| {
            let ip = |net| format!("{net}.{}.{}", n / 256, n % 256);
            let mut first = runner(
                &format!("null_resource.run[{n}]"),
                &ip("192.0"),
                &ip("198.51"),
            );
            first["change"]["before"]["id"] = json!(format!("55770067919477{n:05}"));
            let mut second = first.clone();
            second["address"] = json!(format!("null_resource.second[{n}]"));
            second["change"]["before"]["triggers"] =
                json!({"dep": first["change"]["before"]["id"]});
            second["change"]["after"]["triggers"] = json!({});
            second["change"]["after_unknown"]["triggers"] = json!({"dep": true});
            [first, second]
        })
        .collect();
    with_second(&mut plan, "x", &["null_resource.run", "count.index"]);
    plan["resource_drift"] = json!(drift);
    plan["resource_changes"] = json!(changes);
    plan["output_changes"] = json!({});
    let started = std::time::Instant::now();
    let analysis = judge(&plan.to_string(), &rules(&[("r", &["*"], &["*"])]));
    assert!(analysis.is_nothing(), "{:?}", real(&analysis).first());
    assert_eq!(analysis.drift.consequences.len(), 2 * many);
    // Ten times what a debug build takes; a quadratic one takes minutes.
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}
