//! What a refresh finds right after an apply: drift that the apply itself has made.
//!
//! A provider writes into the state what it knew when it made an object. What is made later
//! and attached to the object shows only at the next refresh: the rules of a security group,
//! the policies of a role, the address that an Elastic IP gives an instance. Terraform reports
//! that as changed outside of it, at the first plan after each apply.

use std::collections::HashSet;

use jiff::civil::Date;

use super::classify::{Judge, classify};
use super::{Class, DriftEntry, DriftRules};
use crate::document::DocumentError;
use crate::json::Value;
use crate::terraform::{Actions, Change, Plan};

/// The attributes by which one object names another.
const NAMES: [&str; 3] = ["id", "arn", "self_link"];

/// The drift that a refresh has found right after an apply.
#[derive(Debug, Clone, Default)]
pub struct Aftermath {
    /// Updates of objects that the apply made or changed, or that one of those names
    pub own: Vec<DriftEntry>,
    /// All other drift that no rule expects
    pub foreign: Vec<DriftEntry>,
}

/// Tells what the apply of one plan has made of the objects from what somebody else has.
///
/// `refreshed` is a plan made after it, best with `-refresh-only`. An entry is the apply's
/// own if the object was only updated and either was changed by the apply itself, or is named
/// (by its id, ARN or self link) in the attributes of an object that was. Whatever was deleted
/// or can't be told is foreign. What rules expect, and what only looks changed, is neither.
///
/// # Errors
///
/// A `prior_state` that can't be read.
pub fn aftermath(
    applied: &Plan<'_>,
    refreshed: &Plan<'_>,
    rules: &DriftRules,
    today: Date,
) -> Result<Aftermath, DocumentError> {
    let drift = classify(refreshed, &mut Judge::new(rules, today));
    let mut found = Aftermath::default();
    if drift.iter().all(|entry| entry.class != Class::Material) {
        return Ok(found);
    }
    let changed: HashSet<&str> = applied
        .object_changes()
        .map(|entry| entry.address.as_str())
        .collect();
    let mut named = HashSet::new();
    for entry in applied.object_changes() {
        collect(&entry.change.before_value(), &mut named);
    }
    for object in refreshed.prior_state()?.objects {
        if changed.contains(object.address().as_str()) {
            collect(&object.values(), &mut named);
        }
    }
    for (entry, change) in drift.into_iter().zip(&refreshed.resource_drift) {
        if entry.class != Class::Material {
            continue;
        }
        let is_update = entry.actions == Actions::Update && entry.deposed.is_none();
        let follows = changed.contains(entry.address.as_str()) || is_named(&change.change, &named);
        let list = if is_update && follows {
            &mut found.own
        } else {
            &mut found.foreign
        };
        list.push(entry);
    }
    Ok(found)
}

fn is_named(change: &Change<'_>, named: &HashSet<String>) -> bool {
    let value = change.after_value();
    let Some(members) = value.as_object() else {
        return false;
    };
    NAMES
        .iter()
        .filter_map(|name| members.get(name).and_then(Value::as_str))
        .any(|name| named.contains(name))
}

/// Every string in a value.
fn collect(value: &Value<'_>, strings: &mut HashSet<String>) {
    match value {
        Value::String(text) if !text.is_empty() => {
            strings.insert(text.clone().into_owned());
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, strings)),
        Value::Object(members) => members
            .iter()
            .for_each(|(_, member)| collect(member, strings)),
        _ => {}
    }
}
