//! Attributes with a type. One that is null is one that is absent.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use camino::Utf8PathBuf;
use hcl::edit::Span;
use hcl::edit::expr::Expression;
use indexmap::IndexMap;

use super::fields::Fields;
use crate::config::error::Problem;
use crate::config::{duration, names};
use crate::json::Value;

/// A value, and where it stands.
pub(super) type Spotted<T> = (T, Range<usize>);

impl Fields<'_> {
    pub(super) fn constant(&self, name: &str) -> Option<Spotted<Value<'static>>> {
        let expr = &self.get(name)?.value;
        let value = self.reader.constant(expr)?;
        (!value.is_null()).then(|| (value, expr.span().unwrap_or(0..0)))
    }

    /// An attribute as `convert` reads it; a value that it doesn't read has the wrong type.
    fn typed<T>(
        &self,
        name: &str,
        expected: &'static str,
        convert: impl FnOnce(&Value<'static>) -> Option<T>,
    ) -> Option<Spotted<T>> {
        let (value, span) = self.constant(name)?;
        let converted = convert(&value);
        if converted.is_none() {
            self.mistyped(name, expected, &value, span.clone());
        }
        converted.map(|value| (value, span))
    }

    pub(super) fn mistyped(
        &self,
        name: &str,
        expected: &'static str,
        found: &Value<'_>,
        span: Range<usize>,
    ) {
        let found_kind = found.kind();
        let problem = match found {
            // Of the right type to look at, so the value itself is the news.
            Value::String(_) | Value::Number(_)
                if !expected.starts_with("a string") && !expected.starts_with("a list") =>
            {
                Problem::Invalid {
                    name: name.to_owned(),
                    value: shown(found),
                    expected,
                }
            }
            _ => Problem::WrongType {
                name: name.to_owned(),
                expected,
                found: found_kind,
            },
        };
        self.reader.report(span, problem, None);
    }

    pub(super) fn string_at(&self, name: &str) -> Option<Spotted<String>> {
        let found = self.typed(name, "a string", |value| value.as_str().map(str::to_owned))?;
        if found.0.is_empty() {
            self.reader
                .check(false, name, "", "a string that isn't empty", found.1);
            return None;
        }
        Some(found)
    }

    pub(super) fn string(&self, name: &str) -> Option<String> {
        self.string_at(name).map(|(text, _)| text)
    }

    /// A string that must be there. Without it the file is in error, and so the empty
    /// string that stands in for it is never seen.
    pub(super) fn required_string(&self, name: &str, hint: &str) -> String {
        if self.get(name).is_none() {
            self.missing(&format!("{name:?}"), hint);
        }
        self.string(name).unwrap_or_default()
    }

    pub(super) fn path(&self, name: &str) -> Option<Utf8PathBuf> {
        self.string(name).map(Utf8PathBuf::from)
    }

    pub(super) fn boolean(&self, name: &str) -> Option<bool> {
        self.typed(name, "true or false", Value::as_bool)
            .map(|(value, _)| value)
    }

    /// A whole number in a range.
    pub(super) fn whole(
        &self,
        name: &str,
        range: std::ops::RangeInclusive<u32>,
        expected: &'static str,
    ) -> Option<u32> {
        let convert = |value: &Value<'_>| match value {
            Value::Number(text) => text.parse().ok().filter(|number| range.contains(number)),
            _ => None,
        };
        self.typed(name, expected, convert).map(|(value, _)| value)
    }

    pub(super) fn duration(&self, name: &str) -> Option<Duration> {
        let convert = |value: &Value<'_>| value.as_str().and_then(duration::parse);
        self.typed(name, duration::EXPECTED, convert)
            .map(|(value, _)| value)
    }

    /// A list of strings that aren't empty, each with its place.
    pub(super) fn strings_at(&self, name: &str) -> Option<Vec<Spotted<String>>> {
        const EXPECTED: &str = "a list of strings";
        let (value, span) = self.constant(name)?;
        let Value::Array(items) = value else {
            self.mistyped(name, EXPECTED, &value, span);
            return None;
        };
        let syntax = self.get(name).map(|attribute| &attribute.value);
        let mut strings = Vec::with_capacity(items.len());
        for (position, item) in items.into_iter().enumerate() {
            let place = element_span(syntax, position).unwrap_or_else(|| span.clone());
            let name = format!("{name}[{position}]");
            match item {
                Value::String(text) if text.is_empty() => {
                    self.reader
                        .check(false, &name, "", "a string that isn't empty", place);
                }
                Value::String(text) => strings.push((text.into_owned(), place)),
                other => {
                    let problem = Problem::WrongType {
                        name,
                        expected: "a string",
                        found: other.kind(),
                    };
                    self.reader.report(place, problem, None);
                }
            }
        }
        Some(strings)
    }

    pub(super) fn strings(&self, name: &str) -> Vec<String> {
        self.strings_at(name)
            .unwrap_or_default()
            .into_iter()
            .map(|(text, _)| text)
            .collect()
    }

    pub(super) fn paths(&self, name: &str) -> Vec<Utf8PathBuf> {
        self.strings(name)
            .into_iter()
            .map(Utf8PathBuf::from)
            .collect()
    }

    /// A list of strings that must be there and hold something.
    pub(super) fn required_strings(&self, name: &str, hint: &str) -> Vec<String> {
        if self.get(name).is_none() {
            self.missing(&format!("{name:?}"), hint);
            return Vec::new();
        }
        let found = self.strings_at(name);
        if let (Some([]), Some(attribute)) = (found.as_deref(), self.get(name)) {
            let span = attribute.value.span().unwrap_or(0..0);
            let problem = Problem::Invalid {
                name: name.to_owned(),
                value: "[]".to_owned(),
                expected: "a list of at least one string",
            };
            self.reader.report(span, problem, None);
        }
        found
            .unwrap_or_default()
            .into_iter()
            .map(|(text, _)| text)
            .collect()
    }

    /// Environment variables: numbers and booleans become strings, as in Terraform.
    pub(super) fn env(&self, name: &str) -> BTreeMap<String, String> {
        let Some((members, span)) = self.members(name) else {
            return BTreeMap::new();
        };
        let mut env = BTreeMap::new();
        for (key, value) in members {
            let text = match value {
                Value::String(text) | Value::Number(text) => text.into_owned(),
                Value::Bool(value) => value.to_string(),
                other => {
                    let problem = Problem::WrongType {
                        name: format!("{name}.{key}"),
                        expected: "a string",
                        found: other.kind(),
                    };
                    self.reader.report(span.clone(), problem, None);
                    continue;
                }
            };
            let named = !key.is_empty() && !key.contains(['=', '\0']);
            self.reader.check(
                named,
                name,
                &key,
                "the names of environment variables, without '='",
                span.clone(),
            );
            self.reader.check(
                !text.contains('\0'),
                &key,
                "…",
                "text without NUL",
                span.clone(),
            );
            env.insert(key, text);
        }
        env
    }

    /// Variables of Ansible that are the same for all hosts.
    pub(super) fn vars(&self, name: &str) -> IndexMap<String, Value<'static>> {
        let Some((members, span)) = self.members(name) else {
            return IndexMap::new();
        };
        for key in members.keys() {
            self.check_variable(key, span.clone());
        }
        members
    }

    /// Reports a name that Ansible can't use for a variable.
    pub(super) fn check_variable(&self, name: &str, span: Range<usize>) {
        let valid = names::is_identifier(name);
        self.reader
            .check_name(valid, "variable", name, names::VARIABLE, span.clone());
        let free = !names::is_magic_variable(name);
        let expected = "one that Ansible doesn't set itself";
        self.reader
            .check_name(free, "variable", name, expected, span);
    }

    fn members(&self, name: &str) -> Option<Spotted<IndexMap<String, Value<'static>>>> {
        let convert = |value: &Value<'static>| {
            let members = value.as_object()?;
            Some(
                members
                    .iter()
                    .map(|(key, value)| (key.clone().into_owned(), value.clone()))
                    .collect(),
            )
        };
        self.typed(name, "an object", convert)
    }
}

fn shown(value: &Value<'_>) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), |text| format!("{text:?}"))
}

fn element_span(syntax: Option<&Expression>, position: usize) -> Option<Range<usize>> {
    syntax?.as_array()?.get(position)?.span()
}
