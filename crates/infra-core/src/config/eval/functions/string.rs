//! String functions. Characters are Unicode code points.

use super::args::{Args, Failure, strings};
use super::table::{ANY, Function};
use crate::json::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("chomp", 1..=1, chomp),
    Function::new("endswith", 2..=2, endswith),
    Function::new("indent", 2..=2, indent),
    Function::new("join", 2..=ANY, join),
    Function::new("lower", 1..=1, lower),
    Function::new("split", 2..=2, split),
    Function::new("startswith", 2..=2, startswith),
    Function::new("strcontains", 2..=2, strcontains),
    Function::new("strrev", 1..=1, strrev),
    Function::new("substr", 3..=3, substr),
    Function::new("title", 1..=1, title),
    Function::new("trim", 2..=2, trim),
    Function::new("trimprefix", 2..=2, trimprefix),
    Function::new("trimspace", 1..=1, trimspace),
    Function::new("trimsuffix", 2..=2, trimsuffix),
    Function::new("upper", 1..=1, upper),
];

fn chomp<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    Ok(args
        .text(0)?
        .trim_end_matches(['\r', '\n'])
        .to_owned()
        .into())
}

fn endswith<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    Ok(args.text(0)?.ends_with(&args.text(1)?).into())
}

fn startswith<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    Ok(args.text(0)?.starts_with(&args.text(1)?).into())
}

fn strcontains<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    Ok(args.text(0)?.contains(&args.text(1)?).into())
}

/// Spaces before each line but the first.
fn indent<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let width = usize::try_from(args.whole(0)?)
        .ok()
        .filter(|width| *width <= 1000)
        .ok_or_else(|| Failure::of(0, "the number of spaces must be 0 to 1000"))?;
    Ok(args
        .text(1)?
        .replace('\n', &format!("\n{}", " ".repeat(width)))
        .into())
}

fn join<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let separator = args.text(0)?;
    let mut parts = Vec::new();
    for position in 1..args.len() {
        parts.extend(args.texts(position)?);
    }
    Ok(parts.join(&separator).into())
}

fn split<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let (separator, text) = (args.text(0)?, args.text(1)?);
    if separator.is_empty() {
        return Ok(strings(text.chars().map(String::from)));
    }
    Ok(strings(text.split(&separator).map(str::to_owned)))
}

fn lower<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    Ok(args
        .text(0)?
        .chars()
        .map(|c| single(c, c.to_lowercase()))
        .collect::<String>()
        .into())
}

fn upper<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    Ok(args
        .text(0)?
        .chars()
        .map(|c| single(c, c.to_uppercase()))
        .collect::<String>()
        .into())
}

/// Go, and so Terraform, maps one character to one: `ß` has no upper case.
fn single(c: char, mut mapped: impl Iterator<Item = char>) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(only), None) => only,
        _ => c,
    }
}

fn strrev<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    Ok(args.text(0)?.chars().rev().collect::<String>().into())
}

/// `substr(text, offset, length)`: a negative offset counts from the end, a length of -1
/// means all that is left.
fn substr<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let (text, offset, length) = (args.text(0)?, args.whole(1)?, args.whole(2)?);
    let count = text.chars().count();
    let start = match usize::try_from(offset) {
        Ok(offset) => offset,
        Err(_) => {
            count.saturating_sub(usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX))
        }
    };
    let length = match length {
        -1 => usize::MAX,
        length => {
            usize::try_from(length).map_err(|_| Failure::of(2, "the length must be -1 or more"))?
        }
    };
    Ok(text
        .chars()
        .skip(start)
        .take(length)
        .collect::<String>()
        .into())
}

fn title<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let text = args.text(0)?;
    let mut result = String::with_capacity(text.len());
    let mut starts = true;
    for c in text.chars() {
        if starts {
            result.push(single(c, c.to_uppercase()));
        } else {
            result.push(c);
        }
        starts = !(c.is_alphanumeric() || c == '_');
    }
    Ok(result.into())
}

fn trim<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let (text, cut) = (args.text(0)?, args.text(1)?);
    Ok(text.trim_matches(|c| cut.contains(c)).to_owned().into())
}

fn trimprefix<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let (text, prefix) = (args.text(0)?, args.text(1)?);
    Ok(text
        .strip_prefix(&prefix)
        .unwrap_or(&text)
        .to_owned()
        .into())
}

fn trimsuffix<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let (text, suffix) = (args.text(0)?, args.text(1)?);
    Ok(text
        .strip_suffix(&suffix)
        .unwrap_or(&text)
        .to_owned()
        .into())
}

fn trimspace<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    Ok(args.text(0)?.trim().to_owned().into())
}
