//! A plan in which everything depends on everything: each resource refers to ten others, and
//! all of them follow from one address that drifted.

use std::fs;

use anyhow::{Context as _, Result};
use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Value, json};

/// How many others a resource refers to.
const REFERENCES: usize = 10;

const CONFIGURATION: &str = r#"stack "web" {
  terraform { dir = "." }
  backend "local" {}

  drift {
    benign "ephemeral-public-ip" {
      resources  = ["aws_instance.web"]
      attributes = ["public_ip"]
      reason     = "no Elastic IP"
    }
  }
}
"#;

/// Writes the plan with an `infra.hcl` beside it.
pub(super) fn write(resources: usize, dir: &Utf8Path) -> Result<Utf8PathBuf> {
    let dir = dir.join(format!("web-{resources}"));
    fs::create_dir_all(&dir).with_context(|| format!("can't create {dir}"))?;
    fs::write(dir.join("infra.hcl"), CONFIGURATION)?;
    let path = dir.join("plan.json");
    fs::write(&path, plan(resources).to_string()).with_context(|| format!("can't write {path}"))?;
    Ok(path)
}

fn name(number: usize) -> String {
    format!("n{number:05}")
}

fn id(number: usize) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

/// What a resource refers to: earlier resources, and where there are none the address.
fn others(number: usize) -> Vec<Option<usize>> {
    let mut others: Vec<Option<usize>> = (1..=REFERENCES)
        .map(|back| number.checked_sub(back * back))
        .collect();
    others.dedup();
    others
}

fn plan(resources: usize) -> Value {
    let drift = json!({
        "address": "aws_instance.web", "mode": "managed", "type": "aws_instance", "name": "web",
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "change": {"actions": ["update"],
            "before": {"id": "i-1", "public_ip": "198.51.100.1"},
            "after": {"id": "i-1", "public_ip": "198.51.100.2"},
            "after_unknown": {}, "before_sensitive": {}, "after_sensitive": {}},
    });
    let mut configuration = vec![json!({
        "address": "aws_instance.web", "mode": "managed", "type": "aws_instance", "name": "web",
        "provider_config_key": "aws", "expressions": {}, "schema_version": 1,
    })];
    let mut relevant = vec![json!({"resource": "aws_instance.web", "attribute": ["public_ip"]})];
    let changes = (0..resources).map(|number| {
        let address = format!("terraform_data.{}", name(number));
        let id = id(number);
        let (mut before, mut after, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
        for other in others(number) {
            before
                .push(other.map_or_else(|| json!("198.51.100.1"), |other| json!(self::id(other))));
            after.push(other.map_or_else(|| json!("198.51.100.2"), |_| Value::Null));
            unknown.push(other.is_some());
        }
        json!({
            "address": address, "mode": "managed", "type": "terraform_data", "name": name(number),
            "provider_name": "terraform.io/builtin/terraform",
            "action_reason": "replace_because_cannot_update",
            "change": {"actions": ["delete", "create"],
                "before": {"id": id, "input": null, "output": null, "triggers_replace": before},
                "after": {"input": null, "output": null, "triggers_replace": after},
                "after_unknown": {"id": true, "triggers_replace": unknown},
                "before_sensitive": {}, "after_sensitive": {},
                "replace_paths": [["triggers_replace"]]},
        })
    });
    let changes: Vec<Value> = changes.collect();
    for number in 0..resources {
        let mut references = Vec::new();
        for other in others(number) {
            if let Some(other) = other {
                references.push(format!("terraform_data.{}.id", name(other)));
                references.push(format!("terraform_data.{}", name(other)));
            } else {
                references.push("aws_instance.web.public_ip".to_owned());
                references.push("aws_instance.web".to_owned());
            }
        }
        configuration.push(json!({
            "address": format!("terraform_data.{}", name(number)), "mode": "managed",
            "type": "terraform_data", "name": name(number), "provider_config_key": "terraform",
            "expressions": {"triggers_replace": {"references": references}}, "schema_version": 0,
        }));
        relevant.push(json!({
            "resource": format!("terraform_data.{}", name(number)), "attribute": ["id"],
        }));
    }
    json!({
        "format_version": "1.2", "terraform_version": "1.9.8",
        "planned_values": {"root_module": {}},
        "resource_drift": [drift],
        "resource_changes": changes,
        "configuration": {"root_module": {"resources": configuration}},
        "relevant_attributes": relevant,
        "applyable": true, "complete": true, "errored": false,
    })
}
