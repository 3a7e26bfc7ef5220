//! Encoding functions.

use super::args::{Args, Failure};
use super::base64;
use super::table::Function;
use crate::json::{Members, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("base64decode", 1..=1, base64decode),
    Function::new("base64encode", 1..=1, base64encode),
    Function::new("jsondecode", 1..=1, jsondecode),
    Function::new("jsonencode", 1..=1, jsonencode),
    Function::new("urlencode", 1..=1, urlencode),
];

fn base64decode<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let bytes = base64::decode(&args.text(0)?)
        .ok_or_else(|| Failure::of(0, "the argument is not base64"))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::of(0, "what is encoded is not UTF-8 text"))?;
    Ok(text.into())
}

fn base64encode<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    Ok(base64::encode(args.text(0)?.as_bytes()).into())
}

fn jsondecode<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let text = args.text(0)?;
    let value = Value::parse(&text)
        .map_err(|error| Failure::of(0, format!("the argument is not JSON: {error}")))?;
    Ok(value.into_owned())
}

/// Keys in lexical order, and `<`, `>`, `&` escaped, as Terraform writes JSON.
#[allow(
    clippy::unnecessary_wraps,
    reason = "the table holds one type of function"
)]
fn jsonencode<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let text = sorted(args.get(0)).to_string();
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        // Outside strings JSON has none of these.
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                escaped.extend(['\\', 'u'].into_iter().chain(hex(u32::from(c), 4)));
            }
            c => escaped.push(c),
        }
    }
    Ok(escaped.into())
}

fn sorted<'e>(value: &Value<'e>) -> Value<'e> {
    match value {
        Value::Object(members) => {
            let mut members: Members<'_> = members
                .iter()
                .map(|(key, value)| (key.clone(), sorted(value)))
                .collect();
            members.sort_keys();
            Value::Object(members)
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

/// As in a query string: a space is `+`.
fn urlencode<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let mut encoded = String::new();
    for byte in args.text(0)?.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                encoded.push(char::from(byte));
            }
            b' ' => encoded.push('+'),
            other => encoded.extend(
                std::iter::once('%')
                    .chain(hex(u32::from(other), 2))
                    .map(|c| c.to_ascii_uppercase()),
            ),
        }
    }
    Ok(encoded.into())
}

/// The lowest `digits` hexadecimal digits of a number, in lower case.
fn hex(number: u32, digits: u32) -> impl Iterator<Item = char> {
    (0..digits)
        .rev()
        .filter_map(move |digit| char::from_digit((number >> (4 * digit)) & 15, 16))
}
