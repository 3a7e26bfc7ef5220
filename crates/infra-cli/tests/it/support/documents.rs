//! Small documents, as Terraform writes them.

use serde_json::{Value, json};

/// A stack whose hosts have no Elastic IP.
pub(crate) const FEDERATION: &str = r#"
stack "federation" {
  terraform { dir = "terraform" }
  drift {
    benign "ephemeral-public-ip" {
      resources  = ["aws_instance.*"]
      attributes = ["public_ip", "public_dns"]
      reason     = "no Elastic IP: a new address at every start"
    }
  }
}
"#;

/// The same with a playbook.
pub(crate) const WITH_PLAYBOOK: &str = r#"
stack "federation" {
  terraform { dir = "terraform" }
  playbook "prometheus" { path = "site.yml" }
}
"#;

/// An instance as a state has it.
pub(crate) fn instance(name: &str, address: &str) -> Value {
    json!({
        "address": format!("aws_instance.{name}"),
        "mode": "managed",
        "type": "aws_instance",
        "name": name,
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "schema_version": 1,
        "values": {
            "id": format!("i-{name}"),
            "public_ip": address,
            "private_ip": "10.0.0.1",
            "tags": { "Name": name },
        },
        "sensitive_values": {},
    })
}

/// The output of `terraform show -json` for a state of these resources.
pub(crate) fn state(resources: &[Value]) -> String {
    json!({
        "format_version": "1.0",
        "terraform_version": "1.9.8",
        "values": { "root_module": { "resources": resources } },
    })
    .to_string()
}

/// The output of `terraform show -json` for a plan in which these resources stay as they
/// are, and these changes are planned.
pub(crate) fn plan(resources: &[Value], changes: &[Value]) -> String {
    let module = json!({ "resources": resources });
    json!({
        "format_version": "1.2",
        "terraform_version": "1.9.8",
        "applyable": !changes.is_empty(),
        "complete": true,
        "errored": false,
        "planned_values": { "root_module": module },
        "resource_changes": changes,
        "prior_state": {
            "format_version": "1.0",
            "terraform_version": "1.9.8",
            "values": { "root_module": module },
        },
        "configuration": {},
    })
    .to_string()
}

/// A planned change of an attribute `size`.
pub(crate) fn change(address: &str, actions: &[&str], before: &Value, after: &Value) -> Value {
    let (kind, name) = address.split_once('.').unwrap();
    json!({
        "address": address,
        "mode": "managed",
        "type": kind,
        "name": name,
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "change": {
            "actions": actions,
            "before": before,
            "after": after,
            "after_unknown": {},
            "before_sensitive": {},
            "after_sensitive": {},
        },
    })
}

/// A raw state of some version.
pub(crate) fn raw_state(version: u32) -> String {
    json!({
        "version": version,
        "terraform_version": "1.9.8",
        "serial": 7,
        "lineage": "11111111-2222-3333-4444-555555555555",
        "outputs": {},
        "resources": [],
    })
    .to_string()
}
