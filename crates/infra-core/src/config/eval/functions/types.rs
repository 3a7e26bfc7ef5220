//! Type conversion. `can` and `try` are the machine's.

use super::super::value::{as_set, bool_of, number_of, number_value, text_of};
use super::args::{Args, Failure};
use super::table::Function;
use crate::json::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("tobool", 1..=1, tobool),
    Function::new("tolist", 1..=1, tolist),
    Function::new("tomap", 1..=1, tomap),
    Function::new("tonumber", 1..=1, tonumber),
    Function::new("toset", 1..=1, toset),
    Function::new("tostring", 1..=1, tostring),
];

fn tobool<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    match args.get(0) {
        Value::Null => Ok(Value::Null),
        other => bool_of(other)
            .map(Value::Bool)
            .ok_or_else(|| args.mistyped(0, "a boolean, \"true\" or \"false\"", other)),
    }
}

fn tonumber<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    match args.get(0) {
        Value::Null => Ok(Value::Null),
        Value::Number(exact) => Ok(Value::Number(exact.clone())),
        other => number_of(other)
            .as_ref()
            .map(number_value)
            .ok_or_else(|| args.mistyped(0, "a number, or a string that is one", other)),
    }
}

fn tostring<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    match args.get(0) {
        Value::Null => Ok(Value::Null),
        other => text_of(other)
            .map(Value::from)
            .ok_or_else(|| args.mistyped(0, "a string, a number or a boolean", other)),
    }
}

fn tolist<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    Ok(Value::Array(unified(args.list(0)?.to_vec())))
}

fn toset<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    Ok(Value::Array(as_set(unified(args.list(0)?.to_vec()))))
}

fn tomap<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let members = args.object(0)?;
    let values = unified(members.values().cloned().collect());
    Ok(Value::Object(members.keys().cloned().zip(values).collect()))
}

/// Lists, sets and maps have one type of element: scalars of several kinds become strings.
fn unified(items: Vec<Value<'_>>) -> Vec<Value<'_>> {
    let mut kinds: Vec<&str> = items
        .iter()
        .filter(|item| !item.is_null())
        .map(Value::kind)
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.len() < 2
        || items
            .iter()
            .any(|item| matches!(item, Value::Array(_) | Value::Object(_)))
    {
        return items;
    }
    items
        .into_iter()
        .map(|item| text_of(&item).map_or(Value::Null, Value::from))
        .collect()
}
