//! Values of a raw state whose type the schema leaves open.

use crate::json::Value;

/// The attributes of `terraform_data` whose type is that of what they are given.
const OPEN: [&str; 3] = ["input", "output", "triggers_replace"];

/// Replaces `{"value": …, "type": …}` by the value in it, as `show -json` prints it.
///
/// A raw state writes the type beside a value that has none in the schema of the provider
/// (`marshalDynamic` in `json/marshal.go` of go-cty). The schema isn't at hand, so the form
/// decides: these two keys and no other, of which `type` is the type of a collection. The name
/// of a primitive type (`"string"`) could be a word of the provider's, so that form is only
/// read where the schema is known.
pub(super) fn close<'a>(resource_type: &str, values: Value<'a>) -> Value<'a> {
    let Value::Object(members) = values else {
        return values;
    };
    let is_data = resource_type == "terraform_data";
    let closed = members.into_iter().map(|(key, value)| {
        let any = is_data && OPEN.contains(&key.as_ref());
        (key, close_in(value, any))
    });
    Value::Object(closed.collect())
}

fn close_in(value: Value<'_>, any: bool) -> Value<'_> {
    match value {
        Value::Object(mut members) => {
            if members.len() == 2
                && members.contains_key("value")
                && members
                    .get("type")
                    .is_some_and(|kind| is_collection(kind) || any && is_type(kind))
            {
                // Within it every type is said: nothing further is wrapped.
                return members.remove("value").unwrap_or_default();
            }
            Value::Object(
                members
                    .into_iter()
                    .map(|(key, value)| (key, close_in(value, false)))
                    .collect(),
            )
        }
        Value::Array(items) => Value::Array(
            items
                .into_iter()
                .map(|value| close_in(value, false))
                .collect(),
        ),
        other => other,
    }
}

/// A type as go-cty writes it: `"string"`, `["list", "string"]`, `["object", {…}]`.
fn is_type(kind: &Value<'_>) -> bool {
    let primitive = kind
        .as_str()
        .is_some_and(|name| matches!(name, "string" | "number" | "bool" | "dynamic"));
    primitive || is_collection(kind)
}

fn is_collection(kind: &Value<'_>) -> bool {
    let Some([name, of, ..]) = kind.as_array() else {
        return false;
    };
    match (name.as_str(), of) {
        (Some("list" | "set" | "map"), of) => is_type(of),
        (Some("tuple"), Value::Array(items)) => items.iter().all(is_type),
        (Some("object"), Value::Object(members)) => members.values().all(is_type),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closed(resource_type: &str, text: &str) -> String {
        close(resource_type, Value::parse(text).unwrap()).to_string()
    }

    #[test]
    fn a_value_with_its_type_is_the_value() {
        let text = r#"{"id":"1","input":{"value":{"a":["x"],"b":{"value":"1","type":["list","string"]}},"type":["object",{"a":["tuple",["string"]],"b":["object",{"value":"string","type":["tuple",["string","string"]]}]}]},"output":{"value":"x","type":"string"},"triggers_replace":null}"#;
        assert_eq!(
            closed("terraform_data", text),
            r#"{"id":"1","input":{"a":["x"],"b":{"value":"1","type":["list","string"]}},"output":"x","triggers_replace":null}"#
        );
        let text = r#"{"manifest":[{"value":[1],"type":["set","number"]}]}"#;
        assert_eq!(closed("kubernetes_manifest", text), r#"{"manifest":[[1]]}"#);
    }

    #[test]
    fn what_only_looks_alike_stays() {
        for text in [
            r#"{"input":{"value":"x","type":"string"}}"#,
            r#"{"x":{"value":"x","type":["A","AAAA"]}}"#,
            r#"{"x":{"value":"x","type":["list","AAAA"]}}"#,
            r#"{"x":{"value":"x","type":["list","string"],"more":1}}"#,
            r#"{"value":"x","type":["list","string"]}"#,
        ] {
            assert_eq!(closed("acme_record", text), text);
        }
    }
}
