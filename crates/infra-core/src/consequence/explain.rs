//! Whether what changes in a value is what replaced values make of it.

use indexmap::IndexSet;

use crate::consequence::reach::Reach;
use crate::consequence::sources::Cause;
use crate::consequence::table::{replaced, rewrite_forward, rewritten, unsettled};
use crate::json::{Path, Value};

/// Where a changed part of a value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Link {
    pub(super) path: Path,
    pub(super) cause: Cause,
}

impl Link {
    /// The same origin, of a larger part.
    pub(super) fn at(self, path: Path) -> Self {
        Self { path, ..self }
    }
}

/// What explains a change, as far as it has been gone through.
#[derive(Debug, Default)]
pub(super) struct Explanation {
    /// The origin of each changed part
    pub(super) links: IndexSet<Link>,
    /// Whether any part is only known after apply
    pub(super) has_unknown: bool,
}

/// Goes through a value before and after, part by part at the same place. Each part that
/// differs must be a replaced value, or a text with replaced values in it. Otherwise the
/// answer is why it isn't, without any value: values may be secret.
///
/// The values must be the same but for that. What only reads the same, such as another
/// order of a list, is a change that somebody made.
pub(super) fn explain(
    path: &Path,
    before: &Value<'_>,
    after: &Value<'_>,
    unknown: Option<&Value<'_>>,
    reach: &Reach,
    into: &mut Explanation,
) -> Result<(), String> {
    let tables = reach.tables();
    let mut add = |causes: Vec<Cause>| {
        let path = path.clone();
        into.links.extend(causes.into_iter().map(|cause| Link {
            path: path.clone(),
            cause,
        }));
    };
    if unknown == Some(&Value::Bool(true)) {
        let causes = unsettled(&tables, before);
        if causes.is_empty() {
            return Err(format!(
                "{path} will only be known after apply, and what it was doesn't come from anything \
                 that follows from benign drift"
            ));
        }
        add(causes);
        into.has_unknown = true;
        return Ok(());
    }
    if !has_true(unknown) {
        if before == after {
            return Ok(());
        }
        if let Some(cause) = replaced(tables.iter().copied(), before, after) {
            add(vec![cause]);
            return Ok(());
        }
    }
    match (before, after) {
        (Value::String(before), Value::String(after)) => {
            if let Some(causes) = rewritten(&tables, before, after) {
                add(causes);
                return Ok(());
            }
        }
        (Value::Array(before), Value::Array(after)) if before.len() == after.len() => {
            let mut parts = Explanation::default();
            let in_place =
                before
                    .iter()
                    .zip(after)
                    .enumerate()
                    .try_for_each(|(index, (before, after))| {
                        let unknown = unknown.and_then(|mask| mask.at(index));
                        explain(
                            &path.index(index),
                            before,
                            after,
                            unknown,
                            reach,
                            &mut parts,
                        )
                    });
            return match in_place {
                Ok(()) => {
                    into.links.extend(parts.links);
                    into.has_unknown |= parts.has_unknown;
                    Ok(())
                }
                Err(why) => sorted_again(&tables, before, after).map(add).ok_or(why),
            };
        }
        (Value::Object(_), Value::Object(_)) => {
            let mut keys: IndexSet<&str> = IndexSet::new();
            for value in [Some(before), Some(after), unknown].into_iter().flatten() {
                keys.extend(
                    value
                        .as_object()
                        .into_iter()
                        .flat_map(|object| object.keys().map(AsRef::as_ref)),
                );
            }
            for key in keys {
                let (old, new) = (before.get(key), after.get(key));
                let mask = unknown.and_then(|mask| mask.get(key));
                if old.is_none() {
                    return Err(format!("{} is new", path.key(key)));
                }
                if new.is_none() && old.is_some() && !has_true(mask) {
                    return Err(format!("{} is removed", path.key(key)));
                }
                let (old, new) = (old.unwrap_or(&Value::Null), new.unwrap_or(&Value::Null));
                explain(&path.key(key), old, new, mask, reach, into)?;
            }
            return Ok(());
        }
        _ => {}
    }
    Err(format!(
        "{path} changes in a way that benign drift doesn't explain"
    ))
}

/// Two lists in ascending order, as a set and `sort()` make them, may differ in the place
/// of a replaced value too: its new text sorts elsewhere.
fn sorted_again(
    tables: &[&crate::consequence::table::Table],
    before: &[Value<'_>],
    after: &[Value<'_>],
) -> Option<Vec<Cause>> {
    let texts = |items: &[Value<'_>]| {
        let texts: Option<Vec<String>> = items
            .iter()
            .map(|item| item.as_str().map(str::to_owned))
            .collect();
        texts.filter(|texts| texts.is_sorted())
    };
    let (before, after) = (texts(before)?, texts(after)?);
    let mut causes = Vec::new();
    let mut rewritten: Vec<String> = before
        .iter()
        .map(|text| {
            let (text, found) = rewrite_forward(tables, text);
            causes.extend(found);
            text
        })
        .collect();
    rewritten.sort_unstable();
    (rewritten == after && !causes.is_empty()).then_some(causes)
}

pub(super) fn has_true(mask: Option<&Value<'_>>) -> bool {
    match mask {
        Some(Value::Bool(value)) => *value,
        Some(Value::Array(items)) => items.iter().any(|item| has_true(Some(item))),
        Some(Value::Object(members)) => members.values().any(|member| has_true(Some(member))),
        _ => false,
    }
}
