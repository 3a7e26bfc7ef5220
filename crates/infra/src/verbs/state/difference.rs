//! What a copy of the state has differently.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use super::copy::Copy;

/// What a restore changes: names only, because the values in a state are secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What is restored, for a person
    pub from: String,
    /// The serial of the present state; 0 if there is none
    pub present_serial: u64,
    /// The serial of the copy
    pub copy_serial: u64,
    /// The resources that differ, by address
    pub resources: Vec<ResourceChange>,
    /// The outputs that differ
    pub outputs: Vec<String>,
}

/// A resource that the copy and the present state have differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ResourceChange {
    /// Its address
    pub address: String,
    /// `returns` to the state, is `forgotten` by it, or `changes` in it
    pub change: &'static str,
    /// The attributes that change
    pub attributes: Vec<String>,
}

/// Compares a copy with the present state, if there is one.
pub(super) fn difference(from: String, present: Option<&Copy>, copy: &Copy) -> Difference {
    let now = present.map(|present| instances(&present.json));
    let (now, then) = (now.unwrap_or_default(), instances(&copy.json));
    let mut resources = Vec::new();
    for (address, attributes) in &then {
        match now.get(address) {
            None => resources.push(change(address, "returns", Vec::new())),
            Some(present) if present != attributes => {
                let changed = changed(present, attributes);
                resources.push(change(address, "changes", changed));
            }
            Some(_) => {}
        }
    }
    let forgotten = now.keys().filter(|address| !then.contains_key(*address));
    resources.extend(forgotten.map(|address| change(address, "forgotten", Vec::new())));
    resources.sort_by(|a, b| a.address.cmp(&b.address));
    let none = Map::new();
    let names = differing(
        present.and_then(outputs).unwrap_or(&none),
        outputs(copy).unwrap_or(&none),
    );
    Difference {
        from,
        present_serial: present.map_or(0, |present| present.id.serial),
        copy_serial: copy.id.serial,
        resources,
        outputs: names,
    }
}

fn outputs(copy: &Copy) -> Option<&Map<String, Value>> {
    copy.json.get("outputs").and_then(Value::as_object)
}

fn change(address: &str, change: &'static str, attributes: Vec<String>) -> ResourceChange {
    ResourceChange {
        address: address.to_owned(),
        change,
        attributes,
    }
}

/// The objects of a raw state by address, deposed ones under a name of their own
/// (`internal/states/statefile/version4.go`).
pub(super) fn instances(state: &Value) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    let list = |value: &Value, name: &str| -> Vec<Value> {
        value
            .get(name)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    let text = |value: &Value, name: &str| {
        value
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    for resource in list(state, "resources") {
        let module = match text(&resource, "module") {
            module if module.is_empty() => module,
            module => format!("{module}."),
        };
        let mode = if text(&resource, "mode") == "data" {
            "data."
        } else {
            ""
        };
        let (kind, name) = (text(&resource, "type"), text(&resource, "name"));
        for instance in list(&resource, "instances") {
            let key = instance
                .get("index_key")
                .map(|key| format!("[{key}]"))
                .unwrap_or_default();
            let deposed = match text(&instance, "deposed") {
                deposed if deposed.is_empty() => deposed,
                deposed => format!(" (deposed {deposed})"),
            };
            let attributes = instance.get("attributes").cloned().unwrap_or_default();
            all.insert(
                format!("{module}{mode}{kind}.{name}{key}{deposed}"),
                attributes,
            );
        }
    }
    all
}

fn changed(now: &Value, then: &Value) -> Vec<String> {
    match (now.as_object(), then.as_object()) {
        (Some(now), Some(then)) => differing(now, then),
        _ => Vec::new(),
    }
}

/// The names of the members that one of the objects has differently from the other.
fn differing(now: &Map<String, Value>, then: &Map<String, Value>) -> Vec<String> {
    let mut names: Vec<String> = now
        .keys()
        .chain(then.keys())
        .filter(|name| now.get(*name) != then.get(*name))
        .cloned()
        .collect();
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verbs::state::copy::read_copy;

    fn copy(serial: u64, resources: &str) -> Copy {
        let text = format!(
            r#"{{"version":4,"terraform_version":"1.11.4","serial":{serial},"lineage":"a",
                "outputs":{{"o":{{"value":{serial},"type":"number"}}}},"resources":{resources}}}"#
        );
        read_copy("a copy", text.as_bytes()).unwrap()
    }

    fn resource(name: &str, value: &str) -> String {
        format!(
            r#"{{"mode":"managed","type":"t","name":"{name}","provider":"provider[\"p\"]",
                "instances":[{{"schema_version":0,"index_key":"k","attributes":{{"a":"{value}","b":1}}}}]}}"#
        )
    }

    #[test]
    fn what_returns_what_is_forgotten_and_what_changes_is_named_without_values() {
        let present = copy(
            7,
            &format!(
                "[{},{}]",
                resource("stays", "hunter2"),
                resource("goes", "x")
            ),
        );
        let old = copy(
            3,
            &format!(
                "[{},{}]",
                resource("stays", "hunter1"),
                resource("comes", "x")
            ),
        );
        let difference = difference("a copy".to_owned(), Some(&present), &old);
        let told: Vec<String> = difference
            .resources
            .iter()
            .map(|change| {
                format!(
                    "{} {} {:?}",
                    change.address, change.change, change.attributes
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                "t.comes[\"k\"] returns []",
                "t.goes[\"k\"] forgotten []",
                "t.stays[\"k\"] changes [\"a\"]"
            ]
        );
        assert_eq!(difference.outputs, ["o"]);
        assert!(
            !serde_json::to_string(&difference)
                .unwrap()
                .contains("hunter")
        );
    }

    #[test]
    fn what_is_no_state_of_version_4_is_refused() {
        for text in ["", "{}", r#"{"version":5,"serial":1,"lineage":"a"}"#] {
            assert!(read_copy("a copy", text.as_bytes()).is_err(), "{text}");
        }
    }
}
