//! `inventory { … }`.

use hcl::edit::Span;
use hcl::edit::expr::{Expression, ObjectKey};
use hcl::edit::structure::Block;
use indexmap::IndexMap;

use super::fields::{Fields, Shape};
use super::reader::{Reader, suggestion};
use crate::config::error::Problem;
use crate::config::{Expr, GroupRule, HostRule, InventoryRules, Scope, names};
use crate::json::Value;

pub(super) const SHAPE: Shape = Shape {
    attributes: &["vars", "allow_empty"],
    blocks: &["hosts", "group"],
};
const HOSTS: Shape = Shape {
    attributes: &[
        "when",
        "name",
        "address",
        "user",
        "port",
        "groups",
        "vars",
        "sensitive",
    ],
    blocks: &[],
};
const GROUP: Shape = Shape {
    attributes: &["children", "vars"],
    blocks: &[],
};

impl Reader {
    pub(super) fn inventory(&self, block: &Block) -> InventoryRules {
        let fields = Fields::of_block(self, block, &SHAPE);
        let hosts = fields.blocks("hosts").filter_map(|block| {
            let rule = self.host_rule(block);
            let (resource_type, span) = self.label(block)?;
            let valid = names::is_resource_type(&resource_type);
            self.check_name(
                valid,
                "resource type",
                &resource_type,
                names::RESOURCE_TYPE,
                span,
            );
            Some(HostRule {
                resource_type,
                ..rule
            })
        });
        let hosts = hosts.collect();
        let mut groups = IndexMap::new();
        let mut seen = IndexMap::new();
        for block in fields.blocks("group") {
            let rule = self.group(block);
            if let Some((name, span)) = self.label(block) {
                self.group_name(&name, span.clone());
                self.unique(&mut seen, &name, span, "group");
                groups.insert(name, rule);
            }
        }
        for (name, span) in &seen {
            if in_itself(name, &groups) {
                let problem = Problem::GroupInItself { name: name.clone() };
                self.report(span.clone(), problem, None);
            }
        }
        InventoryRules {
            hosts,
            allow_empty: fields.boolean("allow_empty").unwrap_or(false),
            groups,
            vars: fields.vars("vars"),
        }
    }

    fn group(&self, block: &Block) -> GroupRule {
        let fields = Fields::of_block(self, block, &GROUP);
        GroupRule {
            children: self.group_names(&fields, "children"),
            vars: fields.vars("vars"),
        }
    }

    fn group_names(&self, fields: &Fields<'_>, attribute: &str) -> Vec<String> {
        let named = fields.strings_at(attribute).unwrap_or_default();
        for (name, span) in &named {
            self.group_name(name, span.clone());
        }
        named.into_iter().map(|(name, _)| name).collect()
    }

    fn group_name(&self, name: &str, span: std::ops::Range<usize>) {
        if names::is_builtin_group(name) {
            let expected = "another, since Ansible makes `all` and `ungrouped` itself";
            let hint = "variables of all hosts are `vars` of the `inventory` block".to_owned();
            let problem = Problem::Name {
                what: "group",
                name: name.to_owned(),
                expected,
            };
            self.report(span, problem, (name == "all").then_some(hint));
        } else {
            self.check_name(
                names::is_identifier(name),
                "group",
                name,
                names::GROUP,
                span,
            );
        }
    }

    fn host_rule(&self, block: &Block) -> HostRule {
        let fields = Fields::of_block(self, block, &HOSTS);
        let vars = self.host_vars(&fields);
        let sensitive = fields.strings_at("sensitive").unwrap_or_default();
        for (name, span) in &sensitive {
            if !vars.contains_key(name) {
                let known: Vec<&str> = vars.keys().map(String::as_str).collect();
                let expected = "names of variables in `vars`";
                let problem = Problem::Invalid {
                    name: "sensitive".to_owned(),
                    value: format!("{name:?}"),
                    expected,
                };
                self.report(
                    span.clone(),
                    problem,
                    suggestion(name, &known, "variable").into_iter().take(1),
                );
            }
        }
        HostRule {
            resource_type: String::new(),
            when: self.host_expr(&fields, "when", "true or false", |value| {
                value.as_bool().is_some()
            }),
            name: self.host_expr(&fields, "name", "a string", |value| {
                value.as_str().is_some()
            }),
            address: self.host_expr(&fields, "address", "a string", |value| {
                value.as_str().is_some()
            }),
            user: self.host_expr(&fields, "user", "a string", |value| {
                value.as_str().is_some()
            }),
            port: self.host_expr(&fields, "port", "a number from 1 to 65535", is_port),
            groups: self.group_names(&fields, "groups"),
            vars,
            sensitive: sensitive.into_iter().map(|(name, _)| name).collect(),
            line: fields.line(),
        }
    }

    /// An expression of a host. If it doesn't depend on the host, its type is checked now.
    fn host_expr(
        &self,
        fields: &Fields<'_>,
        name: &str,
        expected: &'static str,
        fits: impl Fn(&Value<'_>) -> bool,
    ) -> Option<Expr> {
        let syntax = &fields.get(name)?.value;
        let expr = self.expression(syntax);
        if !expr.depends_on_self() {
            // An expression that has no value is reported already.
            if let Ok(value) = expr.eval(&Scope::new())
                && !value.is_null()
                && !fits(&value)
            {
                fields.mistyped(name, expected, &value, syntax.span().unwrap_or(0..0));
            }
        }
        Some(expr)
    }

    fn host_vars(&self, fields: &Fields<'_>) -> IndexMap<String, Expr> {
        let mut vars = IndexMap::new();
        let Some(attribute) = fields.get("vars") else {
            return vars;
        };
        let span = attribute.value.span().unwrap_or(0..0);
        let Expression::Object(members) = &attribute.value else {
            let expected = "an object written out, { NAME = … }";
            let problem = Problem::WrongType {
                name: "vars".to_owned(),
                expected,
                found: "another expression",
            };
            self.report(
                span,
                problem,
                ["the names of variables are fixed, so that no resource decides them".to_owned()],
            );
            return vars;
        };
        for (key, value) in members {
            let key_span = key.span().unwrap_or_else(|| span.clone());
            let name = match key {
                ObjectKey::Ident(name) => name.value().to_string(),
                ObjectKey::Expression(expr) => match self.constant(expr) {
                    Some(Value::String(name)) => name.into_owned(),
                    Some(other) => {
                        let problem = Problem::WrongType {
                            name: "vars".to_owned(),
                            expected: "names as keys",
                            found: other.kind(),
                        };
                        self.report(key_span, problem, None);
                        continue;
                    }
                    None => continue,
                },
            };
            fields.check_variable(&name, key_span.clone());
            let expr = self.expression(value.expr());
            if names::is_connection_variable(&name) && expr.depends_on_self() {
                let hint = "use `address`, `user` and `port`, which are validated, or a constant"
                    .to_owned();
                self.report(
                    key_span,
                    Problem::UntrustedConnection { name: name.clone() },
                    [hint],
                );
            }
            vars.insert(name, expr);
        }
        vars
    }
}

fn is_port(value: &Value<'_>) -> bool {
    match value {
        Value::Number(text) | Value::String(text) => text.parse::<u16>().is_ok_and(|port| port > 0),
        _ => false,
    }
}

/// Whether a group is among its own descendants, which Ansible refuses.
fn in_itself(name: &str, groups: &IndexMap<String, GroupRule>) -> bool {
    let mut seen: Vec<&str> = Vec::new();
    let mut next: Vec<&str> = vec![name];
    while let Some(group) = next.pop() {
        for child in groups.get(group).map_or(&[][..], |rule| &rule.children) {
            if child == name {
                return true;
            }
            if !seen.contains(&child.as_str()) {
                seen.push(child);
                next.push(child);
            }
        }
    }
    false
}
