//! The inventory: from states and rules to what Ansible reads.

mod ansible;
mod configured;
mod corpus;
mod declared;
mod joins;
mod laws;
mod naming;
mod providers;

use infra_core::config::{Config, InventoryRules};
use infra_core::document::read_state;
use infra_core::inventory::{BuildOptions, Built, InventoryError, build};

/// A raw state of `(type, name, attributes)`.
fn raw(resources: &[(&str, &str, &str)]) -> String {
    let resources: Vec<String> = resources
        .iter()
        .map(|(kind, name, attributes)| {
            format!(
                r#"{{"mode":"managed","type":"{kind}","name":"{name}","provider":"provider[\"registry.terraform.io/x/y\"]","instances":[{{"attributes":{attributes}}}]}}"#
            )
        })
        .collect();
    format!(r#"{{"version":4,"resources":[{}]}}"#, resources.join(","))
}

fn try_build(state: &str, rules: &InventoryRules) -> Result<Built, InventoryError> {
    build(&read_state(state).unwrap(), rules, BuildOptions::default())
}

fn built(state: &str) -> Built {
    try_build(state, &InventoryRules::default()).unwrap()
}

/// The rules of an `inventory` block with this inside.
fn rules(block: &str) -> InventoryRules {
    let text = format!(
        "stack \"s\" {{\n  terraform {{\n    dir = \".\"\n  }}\n  inventory {{\n{block}\n  }}\n}}\n"
    );
    let config = Config::parse(&text, "infra.hcl").unwrap();
    config.stacks["s"].inventory.clone()
}

/// The text of a host's variable.
fn var(built: &Built, host: &str, name: &str) -> Option<String> {
    let value = built.inventory.hosts.get(host)?.vars.get(name)?;
    Some(
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned),
    )
}
