//! When two values of an attribute mean the same although they are written differently.

use std::fmt::Write as _;

use crate::json::equal_policy::{is_policy, write_policy};
use crate::json::repeated::repeats_key;
use crate::json::{Masks, Value, diff};

/// Whether the order of a list decides anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The list may be a set
    Free,
    /// The list is a sequence
    Fixed,
}

impl Order {
    /// The order of what stands under the name `key`, inside something of this order.
    ///
    /// Terraform's JSON writes lists and sets alike, and providers report many a list of
    /// names in whatever order the cloud answers: security groups, subnets, statements. So
    /// a list with the same elements in another order counts as the same, except where
    /// the name says that it is a sequence: the words of a command line, what has a rank,
    /// what is tried one after the other, such as the rules of a firewall. (Where those are a
    /// set, Terraform writes them in one order always.) Below such a name every list is a
    /// sequence.
    #[must_use]
    pub fn under(self, key: &str) -> Self {
        const SEQUENCES: [&str; 24] = [
            "command",
            "commands",
            "cmd",
            "args",
            "arguments",
            "argv",
            "entrypoint",
            "entry_point",
            "domain_name_servers",
            "dns_servers",
            "nameservers",
            "provisioner",
            "step",
            "steps",
            "stage",
            "stages",
            "layers",
            "member",
            "override",
            "init_container",
            "init_containers",
            "termination_policies",
            "rule",
            "rules",
        ];
        let is_sequence = SEQUENCES.contains(&key)
            || key.starts_with("ordered_")
            || key.starts_with("priorit")
            || key.ends_with("_command")
            || key.ends_with("_args")
            || key.ends_with("_order")
            || key.ends_with("_rule")
            || key.ends_with("_rules")
            || key.ends_with("_priorities");
        if is_sequence { Self::Fixed } else { self }
    }
}

/// Whether two values mean the same.
///
/// Equal are: numbers of the same decimal value, however written; `null`, `""`, `[]`, `{}`
/// and an object with only null members; lists of the same elements, unless their order
/// is known to count ([`Order`]); strings that hold the same JSON document, in which the
/// order of a list counts, except in an IAM policy. A number and a string are never equal,
/// nor is a member that isn't there and one that is empty: a tag without a value is a tag.
pub fn equal(before: &Value<'_>, after: &Value<'_>) -> bool {
    equal_in(before, after, Order::Free)
        || diff(before, after, Masks::default())
            .iter()
            .all(|leaf| leaf.equal)
}

/// As [`equal`], for values that stand where the order of lists is `order`. Members of objects
/// are told apart more strictly, null from empty: whoever looks at them one by one
/// ([`diff`](super::diff)) knows on which side one isn't there.
pub fn equal_in(before: &Value<'_>, after: &Value<'_>, order: Order) -> bool {
    before == after || normal_form(before, order) == normal_form(after, order)
}

/// A text that two values share exactly if they are [`equal_in`] this order.
pub(crate) fn normal_form(value: &Value<'_>, order: Order) -> String {
    let mut out = String::new();
    write_value(&mut out, value, order);
    out
}

const EMPTY: &str = "~";

fn write_value(out: &mut String, value: &Value<'_>, order: Order) {
    match value {
        _ if value.is_empty() => out.push_str(EMPTY),
        Value::String(text) => write_string(out, text),
        Value::Array(items) => {
            let mut parts: Vec<String> =
                items.iter().map(|item| normal_form(item, order)).collect();
            if order == Order::Free {
                parts.sort_unstable();
            }
            out.push('[');
            for part in parts {
                out.push_str(&part);
                out.push(',');
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut parts: Vec<(&str, String)> = members
                .iter()
                .filter(|(_, member)| !is_nothing(member))
                .map(|(key, member)| (key.as_ref(), normal_form(member, order.under(key))))
                .collect();
            if parts.is_empty() {
                return out.push_str(EMPTY);
            }
            parts.sort_unstable();
            out.push('{');
            for (key, form) in parts {
                // Writing to a String cannot fail.
                let _ = write!(out, "{key:?}:{form},");
            }
            out.push('}');
        }
        scalar => write_json(out, scalar),
    }
}

/// Whether a member says no more than one that isn't there.
fn is_nothing(value: &Value<'_>) -> bool {
    match value {
        Value::Null => true,
        Value::Object(members) => !members.is_empty() && members.values().all(is_nothing),
        _ => false,
    }
}

/// A string that holds a JSON object or list is compared by what it holds. Where a key stands
/// twice in it, programs differ in what they read: then its text counts.
fn write_string(out: &mut String, text: &str) {
    let document = text
        .trim_start()
        .starts_with(['{', '['])
        .then(|| Value::parse(text).ok())
        .flatten()
        .filter(|_| !repeats_key(text));
    match document {
        Some(document) => {
            out.push_str("json ");
            if is_policy(&document) {
                write_policy(out, &document);
            } else {
                write_json(out, &document);
            }
        }
        None => write_json(out, &Value::from(text)),
    }
}

/// Writes JSON with its keys sorted and its numbers in one form; all else counts.
pub(super) fn write_json(out: &mut String, value: &Value<'_>) {
    // Writing to a String cannot fail.
    match value {
        Value::Number(text) => out.push_str(&decimal(text)),
        Value::String(text) => drop(write!(out, "{text:?}")),
        Value::Array(items) => {
            out.push('[');
            for item in items {
                write_json(out, item);
                out.push(',');
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(key, _)| *key);
            out.push('{');
            for (key, member) in members {
                let _ = write!(out, "{key:?}:");
                write_json(out, member);
                out.push(',');
            }
            out.push('}');
        }
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
    }
}

/// The same decimal value always as the same text: `-12e-1` for `-1.20`.
///
/// No float is involved, since Terraform's numbers have up to 512 bits. An exponent that
/// doesn't fit 64 bits leaves the text as it is.
fn decimal(text: &str) -> String {
    let (sign, unsigned) = text
        .strip_prefix('-')
        .map_or(("", text), |rest| ("-", rest));
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let digits = digits.trim_start_matches('0');
    let significant = digits.trim_end_matches('0');
    if significant.is_empty() {
        return "0e0".to_owned();
    }
    let shift = |length: usize| i64::try_from(length).ok();
    exponent
        .parse::<i64>()
        .ok()
        .and_then(|exponent| exponent.checked_sub(shift(fraction.len())?))
        .and_then(|exponent| exponent.checked_add(shift(digits.len() - significant.len())?))
        .map_or_else(
            || text.to_owned(),
            |exponent| format!("{sign}{significant}e{exponent}"),
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: &str, b: &str) -> bool {
        equal(&Value::parse(a).unwrap(), &Value::parse(b).unwrap())
    }

    #[test]
    fn numbers_are_equal_by_decimal_value() {
        for (a, b) in [
            ("1", "1.0"),
            ("1", "1e0"),
            ("100", "1E+2"),
            ("-0", "0.00"),
            ("-1.20", "-12e-1"),
        ] {
            assert!(same(a, b), "{a} {b}");
        }
        assert!(!same("12345678901234567890123", "12345678901234567890124"));
        assert!(!same("1", "-1") && !same("1", "\"1\"") && !same("0", "null"));
        assert!(same("1e99999999999999999999", "1e99999999999999999999"));
        assert!(!same("1e99999999999999999999", "2e99999999999999999999"));
    }

    #[test]
    fn null_and_everything_empty_are_equal() {
        for empty in [
            "null",
            "\"\"",
            "[]",
            "{}",
            r#"{"a":null}"#,
            r#"{"a":{"b":null}}"#,
        ] {
            assert!(same(empty, "null"), "{empty}");
        }
        assert!(!same("[null]", "[]") && !same("false", "null") && !same("0", "\"\""));
        assert!(same(r#"{"a":1,"b":null}"#, r#"{"a":1}"#));
        assert!(same(r#"{"a":1,"b":null}"#, r#"{"a":1,"b":""}"#));
        assert!(same(r#"{"l":[{"b":null}]}"#, r#"{"l":[{"b":""}]}"#));
    }

    #[test]
    fn a_tag_without_a_value_is_not_the_same_as_no_tag() {
        for empty in ["\"\"", "[]", "{}"] {
            for (with, without) in [
                (r#"{"tags":{"b":E}}"#, r#"{"tags":{}}"#),
                (r#"{"tags":{"b":E}}"#, r#"{"tags":null}"#),
                (r#"{"tags":{"a":1,"b":E}}"#, r#"{"tags":{"a":1}}"#),
                (r#"{"l":[{"tags":{"b":E}}]}"#, r#"{"l":[{"tags":{}}]}"#),
            ] {
                let with = with.replace('E', empty);
                assert!(!same(&with, without) && !same(without, &with), "{with}");
            }
        }
    }

    #[test]
    fn json_in_a_string_that_repeats_a_key_counts_as_text() {
        assert!(!same(
            r#""{\"Effect\":\"Deny\",\"Effect\":\"Allow\"}""#,
            r#""{\"Effect\":\"Allow\"}""#
        ));
        assert!(!same(r#""[{\"a\":1,\"a\":1}]""#, r#""[{\"a\":1}]""#));
    }

    #[test]
    fn the_order_of_a_list_counts_only_where_its_name_says_so() {
        assert!(same(
            r#"{"security_groups":["a","b"]}"#,
            r#"{"security_groups":["b","a"]}"#
        ));
        assert!(!same(
            r#"{"groups":["a","a","b"]}"#,
            r#"{"groups":["a","b","b"]}"#
        ));
        for name in [
            "command",
            "ordered_cache_behavior",
            "entry_point",
            "dns_servers",
            "rules",
            "stateful_rule",
            "layers",
        ] {
            assert!(
                !same(
                    &format!(r#"{{"{name}":[["a","b"]]}}"#),
                    &format!(r#"{{"{name}":[["b","a"]]}}"#)
                ),
                "{name}"
            );
        }
    }

    #[test]
    fn strings_are_equal_if_they_hold_the_same_json() {
        assert!(same(
            r#""{\"a\":1,\"b\":[1,2]}""#,
            r#""{ \"b\": [1, 2.0], \"a\": 1 }\n""#
        ));
        assert!(!same(r#""{\"b\":[1,2]}""#, r#""{\"b\":[2,1]}""#));
        assert!(!same(r#""{\"a\":null}""#, r#""{}""#) && !same(r#""{\"a\":1}""#, r#"{"a":1}"#));
        assert!(!same(r#""{a""#, r#""{ a""#) && !same("\"1\"", "\"1.0\""));
    }

    #[test]
    fn a_policy_is_equal_however_its_lists_are_written() {
        let policy = |text: &str| serde_json::to_string(text).unwrap();
        let one = policy(
            r#"{"Version":"2012-10-17","Statement":[
            {"Effect":"Allow","Action":["s3:Get","s3:Put"],"Resource":"*","Principal":{"AWS":["a","b"]}},
            {"Effect":"Deny","Action":"s3:Del","Resource":["x"]}]}"#,
        );
        let other = policy(
            r#"{"Statement":[{"Action":["s3:Del"],"Effect":"Deny","Resource":"x"},
            {"Action":["s3:Put","s3:Get"],"Effect":"Allow","Resource":["*"],"Principal":{"AWS":["b","a"]}}],
            "Version":"2012-10-17"}"#,
        );
        assert!(same(&one, &other));
        assert!(!same(&one, &one.replace("s3:Put", "s3:*")));
        assert!(!same(&one, &one.replace("Deny", "Allow")));
        let single = policy(r#"{"Statement":{"Effect":"Allow","Action":"a"}}"#);
        let listed = policy(r#"{"Statement":[{"Effect":"Allow","Action":["a"]}]}"#);
        assert!(same(&single, &listed));
    }
}
