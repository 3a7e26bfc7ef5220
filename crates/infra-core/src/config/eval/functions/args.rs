//! The arguments of a call, and the failure of one.

use super::super::number::Number;
use super::super::value::{Val, number_of, text_of};
use crate::json::{Members, Value};

/// Why a function has no result.
pub(in crate::config::eval) struct Failure {
    pub(in crate::config::eval) reason: String,
    /// The argument that is wrong, from 0
    pub(in crate::config::eval) argument: Option<usize>,
    pub(in crate::config::eval) hint: Option<String>,
}

impl Failure {
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            argument: None,
            hint: None,
        }
    }

    pub(super) fn of(argument: usize, reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            argument: Some(argument),
            hint: None,
        }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// The evaluated arguments of a call. Their number has been checked.
pub(in crate::config::eval) struct Args<'a, 'e> {
    values: &'a [Val<'e>],
}

impl<'a, 'e> Args<'a, 'e> {
    pub(in crate::config::eval) fn new(values: &'a [Val<'e>]) -> Self {
        Self { values }
    }

    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    pub(super) fn has(&self, position: usize) -> bool {
        position < self.values.len()
    }

    pub(super) fn get(&self, position: usize) -> &'a Value<'e> {
        self.values.get(position).map_or(&Value::Null, Val::get)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &'a Value<'e>> + use<'a, 'e> {
        self.values.iter().map(Val::get)
    }

    pub(super) fn text(&self, position: usize) -> Result<String, Failure> {
        let value = self.get(position);
        text_of(value).ok_or_else(|| self.mistyped(position, "a string", value))
    }

    pub(super) fn number(&self, position: usize) -> Result<Number, Failure> {
        let value = self.get(position);
        number_of(value).ok_or_else(|| self.mistyped(position, "a number", value))
    }

    pub(super) fn whole(&self, position: usize) -> Result<i64, Failure> {
        let number = self.number(position)?;
        number.to_i64().ok_or_else(|| {
            Failure::of(
                position,
                format!("{} must be a whole number in range", self.name(position)),
            )
        })
    }

    pub(super) fn list(&self, position: usize) -> Result<&'a [Value<'e>], Failure> {
        let value = self.get(position);
        value
            .as_array()
            .ok_or_else(|| self.mistyped(position, "a list", value))
    }

    pub(super) fn object(&self, position: usize) -> Result<&'a Members<'e>, Failure> {
        let value = self.get(position);
        value
            .as_object()
            .ok_or_else(|| self.mistyped(position, "an object", value))
    }

    /// A list of strings.
    pub(super) fn texts(&self, position: usize) -> Result<Vec<String>, Failure> {
        let wrong = |value: &Value<'_>| {
            Failure::of(
                position,
                format!(
                    "{} must be a list of strings, but holds {}",
                    self.name(position),
                    value.kind()
                ),
            )
        };
        self.list(position)?
            .iter()
            .map(|value| text_of(value).ok_or_else(|| wrong(value)))
            .collect()
    }

    fn name(&self, position: usize) -> String {
        if self.len() == 1 {
            "the argument".to_owned()
        } else {
            format!("argument {}", position + 1)
        }
    }

    pub(super) fn mistyped(&self, position: usize, expected: &str, found: &Value<'_>) -> Failure {
        let failure = Failure::of(
            position,
            format!(
                "{} must be {expected}, not {}",
                self.name(position),
                found.kind()
            ),
        );
        if found.is_null() {
            failure.hint(
                "an attribute that the resource doesn't have is null: `try(…, default)` or `coalesce(…, default)` \
                 gives it a value",
            )
        } else {
            failure
        }
    }
}

/// A list of strings as a value.
pub(super) fn strings<'e>(items: impl IntoIterator<Item = String>) -> Value<'e> {
    items.into_iter().map(Value::from).collect()
}
