//! `infra.hcl`, and its expressions on a resource that holds what a cloud may say.

#![no_main]

use infra_core::config::{Config, Expr, Scope};
use infra_core::drift::DriftRules;
use infra_core::json::Value;
use libfuzzer_sys::fuzz_target;

const RESOURCE: &str = r#"{"id":"i-1","public_ip":"192.0.2.1","tags":{"Name":"a","{{ x }}":"${y}"},
    "list":[1,2,3e400,-0],"flag":true,"none":null,"text":"a,b\n%{c}"}"#;

fuzz_target!(|bytes: &[u8]| {
    let resource = Value::parse(RESOURCE).expect("the resource is part of this file");
    let scope = Scope::new().with("self", &resource);
    match Config::parse_bytes(bytes, "infra.hcl") {
        Err(errors) => assert!(errors.to_string().contains("infra.hcl")),
        Ok(config) => {
            for stack in config.stacks.values() {
                let _rules = DriftRules::compile(&stack.drift);
                for rule in &stack.inventory.hosts {
                    for expression in [&rule.when, &rule.name, &rule.address]
                        .into_iter()
                        .flatten()
                    {
                        evaluate(expression, &scope);
                    }
                }
            }
        }
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(expression) = Expr::parse(text)
    {
        evaluate(&expression, &scope);
    }
});

fn evaluate(expression: &Expr, scope: &Scope<'_>) {
    let _attributes = (expression.depends_on_self(), expression.self_attributes());
    match expression.eval(scope) {
        // What an expression gives can be written down and read again.
        Ok(value) => assert_eq!(Value::parse(&value.to_string()).ok(), Some(value)),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
