//! Functions over objects, and over any kind of collection.

use super::args::{Args, Failure};
use super::table::{ANY, Function};
use crate::json::{Members, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("alltrue", 1..=1, alltrue),
    Function::new("anytrue", 1..=1, anytrue),
    Function::new("coalesce", 1..=ANY, coalesce),
    Function::new("coalescelist", 1..=ANY, coalescelist),
    Function::new("keys", 1..=1, keys),
    Function::new("length", 1..=1, length),
    Function::new("lookup", 2..=3, lookup),
    Function::new("merge", 0..=ANY, merge),
    Function::new("transpose", 1..=1, transpose),
    Function::new("values", 1..=1, values),
];

fn alltrue<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    Ok(booleans(args)?.iter().all(|value| *value).into())
}

fn anytrue<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    Ok(booleans(args)?.iter().any(|value| *value).into())
}

fn booleans(args: &Args<'_, '_>) -> Result<Vec<bool>, Failure> {
    let as_bool = |value: &Value<'_>| match value {
        Value::Null => Some(false),
        other => super::super::value::bool_of(other),
    };
    let all = args
        .list(0)?
        .iter()
        .map(as_bool)
        .collect::<Option<Vec<_>>>();
    all.ok_or_else(|| Failure::of(0, "the argument must be a list of booleans"))
}

/// The first that is neither null nor an empty string.
fn coalesce<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let found = args
        .iter()
        .find(|value| !value.is_null() && value.as_str() != Some(""));
    found.cloned().ok_or_else(|| {
        Failure::new("all arguments are null or empty")
            .hint("add a last argument that always has a value, or use `try(…, null)`")
    })
}

fn coalescelist<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    for position in 0..args.len() {
        if !args.get(position).is_null() && !args.list(position)?.is_empty() {
            return Ok(args.get(position).clone());
        }
    }
    Err(Failure::new("all arguments are null or empty"))
}

fn sorted<'a, 'e>(members: &'a Members<'e>) -> Vec<(&'a str, &'a Value<'e>)> {
    let mut pairs: Vec<_> = members
        .iter()
        .map(|(key, value)| (key.as_ref(), value))
        .collect();
    pairs.sort_by_key(|(key, _)| *key);
    pairs
}

/// In lexical order.
fn keys<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    Ok(sorted(args.object(0)?)
        .into_iter()
        .map(|(key, _)| Value::from(key.to_owned()))
        .collect())
}

/// In the order of their keys.
fn values<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    Ok(sorted(args.object(0)?)
        .into_iter()
        .map(|(_, value)| value.clone())
        .collect())
}

fn length<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let length = match args.get(0) {
        Value::String(text) => text.chars().count(),
        Value::Array(items) => items.len(),
        Value::Object(members) => members.len(),
        other => return Err(args.mistyped(0, "a string, a list or an object", other)),
    };
    Ok(Value::Number(length.to_string().into()))
}

/// `lookup(object, key, default)`. Of null it is the default, as an object without the key.
fn lookup<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let key = args.text(1)?;
    let found = match args.get(0) {
        Value::Null if args.has(2) => None,
        _ => args.object(0)?.get(key.as_str()),
    };
    match found {
        Some(value) => Ok(value.clone()),
        None if args.has(2) => Ok(args.get(2).clone()),
        None => Err(Failure::of(1, format!("the object has no key {key:?}"))
            .hint("a third argument is the default")),
    }
}

fn merge<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let mut all = Members::new();
    for position in 0..args.len() {
        if !args.get(position).is_null() {
            all.extend(args.object(position)?.clone());
        }
    }
    Ok(Value::Object(all))
}

/// Swaps keys and values in an object of lists of strings.
fn transpose<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let mut swapped: std::collections::BTreeMap<String, Vec<Value<'e>>> =
        std::collections::BTreeMap::new();
    for (key, names) in sorted(args.object(0)?) {
        let names = names
            .as_array()
            .and_then(|names| names.iter().map(Value::as_str).collect::<Option<Vec<_>>>());
        for name in names
            .ok_or_else(|| Failure::of(0, "the argument must be an object of lists of strings"))?
        {
            swapped
                .entry(name.to_owned())
                .or_default()
                .push(key.to_owned().into());
        }
    }
    Ok(Value::Object(
        swapped
            .into_iter()
            .map(|(key, values)| (key.into(), Value::Array(values)))
            .collect(),
    ))
}
