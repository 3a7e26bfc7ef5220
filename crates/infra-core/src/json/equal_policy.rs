//! IAM policy documents, whose lists are sets and may be written as one string.

use std::fmt::Write as _;

use crate::json::Value;
use crate::json::equal::write_json;

/// Whether a JSON document is an IAM policy: an object whose `Statement` is a statement
/// or a list of statements, each with an `Effect`.
pub(super) fn is_policy(document: &Value<'_>) -> bool {
    let is_statement = |value: &Value<'_>| value.get("Effect").is_some();
    match document.get("Statement") {
        Some(Value::Array(statements)) => {
            !statements.is_empty() && statements.iter().all(is_statement)
        }
        Some(statement) => is_statement(statement),
        None => false,
    }
}

/// Writes the normal form of a policy document.
///
/// The [grammar][doc] lets `Statement`, `Action`, `Resource`, the members of `Principal`
/// and the values of a `Condition` be one value or a list of values, and gives the order
/// of a list no meaning. AWS itself rewrites policies on both counts.
///
/// [doc]: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
pub(super) fn write_policy(out: &mut String, value: &Value<'_>) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(key, _)| *key);
            out.push('{');
            for (key, member) in members {
                // Writing to a String cannot fail.
                let _ = write!(out, "{key:?}:");
                write_policy(out, member);
                out.push(',');
            }
            out.push('}');
        }
        Value::Array(items) => write_set(out, items),
        single => write_set(out, std::slice::from_ref(single)),
    }
}

fn write_set(out: &mut String, items: &[Value<'_>]) {
    // A list of one object is the object: `"Statement": {…}` and `"Statement": [{…}]`.
    if let [only @ Value::Object(_)] = items {
        return write_policy(out, only);
    }
    let mut parts: Vec<String> = items
        .iter()
        .map(|item| {
            let mut part = String::new();
            match item {
                Value::Object(_) | Value::Array(_) => write_policy(&mut part, item),
                scalar => write_json(&mut part, scalar),
            }
            part
        })
        .collect();
    parts.sort_unstable();
    out.push('<');
    for part in parts {
        out.push_str(&part);
        out.push(',');
    }
    out.push('>');
}
