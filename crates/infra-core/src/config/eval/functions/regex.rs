//! `regex`, `regexall` and `replace`.

use regex::{Captures, Regex, RegexBuilder};

use super::args::{Args, Failure};
use super::table::Function;
use crate::json::{Members, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("regex", 2..=2, regex),
    Function::new("regexall", 2..=2, regexall),
    Function::new("replace", 3..=3, replace),
];

/// The first match: a string, or the groups as a list, or the named groups as an object.
fn regex<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let (pattern, text) = (compile(args, 0)?, args.text(1)?);
    let found = pattern.captures(&text);
    found
        .map(|captures| groups(&pattern, &captures))
        .ok_or_else(|| {
            Failure::of(1, "the text does not match").hint(
                "`try(regex(…), default)` or `can(regex(…))` allow for text that doesn't match",
            )
        })
}

fn regexall<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let (pattern, text) = (compile(args, 0)?, args.text(1)?);
    Ok(pattern
        .captures_iter(&text)
        .map(|captures| groups(&pattern, &captures))
        .collect())
}

/// `replace(text, what, with)`: `/…/` around `what` makes it a regular expression, and then
/// `$1` and `${name}` in `with` stand for its groups.
fn replace<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let (text, what, with) = (args.text(0)?, args.text(1)?, args.text(2)?);
    if what.len() > 1 && what.starts_with('/') && what.ends_with('/') {
        let inner = what.get(1..what.len() - 1).unwrap_or("");
        return Ok(build(inner, 1)?
            .replace_all(&text, with.as_str())
            .into_owned()
            .into());
    }
    if !what.is_empty() && text.matches(&what).count().saturating_mul(with.len()) > 16 * 1024 * 1024
    {
        return Err(Failure::new("the result is larger than 16 MiB"));
    }
    Ok(text.replace(&what, &with).into())
}

fn compile(args: &Args<'_, '_>, position: usize) -> Result<Regex, Failure> {
    build(&args.text(position)?, position)
}

fn build(pattern: &str, position: usize) -> Result<Regex, Failure> {
    RegexBuilder::new(pattern)
        .size_limit(1 << 20)
        .build()
        .map_err(|error| {
            let text = error.to_string();
            let reason = text
                .lines()
                .last()
                .unwrap_or("it is malformed")
                .trim()
                .trim_start_matches("error: ")
                .to_owned();
            Failure::of(
                position,
                format!("the pattern is not a regular expression: {reason}"),
            )
        })
}

fn groups<'e>(pattern: &Regex, captures: &Captures<'_>) -> Value<'e> {
    let group = |found: Option<regex::Match<'_>>| {
        found.map_or(Value::Null, |found| found.as_str().to_owned().into())
    };
    if captures.len() == 1 {
        return group(captures.get(0));
    }
    let named: Members<'e> = pattern
        .capture_names()
        .flatten()
        .map(|name| (name.to_owned().into(), group(captures.name(name))))
        .collect();
    if named.is_empty() {
        captures.iter().skip(1).map(group).collect()
    } else {
        Value::Object(named)
    }
}
