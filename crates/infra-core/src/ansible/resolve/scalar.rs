//! Plain scalars that YAML takes for something else than text, as a template prints them.

use std::collections::BTreeSet;

use super::MAX_ALTERNATIVES;
use crate::ansible::name::Pattern;

/// What prints as nothing at all in a template, and as `None` where something is made of it first.
pub(super) fn nothing() -> [Pattern; 2] {
    ["", "None"].map(Pattern::literal)
}

/// What a boolean prints, and what filters such as `lower` make of it.
pub(super) fn boolean(value: bool) -> [Pattern; 2] {
    let printed = if value { "True" } else { "False" };
    [
        Pattern::literal(printed),
        Pattern::literal(value.to_string()),
    ]
}

/// What a constant of Jinja prints, if a name is one of those.
/// <https://jinja.palletsprojects.com/en/stable/templates/#literals>
pub(super) fn constant(name: &str) -> Option<[Pattern; 2]> {
    match name {
        "none" | "None" => Some(nothing()),
        "true" | "True" => Some(boolean(true)),
        "false" | "False" => Some(boolean(false)),
        _ => None,
    }
}

/// Whether a plain scalar is null. The implicit resolvers of `PyYAML`'s `resolver.py`
pub(super) fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// What the sums of numbers are, of which each part is one of several. Of one with a fraction it is
/// not told which.
pub(super) fn sums(parts: &[Vec<Pattern>]) -> Vec<Pattern> {
    let mut sums = BTreeSet::from([Some(0_i64)]);
    for part in parts {
        let texts = part.iter().filter_map(Pattern::as_literal);
        let numbers = texts.filter(|text| text.parse::<f64>().is_ok());
        // Those with a fraction are none of these.
        let numbers: BTreeSet<Option<i64>> = numbers.map(|text| text.parse().ok()).collect();
        let add = |sum: Option<i64>| {
            let numbers = numbers.iter();
            numbers.map(move |number| sum?.checked_add((*number)?))
        };
        sums = sums.into_iter().flat_map(add).collect();
        if sums.len() > MAX_ALTERNATIVES {
            return vec![Pattern::any()];
        }
    }
    let pattern = |sum: Option<i64>| match sum {
        Some(sum) => Pattern::literal(sum.to_string()),
        None => Pattern::segment(),
    };
    sums.into_iter().map(pattern).collect()
}

/// How Python prints the boolean or the number that a plain scalar is, if that isn't its text.
/// `construct_yaml_bool`, `construct_yaml_int` and `construct_yaml_float` of `PyYAML`'s `constructor.py`
pub(super) fn printed(text: &str) -> Option<String> {
    let printed = match text.to_ascii_lowercase().as_str() {
        "yes" | "true" | "on" if is_word(text) => "True".to_owned(),
        "no" | "false" | "off" if is_word(text) => "False".to_owned(),
        _ => number(text)?,
    };
    (printed != text).then_some(printed)
}

/// `yes`, `Yes` and `YES` are booleans, and `yEs` is a text.
fn is_word(text: &str) -> bool {
    let rest = text.get(1..).unwrap_or_default();
    let lower = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase());
    lower(rest) || text.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn number(text: &str) -> Option<String> {
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return None;
    }
    let plain = text.replace('_', "");
    let (sign, digits) = match plain.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", plain.strip_prefix('+').unwrap_or(&plain)),
    };
    let whole = if let Some(digits) = digits.strip_prefix("0x") {
        u64::from_str_radix(digits, 16).ok()
    } else if let Some(digits) = digits.strip_prefix("0b") {
        u64::from_str_radix(digits, 2).ok()
    } else if digits.len() > 1 && digits.starts_with('0') && !digits.contains('.') {
        u64::from_str_radix(digits, 8).ok()
    } else {
        digits.parse().ok()
    };
    if let Some(whole) = whole {
        return Some(format!("{sign}{whole}"));
    }
    let is_float = digits.contains('.')
        && (digits.bytes()).all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte));
    let value: f64 = digits.parse().ok().filter(|_| is_float)?;
    Some(format!("{sign}{value:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_are_printed_as_python_has_them() {
        for (text, expected) in [
            ("yes", Some("True")),
            ("Off", Some("False")),
            ("TRUE", Some("True")),
            ("tRUE", None),
            ("True", None),
            ("1.10", Some("1.1")),
            ("9.6", None),
            ("-2.50", Some("-2.5")),
            ("0644", Some("420")),
            ("0x1F", Some("31")),
            ("1_000", Some("1000")),
            ("+3", Some("3")),
            ("089", None),
            ("1.2.3", None),
            ("10", None),
            ("1.", Some("1.0")),
            ("a", None),
            ("", None),
            (".", None),
        ] {
            assert_eq!(printed(text).as_deref(), expected, "{text}");
        }
    }
}
