//! What holds whatever a document says; the fuzz targets check it beside "no panic, no hang".

use std::collections::BTreeSet;

use infra_core::config;
use infra_core::drift::{Analysis, Class, DriftRules};
use infra_core::inventory::{Inventory, is_group_name, is_host_name, is_variable_name};
use infra_core::json::Value;
use jiff::civil::Date;

/// The key under which Ansible's JSON knows data that is no template.
const UNSAFE: &str = "__ansible_unsafe";

/// A rule that finds every address change of an instance benign.
pub fn rules() -> DriftRules {
    let drift = config::Drift {
        benign: vec![config::BenignRule {
            name: "addresses".to_owned(),
            resources: vec!["**".to_owned()],
            attributes: vec![
                "public_ip".to_owned(),
                "public_dns".to_owned(),
                "tags.*".to_owned(),
            ],
            reason: "fuzzing".to_owned(),
            owner: None,
            expires: None,
            line: 1,
        }],
        consequence_types: None,
    };
    DriftRules::compile(&drift).expect("the rule is part of this file")
}

/// A day that doesn't depend on the clock, so that a finding can be repeated.
pub fn today() -> Date {
    jiff::civil::date(2026, 6, 1)
}

/// Checks the answer about drift: nothing is left out, and no destruction is ever benign.
pub fn drift_hides_nothing(analysis: &Analysis, entries: usize) {
    let report = &analysis.drift;
    assert_eq!(
        report.drift.len(),
        entries,
        "an entry of resource_drift is left out"
    );
    let summary = report.summary;
    assert_eq!(summary.benign + summary.material + summary.equal, entries);
    for entry in &report.drift {
        assert!(
            entry.class != Class::Benign || !entry.actions.destroys(),
            "{} is destroyed and called benign",
            entry.address
        );
    }
    serde_json::to_string(report).expect("the report is JSON");
}

/// Checks every way to write an inventory: names are names, data stays data, and no value
/// ends its line.
pub fn rendering_is_safe(inventory: &Inventory) {
    let hosts: BTreeSet<&str> = inventory.hosts.keys().map(String::as_str).collect();
    let groups: BTreeSet<&str> = inventory.groups.keys().map(String::as_str).collect();
    assert!(hosts.iter().all(|name| is_host_name(name)), "{hosts:?}");
    assert!(groups.iter().all(|name| is_group_name(name)), "{groups:?}");
    assert!(hosts.is_disjoint(&groups), "a host is called like a group");

    let text = inventory.list().to_string();
    let list = Value::parse(&text).expect("the list is JSON");
    let hostvars = list.get("_meta").and_then(|meta| meta.get("hostvars"));
    let hostvars = hostvars
        .and_then(Value::as_object)
        .expect("there are hostvars");
    assert!(
        hosts
            .iter()
            .copied()
            .eq(hostvars.iter().map(|(name, _)| &**name)),
        "hosts differ"
    );
    for (host, vars) in hostvars.iter() {
        is_data(vars);
        let alone = inventory.host_vars(host).to_string();
        assert_eq!(Value::parse(&alone).ok().as_ref(), Some(vars));
    }

    for line in inventory.yaml().lines() {
        let heads = ["all:", "all: {}"].contains(&line)
            || groups.iter().any(|name| {
                line.strip_prefix(&format!("\"{name}\":"))
                    .is_some_and(|rest| ["", " {}"].contains(&rest))
            });
        assert!(
            heads || line.starts_with("  "),
            "a line of the YAML begins with {line:?}"
        );
    }
    for line in inventory.ini().lines() {
        assert!(line.is_ascii(), "{line:?}");
        let name = line.split(' ').next().unwrap_or_default();
        // In the section of a group's variables.
        let variable = line.split('=').next().unwrap_or_default();
        assert!(
            line.is_empty()
                || line.starts_with(['#', '['])
                || hosts.contains(name)
                || groups.contains(name)
                || is_variable_name(variable),
            "a line of the INI begins with {line:?}"
        );
    }
    for line in inventory.ssh_config().lines() {
        assert!(
            line.is_empty()
                || line.starts_with("Host ")
                || line.starts_with("  ")
                || line.starts_with('#'),
            "a line of the ssh configuration begins with {line:?}"
        );
    }
}

/// Checks that what Ansible could take for a template is marked, and that no key is a mark.
fn is_data(value: &Value<'_>) {
    match value {
        Value::String(text) => assert!(
            !["{{", "{%", "{#"].iter().any(|open| text.contains(open)),
            "{text:?} is a template"
        ),
        Value::Array(items) => items.iter().for_each(is_data),
        Value::Object(members) => {
            let mark = members.iter().any(|(key, _)| &**key == UNSAFE);
            let only = members.iter().count() == 1;
            for (key, member) in members.iter() {
                if mark && only {
                    assert!(member.as_str().is_some(), "{member} is no text");
                } else {
                    assert!(
                        !key.starts_with("__ansible"),
                        "{key:?} means something to Ansible"
                    );
                    is_data(member);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
