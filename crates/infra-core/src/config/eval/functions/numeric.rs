//! Numeric functions.

use super::super::number::Number;
use super::super::value::number_value;
use super::args::{Args, Failure};
use super::table::{ANY, Function};
use crate::json::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("abs", 1..=1, abs),
    Function::new("ceil", 1..=1, ceil),
    Function::new("floor", 1..=1, floor),
    Function::new("max", 1..=ANY, max),
    Function::new("min", 1..=ANY, min),
    Function::new("parseint", 2..=2, parseint),
    Function::new("pow", 2..=2, pow),
    Function::new("signum", 1..=1, signum),
];

fn abs<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let value = args.number(0)?;
    Ok(number_value(&if value.is_negative() {
        value.negate()
    } else {
        value
    }))
}

fn floor<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    rounded(args, true)
}

fn ceil<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    rounded(args, false)
}

fn rounded<'e>(args: &Args<'_, 'e>, down: bool) -> Result<Value<'e>, Failure> {
    let value = args.number(0)?;
    let towards_zero = value.truncate();
    let step = if value.is_whole() || value.is_negative() != down {
        0
    } else if down {
        -1
    } else {
        1
    };
    let result = Number::parse(&step.to_string())
        .and_then(|step| towards_zero.add(&step))
        .unwrap_or(towards_zero);
    Ok(number_value(&result))
}

fn max<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    Ok(numbers(args)?
        .iter()
        .max()
        .map(number_value)
        .unwrap_or_default())
}

fn min<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    Ok(numbers(args)?
        .iter()
        .min()
        .map(number_value)
        .unwrap_or_default())
}

fn numbers(args: &Args<'_, '_>) -> Result<Vec<Number>, Failure> {
    (0..args.len())
        .map(|position| args.number(position))
        .collect()
}

fn parseint<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let (text, base) = (args.text(0)?, args.whole(1)?);
    let base = u32::try_from(base)
        .ok()
        .filter(|base| (2..=36).contains(base))
        .ok_or_else(|| Failure::of(1, format!("the base must be 2 to 36, not {base}")))?;
    i128::from_str_radix(&text, base)
        .map(|value| Value::Number(value.to_string().into()))
        .map_err(|_| {
            Failure::of(
                0,
                format!("the text is not a whole number in base {base}, or too large"),
            )
        })
}

fn pow<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let (base, exponent) = (args.number(0)?, args.number(1)?);
    let one = Number::parse("1");
    let exact = match (exponent.to_i64(), one) {
        (Some(times @ 0..=256), Some(one)) => {
            (0..times).try_fold(one, |product, _| product.multiply(&base))
        }
        _ => Number::from_f64(base.to_f64().powf(exponent.to_f64())),
    };
    exact
        .as_ref()
        .map(number_value)
        .ok_or_else(|| Failure::new("the result is out of range"))
}

fn signum<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let value = args.number(0)?;
    Ok(Value::from(if value.is_zero() {
        0_i64
    } else if value.is_negative() {
        -1
    } else {
        1
    }))
}
