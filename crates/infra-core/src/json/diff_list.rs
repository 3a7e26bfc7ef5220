//! Which element of a list before is which element after.

use std::collections::HashMap;

use crate::json::diff::{Difference, Place, has_true};
use crate::json::{Path, Value, normal_form};

/// The members that tell one block of a list from another, in order of trust.
const IDENTITIES: [&str; 8] = [
    "id",
    "name",
    "key",
    "device_name",
    "volume_id",
    "network_interface_id",
    "arn",
    "rule_number",
];

/// Compares two lists.
///
/// Lists with the same elements are one difference, of the list as a whole. Otherwise the
/// elements that are the same on both sides are set aside, whatever their place, and of
/// the rest those are compared that have the same identity, else the same rank. What is
/// left over has been added or removed. The index in a path is the one before, or for what
/// was added, the one after.
pub(super) fn diff_lists<'v, 'a>(
    place: Place<'v, 'a>,
    before: &'v [Value<'a>],
    after: &'v [Value<'a>],
    path: &Path,
    found: &mut Vec<Difference<'v, 'a>>,
) {
    let unknown = has_true(place.masks.unknown);
    if !unknown {
        let whole = place.leaf(path, false);
        if whole.equal {
            return found.push(whole);
        }
    }
    // What isn't known yet can only be told by its place.
    let pairs = if unknown || place.order == crate::json::Order::Fixed {
        by_rank(&indices(before), &indices(after))
    } else {
        pair(place, before, after)
    };
    for (left, right) in pairs {
        let element = Place {
            before: left.and_then(|index| before.get(index)),
            after: right.and_then(|index| after.get(index)),
            masks: place.masks.element(left, right),
            order: place.order,
        };
        match (left, right) {
            (Some(index), Some(_)) => element.compare(&path.index(index), found),
            // Whether there is an element counts, even if it is an empty one.
            (Some(index), None) | (None, Some(index)) => found.push(Difference {
                equal: false,
                ..element.leaf(&path.index(index), has_true(element.masks.unknown))
            }),
            (None, None) => {}
        }
    }
}

type Pair = (Option<usize>, Option<usize>);

fn indices(items: &[Value<'_>]) -> Vec<usize> {
    (0..items.len()).collect()
}

fn pair<'a>(place: Place<'_, 'a>, before: &[Value<'a>], after: &[Value<'a>]) -> Vec<Pair> {
    let mut same: HashMap<String, Vec<usize>> = HashMap::new();
    for (index, item) in after.iter().enumerate().rev() {
        same.entry(normal_form(item, place.order))
            .or_default()
            .push(index);
    }
    let mut taken = vec![false; after.len()];
    let mut left = Vec::new();
    for (index, item) in before.iter().enumerate() {
        match same
            .get_mut(&normal_form(item, place.order))
            .and_then(Vec::pop)
        {
            Some(other) => taken[other] = true,
            None => left.push(index),
        }
    }
    let right: Vec<usize> = (0..after.len()).filter(|index| !taken[*index]).collect();
    IDENTITIES
        .iter()
        .find_map(|member| by_identity(member, before, &left, after, &right))
        .unwrap_or_else(|| by_rank(&left, &right))
}

/// Pairs by a member, if every element has one and no two share it.
fn by_identity(
    member: &str,
    before: &[Value<'_>],
    left: &[usize],
    after: &[Value<'_>],
    right: &[usize],
) -> Option<Vec<Pair>> {
    let identities = |items: &[Value<'_>], indices: &[usize]| {
        let mut known = HashMap::new();
        for index in indices {
            let identity = items.get(*index)?.get(member)?;
            let is_scalar = matches!(identity, Value::String(_) | Value::Number(_));
            let is_new = known.insert(identity.to_string(), *index).is_none();
            if identity.is_empty() || !is_scalar || !is_new {
                return None;
            }
        }
        Some(known)
    };
    let names_before = identities(before, left)?;
    let names_after = identities(after, right)?;
    if !names_before
        .keys()
        .any(|name| names_after.contains_key(name))
    {
        return None;
    }
    let mut pairs: Vec<Pair> = names_before
        .iter()
        .map(|(name, index)| (Some(*index), names_after.get(name).copied()))
        .collect();
    pairs.extend(
        names_after
            .iter()
            .filter(|(name, _)| !names_before.contains_key(*name))
            .map(|(_, index)| (None, Some(*index))),
    );
    pairs.sort_unstable_by_key(|(left, right)| (left.is_none(), *left, *right));
    Some(pairs)
}

fn by_rank(left: &[usize], right: &[usize]) -> Vec<Pair> {
    (0..left.len().max(right.len()))
        .map(|rank| (left.get(rank).copied(), right.get(rank).copied()))
        .collect()
}
