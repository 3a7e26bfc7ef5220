//! Steps into what filters and operators give, taken where the values come from.

use super::descend::{into_elements, part_of};
use super::filter::{OF_ELEMENTS, attribute_of, default_of};
use crate::ansible::jinja::{Access, Expr, access};

/// An expression whose steps into parts are taken where the values come from: `(x | list).key` is
/// `x.key`, `(x | default(y)).key` is `x.key | default(y.key)`.
pub(super) fn with_steps_inside(expr: &Expr) -> Expr {
    let mut steps = Vec::new();
    let mut at = expr;
    loop {
        let (value, step) = match at {
            Expr::Attr(value, key) => (value, Access::Key(key)),
            Expr::Item(value, key) => (value, access(key)),
            other => {
                steps.reverse();
                return step_into(other, &steps);
            }
        };
        steps.push(step);
        at = value;
    }
}

/// Steps into a value, through the filters that pass elements or parts of them on, and into each
/// of several values.
pub(super) fn step_into(value: &Expr, steps: &[Access<'_>]) -> Expr {
    let each = |values: &mut dyn Iterator<Item = &Expr>| {
        one_of(values.map(|value| step_into(value, steps)).collect())
    };
    match value {
        Expr::Choice { values, .. } => each(&mut values.iter()),
        Expr::List(values) => {
            let elements = into_elements(steps).into_iter().flat_map(|steps| {
                let into = move |value| step_into(value, steps);
                values.iter().map(into)
            });
            one_of(elements.collect())
        }
        Expr::Concat(parts) if !parts.iter().any(|part| matches!(part, Expr::Str(_))) => {
            each(&mut parts.iter())
        }
        Expr::Filter {
            value: given,
            name,
            args,
            kwargs,
        } => match name.rsplit('.').next().unwrap_or(name) {
            "dict2items" => match into_mapping(args, kwargs, steps) {
                Some(steps) => step_into(given, &steps),
                None => Expr::Op(Vec::new()),
            },
            "first" | "last" => step_into(given, steps),
            name if OF_ELEMENTS.contains(&name) => step_into(given, steps),
            "default" | "d" => Expr::Filter {
                value: Box::new(step_into(given, steps)),
                name: name.clone(),
                args: (default_of(args, kwargs).into_iter())
                    .map(|default| step_into(default, steps))
                    .collect(),
                kwargs: Vec::new(),
            },
            "ternary" => each(&mut args.iter().chain(kwargs.iter().map(|(_, arg)| arg))),
            "union" | "combine" => each(&mut std::iter::once(&**given).chain(args)),
            "map" => match attribute_of(args, kwargs) {
                Some(path) => into_mapped(given, path, steps),
                None => part_of(value.clone(), steps),
            },
            _ => part_of(value.clone(), steps),
        },
        other => part_of(other.clone(), steps),
    }
}

/// One of several values.
fn one_of(values: Vec<Expr>) -> Expr {
    Expr::Choice {
        values,
        conditions: Vec::new(),
    }
}

/// Steps into `x | map(attribute='a.b')`, of which a number is one into `x`.
fn into_mapped(value: &Expr, path: &str, steps: &[Access<'_>]) -> Expr {
    let path: Vec<Access<'_>> = path.split('.').map(Access::Key).collect();
    let of_elements = step_into(value, &[&path, steps].concat());
    match steps.split_first() {
        Some((index @ Access::Computed(_), rest)) => {
            let of_one = step_into(value, &[&[*index], &*path, rest].concat());
            one_of(vec![of_elements, of_one])
        }
        _ => of_elements,
    }
}

/// The steps into a mapping that steps into its `dict2items` are, where `key` and `value` mean what
/// they do in [`Resolver::descend`](super::Resolver::descend): the filter may call them otherwise.
/// None: they may be any. `dict_to_list_of_dict_key_value_elements` of `plugins/filter/core.py`
fn into_mapping<'e>(
    args: &[Expr],
    kwargs: &[(String, Expr)],
    steps: &[Access<'e>],
) -> Option<Vec<Access<'e>>> {
    let called = |at: usize, option: &str, usual: &'static str| match args
        .get(at)
        .or_else(|| Some(&kwargs.iter().find(|(key, _)| key == option)?.1))
    {
        Some(name) => name.as_str().map(str::to_owned),
        None => Some(usual.to_owned()),
    };
    let names = [
        called(0, "key_name", "key")?,
        called(1, "value_name", "value")?,
    ];
    let is_number =
        |step: &&Access<'_>| matches!(step, Access::Key(key) if key.parse::<i64>().is_ok());
    let numbers = steps.iter().take_while(is_number).count();
    let mut steps = steps.get(numbers..)?.to_vec();
    match steps.first_mut() {
        Some(Access::Computed(_)) => return None,
        Some(Access::Key(key)) if *key == names[0] => *key = "key",
        Some(Access::Key(key)) if *key == names[1] => *key = "value",
        _ => {}
    }
    Some(steps)
}
