//! Values during evaluation: borrowed from the scope as long as nothing changes them.

use std::cmp::Ordering;

use super::number::Number;
use crate::json::Value;

/// A value that is borrowed if it can be.
///
/// `self` may be a whole cloud instance; reaching for one attribute must not copy the rest.
/// (`Cow<'e, Value<'e>>` would be invariant in `'e`.)
#[derive(Debug, Clone)]
pub(super) enum Val<'e> {
    Ref(&'e Value<'e>),
    Own(Value<'e>),
}

impl<'e> Val<'e> {
    pub(super) fn get(&self) -> &Value<'e> {
        match self {
            Self::Ref(value) => value,
            Self::Own(value) => value,
        }
    }

    pub(super) fn own(self) -> Value<'e> {
        match self {
            Self::Ref(value) => value.clone(),
            Self::Own(value) => value,
        }
    }

    /// The elements, borrowed where this value is.
    pub(super) fn into_elements(self) -> Option<Vec<Val<'e>>> {
        match self {
            Self::Ref(Value::Array(items)) => Some(items.iter().map(Val::Ref).collect()),
            Self::Own(Value::Array(items)) => Some(items.into_iter().map(Val::Own).collect()),
            _ => None,
        }
    }

    /// The member called `key`, borrowed where this value is.
    pub(super) fn into_member(self, key: &str) -> Option<Val<'e>> {
        match self {
            Self::Ref(Value::Object(members)) => members.get(key).map(Val::Ref),
            Self::Own(Value::Object(mut members)) => members.remove(key).map(Val::Own),
            _ => None,
        }
    }

    /// The element at `index`, borrowed where this value is.
    pub(super) fn into_element(self, index: usize) -> Option<Val<'e>> {
        match self {
            Self::Ref(Value::Array(items)) => items.get(index).map(Val::Ref),
            Self::Own(Value::Array(items)) => items.into_iter().nth(index).map(Val::Own),
            _ => None,
        }
    }
}

impl<'e> From<Value<'e>> for Val<'e> {
    fn from(value: Value<'e>) -> Self {
        Self::Own(value)
    }
}

/// The value as a string, converted as Terraform does: numbers and booleans yes, null and
/// collections no.
pub(super) fn text_of(value: &Value<'_>) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone().into_owned()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(text) => {
            Some(Number::parse(text).map_or_else(|| text.clone().into_owned(), |n| n.to_string()))
        }
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The value as a number: a number, or a string that is one.
pub(super) fn number_of(value: &Value<'_>) -> Option<Number> {
    match value {
        Value::Number(text) | Value::String(text) => Number::parse(text),
        _ => None,
    }
}

/// The value as a boolean: a boolean, or the string "true" or "false".
pub(super) fn bool_of(value: &Value<'_>) -> Option<bool> {
    match value {
        Value::Bool(value) => Some(*value),
        Value::String(text) if text == "true" => Some(true),
        Value::String(text) if text == "false" => Some(false),
        _ => None,
    }
}

/// A number as a value.
pub(super) fn number_value<'e>(number: &Number) -> Value<'e> {
    Value::Number(number.to_string().into())
}

/// Equality of HCL: numbers by what they are worth, nothing across types.
pub(super) fn equal(a: &Value<'_>, b: &Value<'_>) -> bool {
    match (a, b) {
        (Value::Number(x), Value::Number(y)) => x == y || Number::parse(x) == Number::parse(y),
        (Value::Array(x), Value::Array(y)) => {
            x.len() == y.len() && x.iter().zip(y).all(|(x, y)| equal(x, y))
        }
        (Value::Object(x), Value::Object(y)) => {
            x.len() == y.len()
                && x.iter()
                    .all(|(key, x)| y.get(key).is_some_and(|y| equal(x, y)))
        }
        (a, b) => a == b,
    }
}

/// A total order, so that what Terraform calls a set has one order here: by kind, then
/// numbers by worth, strings by code point, and the rest by their JSON.
pub(super) fn order(a: &Value<'_>, b: &Value<'_>) -> Ordering {
    match (a, b) {
        (Value::String(x), Value::String(y)) => x.cmp(y),
        (Value::Number(x), Value::Number(y)) => Number::parse(x).cmp(&Number::parse(y)),
        (Value::Bool(x), Value::Bool(y)) => x.cmp(y),
        (a, b) => rank(a)
            .cmp(&rank(b))
            .then_with(|| a.to_string().cmp(&b.to_string())),
    }
}

fn rank(value: &Value<'_>) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::String(_) => 3,
        Value::Array(_) => 4,
        Value::Object(_) => 5,
    }
}

/// Sorted, each value once: how this crate writes a set.
pub(super) fn as_set(mut items: Vec<Value<'_>>) -> Vec<Value<'_>> {
    items.sort_by(order);
    items.dedup_by(|a, b| equal(a, b));
    items
}
