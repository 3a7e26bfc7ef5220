//! Functions over sets: lists that are sorted and hold each value once.

use super::super::value::{as_set, equal};
use super::args::{Args, Failure};
use super::list::MAX_LENGTH;
use super::table::{ANY, Function};
use crate::json::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("setintersection", 1..=ANY, setintersection),
    Function::new("setproduct", 2..=ANY, setproduct),
    Function::new("setsubtract", 2..=2, setsubtract),
    Function::new("setunion", 1..=ANY, setunion),
];

fn holds(items: &[Value<'_>], wanted: &Value<'_>) -> bool {
    items.iter().any(|value| equal(value, wanted))
}

fn setintersection<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let mut common = args.list(0)?.to_vec();
    for position in 1..args.len() {
        let other = args.list(position)?;
        common.retain(|value| holds(other, value));
    }
    Ok(Value::Array(as_set(common)))
}

fn setsubtract<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let (from, without) = (args.list(0)?, args.list(1)?);
    Ok(Value::Array(as_set(
        from.iter()
            .filter(|value| !holds(without, value))
            .cloned()
            .collect(),
    )))
}

fn setunion<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let mut all = Vec::new();
    for position in 0..args.len() {
        all.extend_from_slice(args.list(position)?);
    }
    Ok(Value::Array(as_set(all)))
}

/// All combinations of one element of each.
fn setproduct<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let mut rows: Vec<Vec<Value<'e>>> = vec![Vec::new()];
    for position in 0..args.len() {
        let items = args.list(position)?;
        if rows.len().saturating_mul(items.len()) > MAX_LENGTH {
            return Err(Failure::new(format!(
                "the result has more than {MAX_LENGTH} elements"
            )));
        }
        rows = rows
            .iter()
            .flat_map(|row| {
                items
                    .iter()
                    .map(move |item| row.iter().chain([item]).cloned().collect())
            })
            .collect();
    }
    Ok(rows.into_iter().map(Value::Array).collect())
}
