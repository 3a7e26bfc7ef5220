//! Inventories of a state whose every name and value is the fuzzer's.
//!
//! Where the target `state` must find its way through JSON first, this one fills the places
//! that a cloud decides: keys, names, addresses, tags, nested values.

#![no_main]

use arbitrary::Arbitrary;
use infra_core::config::Config;
use infra_core::document::read_state;
use infra_core::inventory::{BuildOptions, build};
use infra_fuzz::rendering_is_safe;
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value, json};

#[derive(Debug, Arbitrary)]
enum Tree {
    Null,
    Flag(bool),
    Number(i64),
    Float(f64),
    Text(String),
    List(Vec<Tree>),
    Map(Vec<(String, Tree)>),
}

#[derive(Debug, Arbitrary)]
struct Instance {
    key: String,
    name: String,
    address: Address,
    tags: Vec<(String, Tree)>,
    extra: Tree,
}

#[derive(Debug, Arbitrary)]
enum Address {
    V4([u8; 4]),
    V6([u8; 16]),
    Any(String),
}

#[derive(Debug, Arbitrary)]
struct Input {
    module: Option<String>,
    resource: String,
    instances: Vec<Instance>,
    configured: bool,
}

const CONFIGURATION: &str = r#"
stack "s" {
  terraform { dir = "t" }
  inventory {
    hosts "aws_instance" {
      name    = self.tags.Name
      address = self.public_ip
      groups  = ["web"]
      vars    = { tags = self.tags, extra = self.extra, text = "${self.id}" }
    }
  }
}
"#;

fuzz_target!(|input: Input| {
    let instances: Vec<Value> = input.instances.iter().map(instance).collect();
    let mut resource = json!({
        "mode": "managed", "type": "aws_instance", "name": input.resource, "instances": instances,
    });
    if let Some(module) = &input.module {
        resource["module"] = json!(format!("module.m[{}]", Value::from(module.as_str())));
    }
    let text = json!({"version": 4, "resources": [resource]}).to_string();
    let state = read_state(&text).expect("it is a state, whatever is in it");
    let rules = if input.configured {
        let config =
            Config::parse(CONFIGURATION, "infra.hcl").expect("the text is part of this file");
        config.stacks["s"].inventory.clone()
    } else {
        Default::default()
    };
    let options = BuildOptions {
        allow_empty: true,
        allow_unaddressed: false,
    };
    match build(&state, &rules, options) {
        Ok(built) => rendering_is_safe(&built.inventory),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});

fn instance(instance: &Instance) -> Value {
    let address = match &instance.address {
        Address::V4(octets) => std::net::Ipv4Addr::from(*octets).to_string(),
        Address::V6(octets) => std::net::Ipv6Addr::from(*octets).to_string(),
        Address::Any(text) => text.clone(),
    };
    let mut tags = members(&instance.tags);
    tags.insert("Name".to_owned(), json!(instance.name));
    json!({"index_key": instance.key, "attributes": {
        "id": "i-0", "public_ip": address, "private_ip": "10.0.0.1", "tags": tags, "extra": value(&instance.extra),
    }})
}

fn value(tree: &Tree) -> Value {
    match tree {
        Tree::Null => Value::Null,
        Tree::Flag(flag) => json!(flag),
        Tree::Number(number) => json!(number),
        Tree::Float(number) => json!(number),
        Tree::Text(text) => json!(text),
        Tree::List(items) => items.iter().map(value).collect(),
        Tree::Map(entries) => Value::Object(members(entries)),
    }
}

fn members(entries: &[(String, Tree)]) -> Map<String, Value> {
    entries
        .iter()
        .map(|(key, tree)| (key.clone(), value(tree)))
        .collect()
}
