//! The `references` of an expression: what it reads, as `configuration` lists it.

use crate::drift::AttributePattern;
use crate::json::{Path, Text, Value};
use crate::terraform::address_step;

/// One thing that an expression reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reference {
    /// A managed resource, or part of it
    Resource {
        /// `TYPE.NAME`
        name: String,
        /// The instance, as written: `[0]`, `["a"]`. None: any of them
        key: Option<String>,
        /// The attribute; the root for the object as a whole, which a splat is, too
        attribute: Path,
    },
    /// An output of a module called here; all of them where none is named
    Module {
        /// The name of the call
        name: String,
        /// The instance, as written
        key: Option<String>,
        /// The output
        output: Option<String>,
    },
    /// `var.NAME`
    Variable(String),
    /// `each.value`
    EachValue,
    /// What does not change while the address stays: `each.key`, `count.index`, `path.module`
    Fixed,
    /// A local value: the plan does not say what it is made of
    Local(String),
    /// Anything else, such as a data source
    Opaque(String),
}

/// All the references below a part of `expressions`.
///
/// Terraform lists each reference in full and then once for each shorter form of it:
/// `aws_instance.a.public_ip`, then `aws_instance.a` (`marshalExpression` in
/// `internal/command/jsonconfig/expression.go`). The shorter forms are left out here, for
/// they say nothing; one that stands for itself comes again, and stays.
pub(super) fn references(expression: &Value<'_>) -> Vec<Reference> {
    let mut found = Vec::new();
    let mut waiting = vec![expression];
    while let Some(value) = waiting.pop() {
        match value {
            Value::Object(members) => match value.get("references") {
                Some(Value::Array(list)) => in_full(list, &mut found),
                _ => waiting.extend(
                    members
                        .iter()
                        .filter(|(key, _)| *key != "constant_value")
                        .map(|(_, member)| member),
                ),
            },
            Value::Array(items) => waiting.extend(items),
            _ => {}
        }
    }
    found
}

fn in_full(list: &[Value<'_>], found: &mut Vec<Reference>) {
    let mut previous = "";
    for text in list.iter().filter_map(Value::as_str) {
        let shortens = previous
            .strip_prefix(text)
            .is_some_and(|rest| rest.starts_with(['.', '[']));
        if !shortens {
            found.push(Reference::parse(text));
        }
        previous = text;
    }
}

impl Reference {
    fn parse(text: &str) -> Self {
        Self::understood(text).unwrap_or_else(|| Self::Opaque(text.to_owned()))
    }

    fn understood(text: &str) -> Option<Self> {
        let (root, rest) = text.split_once('.')?;
        match root {
            "var" => Some(Self::Variable(address_step(rest)?.0.to_owned())),
            "local" => Some(Self::Local(address_step(rest)?.0.to_owned())),
            "path" | "count" => Some(Self::Fixed),
            "each" if rest == "key" => Some(Self::Fixed),
            "each" => Some(Self::EachValue),
            "terraform" if rest == "workspace" => Some(Self::Fixed),
            "module" => {
                let (name, key, rest) = address_step(rest)?;
                let output = match rest.strip_prefix('.') {
                    Some(rest) => Some(address_step(rest)?.0.to_owned()),
                    None => None,
                };
                Some(Self::Module {
                    name: name.to_owned(),
                    key: key.map(str::to_owned),
                    output,
                })
            }
            "data" | "ephemeral" | "self" | "run" | "action" | "list" | "provider" => None,
            resource_type => {
                let (name, key, rest) = address_step(rest)?;
                let rest = rest.strip_prefix('.').unwrap_or(rest);
                let attribute = if rest.is_empty() {
                    Path::root()
                } else {
                    AttributePattern::parse(rest).ok()?.to_path()?
                };
                Some(Self::Resource {
                    name: format!("{resource_type}.{name}"),
                    key: key.map(str::to_owned),
                    attribute,
                })
            }
        }
    }
}

/// The address in `relevant_attributes` has no expression around it.
pub(super) fn relevant_name(address: &Text<'_>) -> Option<(String, Option<String>)> {
    let address = crate::terraform::Address::parse(address)?;
    (!address.data).then(|| {
        (
            format!("{}.{}", address.resource_type, address.name),
            address.key.map(str::to_owned),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Vec<Reference> {
        references(&Value::parse(json).unwrap())
    }

    fn resource(name: &str, key: Option<&str>, attribute: Path) -> Reference {
        Reference::Resource {
            name: name.to_owned(),
            key: key.map(str::to_owned),
            attribute,
        }
    }

    #[test]
    fn shorter_forms_are_left_out_and_a_whole_object_stays() {
        let ip = Path::root().key("public_ip");
        assert_eq!(
            read(
                r#"{"references":["aws_instance.a[0].public_ip","aws_instance.a[0]","aws_instance.a",
                "aws_instance.b.public_ip","aws_instance.b","aws_instance.b","module.m.out","module.m"]}"#
            ),
            [
                resource("aws_instance.a", Some("[0]"), ip.clone()),
                resource("aws_instance.b", None, ip),
                resource("aws_instance.b", None, Path::root()),
                Reference::Module {
                    name: "m".into(),
                    key: None,
                    output: Some("out".into())
                },
            ]
        );
    }

    #[test]
    fn nested_blocks_are_searched_and_constants_are_not() {
        assert_eq!(
            read(
                r#"[{"a":{"constant_value":{"references":["var.no"]}}},{"b":{"references":["var.x","local.y.z",
                "data.a.b.c","each.value.k","each.key","path.module","self.id"]}}]"#
            ),
            [
                Reference::Variable("x".into()),
                Reference::Local("y".into()),
                Reference::Opaque("data.a.b.c".into()),
                Reference::EachValue,
                Reference::Fixed,
                Reference::Fixed,
                Reference::Opaque("self.id".into()),
            ]
        );
    }
}
