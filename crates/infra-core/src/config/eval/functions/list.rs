//! Functions over lists.

use super::super::number::Number;
use super::super::value::{equal, number_value};
use super::args::{Args, Failure, strings};
use super::table::{ANY, Function};
use crate::json::Value;

/// The longest list that `range` and `setproduct` make.
pub(super) const MAX_LENGTH: usize = 100_000;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("chunklist", 2..=2, chunklist),
    Function::new("compact", 1..=1, compact),
    Function::new("concat", 1..=ANY, concat),
    Function::new("contains", 2..=2, contains),
    Function::new("distinct", 1..=1, distinct),
    Function::new("element", 2..=2, element),
    Function::new("flatten", 1..=1, flatten),
    Function::new("index", 2..=2, index),
    Function::new("one", 1..=1, one),
    Function::new("range", 1..=3, range),
    Function::new("reverse", 1..=1, reverse),
    Function::new("slice", 3..=3, slice),
    Function::new("sort", 1..=1, sort),
    Function::new("sum", 1..=1, sum),
    Function::new("zipmap", 2..=2, zipmap),
];

fn chunklist<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let items = args.list(0)?;
    match usize::try_from(args.whole(1)?) {
        Ok(0) => Ok(Value::Array(vec![Value::Array(items.to_vec())])),
        Ok(size) => Ok(items
            .chunks(size)
            .map(|chunk| Value::Array(chunk.to_vec()))
            .collect()),
        Err(_) => Err(Failure::of(1, "the size must not be negative")),
    }
}

/// Without nulls and empty strings.
fn compact<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    Ok(args
        .list(0)?
        .iter()
        .filter(|value| !value.is_null() && value.as_str() != Some(""))
        .cloned()
        .collect())
}

fn concat<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let mut all = Vec::new();
    for position in 0..args.len() {
        all.extend_from_slice(args.list(position)?);
    }
    Ok(Value::Array(all))
}

fn contains<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let wanted = args.get(1);
    Ok(args
        .list(0)?
        .iter()
        .any(|value| equal(value, wanted))
        .into())
}

fn distinct<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let mut kept: Vec<Value<'e>> = Vec::new();
    for value in args.list(0)? {
        if !kept.iter().any(|known| equal(known, value)) {
            kept.push(value.clone());
        }
    }
    Ok(Value::Array(kept))
}

/// `element(list, index)`: the index wraps around.
fn element<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let (items, position) = (args.list(0)?, args.whole(1)?);
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let position = position
        .checked_rem_euclid(length)
        .ok_or_else(|| Failure::of(0, "the list is empty"))?;
    let position = usize::try_from(position).unwrap_or(0);
    Ok(items.get(position).cloned().unwrap_or_default())
}

fn flatten<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    fn into<'e>(items: &[Value<'e>], flat: &mut Vec<Value<'e>>) {
        for item in items {
            match item {
                Value::Array(inner) => into(inner, flat),
                other => flat.push(other.clone()),
            }
        }
    }
    let mut flat = Vec::new();
    into(args.list(0)?, &mut flat);
    Ok(Value::Array(flat))
}

fn index<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let wanted = args.get(1);
    let position = args.list(0)?.iter().position(|value| equal(value, wanted));
    position
        .map(|position| Value::Number(position.to_string().into()))
        .ok_or_else(|| Failure::of(1, "the list does not hold this value"))
}

/// The only element, or null of an empty list.
fn one<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    match args.list(0)? {
        [] => Ok(Value::Null),
        [only] => Ok(only.clone()),
        more => Err(Failure::of(
            0,
            format!("the list must have one element or none, not {}", more.len()),
        )),
    }
}

/// `range(limit)`, `range(start, limit)`, `range(start, limit, step)`.
fn range<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let zero = || Number::parse("0").ok_or_else(|| Failure::new("no zero"));
    let (start, limit) = if args.has(1) {
        (args.number(0)?, args.number(1)?)
    } else {
        (zero()?, args.number(0)?)
    };
    let down = limit < start;
    let step = if args.has(2) {
        args.number(2)?
    } else {
        Number::parse(if down { "-1" } else { "1" }).unwrap_or_else(|| start.clone())
    };
    if step.is_zero() || (step.is_negative() != down && limit != start) {
        return Err(Failure::of(
            2,
            "the step must not be zero, and must lead from the start to the limit",
        ));
    }
    let mut numbers = Vec::new();
    let mut next = start;
    while if down { next > limit } else { next < limit } {
        if numbers.len() == MAX_LENGTH {
            return Err(Failure::new(format!(
                "the result has more than {MAX_LENGTH} elements"
            )));
        }
        numbers.push(number_value(&next));
        next = next
            .add(&step)
            .ok_or_else(|| Failure::new("a number is out of range"))?;
    }
    Ok(Value::Array(numbers))
}

fn reverse<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    Ok(args.list(0)?.iter().rev().cloned().collect())
}

/// `slice(list, start, end)`: the end is not included.
fn slice<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let (items, start, end) = (args.list(0)?, args.whole(1)?, args.whole(2)?);
    let bounds = usize::try_from(start).ok().zip(usize::try_from(end).ok());
    let part = bounds.and_then(|(start, end)| items.get(start..end));
    part.map(|part| Value::Array(part.to_vec())).ok_or_else(|| {
        Failure::new(format!(
            "{start} to {end} is not inside a list of {} elements",
            items.len()
        ))
    })
}

fn sort<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let mut texts = args.texts(0)?;
    texts.sort();
    Ok(strings(texts))
}

fn sum<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let items = args.list(0)?;
    let numbers = items
        .iter()
        .map(super::super::value::number_of)
        .collect::<Option<Vec<_>>>();
    let numbers =
        numbers.ok_or_else(|| Failure::of(0, "the argument must be a list of numbers"))?;
    let (first, rest) = numbers
        .split_first()
        .ok_or_else(|| Failure::of(0, "the list is empty"))?;
    let total = rest
        .iter()
        .try_fold(first.clone(), |total, number| total.add(number));
    total
        .as_ref()
        .map(number_value)
        .ok_or_else(|| Failure::new("the result is out of range"))
}

fn zipmap<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let (keys, values) = (args.texts(0)?, args.list(1)?);
    if keys.len() != values.len() {
        return Err(Failure::new(format!(
            "there are {} keys for {} values",
            keys.len(),
            values.len()
        )));
    }
    Ok(Value::Object(
        keys.into_iter()
            .map(Into::into)
            .zip(values.iter().cloned())
            .collect(),
    ))
}
