//! What must hold before a planned change may be called a consequence.
//!
//! 1. Its type is one that may be a consequence. An output always may.
//! 2. It is an update, or a replacement that changed arguments force: no create, delete,
//!    import, move, deposed object; nothing tainted, nothing asked for.
//! 3. Each known argument that changes is what replaced values make of it, and the
//!    expression of that argument reads those values.
//! 4. Each argument that will only be known after apply read something that follows from
//!    benign drift, and reads nothing but what is traced.
//! 5. Each path that forces a replacement is among those arguments.
//! 6. What else changes has no expression: it is a result of the change.
//!
//! Whatever fails here leaves the change real.

use std::collections::HashSet;

use crate::consequence::explain::{Explanation, explain, has_true};
use crate::consequence::reach::{Gatherer, GroupId};
use crate::consequence::resolve::{ExpressionId, Resolver};
use crate::consequence::scope::Scope;
use crate::consequence::sources::Cause;
use crate::drift::DriftRules;
use crate::json::{Path, Step, Value};
use crate::terraform::{Actions, Address, Change, Mode, ResourceChange};

/// A change that is a consequence if all that it needs is.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) explanation: Explanation,
    /// The changes it got values from
    pub(super) changes: Vec<usize>,
    /// The groups of which every change must be a consequence
    pub(super) groups: Vec<GroupId>,
}

impl Candidate {
    fn new(explanation: Explanation, mut groups: Vec<GroupId>) -> Self {
        let mut changes: Vec<usize> = explanation
            .links
            .iter()
            .filter_map(|link| match link.cause {
                Cause::Change { change, .. } => Some(change),
                Cause::Drift { .. } => None,
            })
            .collect();
        changes.sort_unstable();
        changes.dedup();
        groups.sort_unstable();
        groups.dedup();
        Self {
            explanation,
            changes,
            groups,
        }
    }
}

/// Examines a planned change of a resource, or says why it is real.
pub(super) fn resource(
    entry: &ResourceChange<'_>,
    rules: &DriftRules,
    resolver: &mut Resolver<'_>,
    gatherer: &mut Gatherer<'_>,
) -> Result<Candidate, String> {
    may_be_one(entry, rules)?;
    let address = Address::parse(&entry.address).ok_or("its address cannot be read")?;
    let scope = Scope::of(&address);
    let name = format!("{}.{}", address.resource_type, address.name);
    if !resolver.has(&scope, &name) {
        return Err("the plan holds no configuration of it".to_owned());
    }
    let change = &entry.change;
    let (before, after) = (change.before_value(), change.after_value());
    let unknown = change.unknown_mask().0;
    let (Value::Object(old), Value::Object(new)) = (&before, &after) else {
        return Err("the plan has no values for it".to_owned());
    };
    let mut keys: indexmap::IndexSet<&str> = old.keys().map(AsRef::as_ref).collect();
    keys.extend(new.keys().map(AsRef::as_ref));
    keys.extend(
        unknown
            .as_object()
            .into_iter()
            .flat_map(|mask| mask.keys().map(AsRef::as_ref)),
    );

    let (before_sensitive, after_sensitive) = change.sensitive_masks();
    let mut explanation = Explanation::default();
    let mut groups = Vec::new();
    let mut explained: HashSet<&str> = HashSet::new();
    for key in keys {
        let was = before.get(key).unwrap_or(&Value::Null);
        let is = after.get(key).unwrap_or(&Value::Null);
        let mask = unknown.get(key);
        if was == is && !has_true(mask) {
            continue;
        }
        let Some(id) = resolver.argument(&scope, &name, key) else {
            // A result of the change. An argument that is no longer given is not.
            if mask == Some(&Value::Bool(true)) {
                continue;
            }
            return Err(format!("{key} changes, and no expression of it is known"));
        };
        let path = Path::root().key(key);
        let part = Part {
            path: &path,
            before: was,
            after: is,
            unknown: mask,
        };
        let mut own = Explanation::default();
        let examined = part.examine(id, &scope, resolver, gatherer, &mut own, &mut groups);
        if before_sensitive.touches(&path) || after_sensitive.touches(&path) {
            // Not even the keys of a sensitive map are named.
            examined.map_err(|_| format!("{path}, which is sensitive, is not explained"))?;
            let links = own.links.into_iter();
            own.links = links.map(|link| link.at(path.clone())).collect();
        } else {
            examined?;
        }
        explanation.links.extend(own.links);
        explained.insert(key);
    }
    if explained.is_empty() {
        return Err("no argument of it changes".to_owned());
    }
    forced_by(change, &explained)?;
    Ok(Candidate::new(explanation, groups))
}

/// Examines a planned change of an output, or says why it is real.
pub(super) fn output(
    name: &str,
    change: &Change<'_>,
    resolver: &mut Resolver<'_>,
    gatherer: &mut Gatherer<'_>,
) -> Result<Candidate, String> {
    match change.actions {
        Actions::Update => {}
        Actions::Create => return Err("the output is new".to_owned()),
        Actions::Delete => return Err("the output is removed".to_owned()),
        _ => return Err(format!("the action is {}", change.actions)),
    }
    let (before_sensitive, after_sensitive) = change.sensitive_masks();
    if before_sensitive.places() != after_sensitive.places() {
        return Err("its sensitivity changes".to_owned());
    }
    let id = resolver
        .output(name)
        .ok_or("the plan holds no configuration of it")?;
    let unknown = change.unknown_mask().0;
    let mut explanation = Explanation::default();
    let mut groups = Vec::new();
    let part = Part {
        path: &Path::root(),
        before: &change.before_value(),
        after: &change.after_value(),
        unknown: Some(&unknown),
    };
    part.examine(
        id,
        &Scope::default(),
        resolver,
        gatherer,
        &mut explanation,
        &mut groups,
    )
    .map_err(|why| match why.strip_prefix(' ') {
        Some(rest) => format!("its value {rest}"),
        None => why,
    })?;
    if explanation.links.is_empty() {
        return Err("only its sensitivity or type changes".to_owned());
    }
    Ok(Candidate::new(explanation, groups))
}

/// A value whose change is to be explained by what one expression reads.
struct Part<'v, 'a> {
    path: &'v Path,
    before: &'v Value<'a>,
    after: &'v Value<'a>,
    unknown: Option<&'v Value<'a>>,
}

impl Part<'_, '_> {
    fn examine(
        &self,
        id: ExpressionId,
        scope: &Scope,
        resolver: &Resolver<'_>,
        gatherer: &mut Gatherer<'_>,
        explanation: &mut Explanation,
        groups: &mut Vec<GroupId>,
    ) -> Result<(), String> {
        let reach = gatherer.reach(resolver, id, scope);
        let had_unknown = std::mem::take(&mut explanation.has_unknown);
        explain(
            self.path,
            self.before,
            self.after,
            self.unknown,
            &reach,
            explanation,
        )?;
        if explanation.has_unknown {
            // What it will be cannot be seen, so everything it is made of must be known.
            if let Some(gap) = &reach.gap {
                let path = self.path;
                return Err(format!("{path} will only be known after apply, and {gap}"));
            }
            groups.extend_from_slice(&reach.groups);
        }
        explanation.has_unknown |= had_unknown;
        Ok(())
    }
}

/// Obligations 1 and 2.
fn may_be_one(entry: &ResourceChange<'_>, rules: &DriftRules) -> Result<(), String> {
    let change = &entry.change;
    match &change.actions {
        Actions::Create => return Err("it does not exist yet".to_owned()),
        Actions::Delete => return Err("it is to be deleted".to_owned()),
        Actions::Read => return Err("it can only be read during apply".to_owned()),
        Actions::Forget | Actions::CreateThenForget => {
            return Err("it is to be dropped from the state".to_owned());
        }
        Actions::Unknown(_) => return Err(format!("the action is {}", change.actions)),
        _ => {}
    }
    if entry.mode != Mode::Managed || !rules.allows_consequence(&entry.resource_type) {
        return Err(format!(
            "a change of {} is a real need, whatever causes it",
            entry.resource_type
        ));
    }
    if let Some(deposed) = &entry.deposed {
        return Err(format!("it is the deposed object {deposed}"));
    }
    if entry.is_move() {
        return Err("it gets another address".to_owned());
    }
    if change.importing.is_some() {
        return Err("it is imported".to_owned());
    }
    match (&change.actions, entry.action_reason.as_deref()) {
        (Actions::Update, None)
        | (
            Actions::DeleteThenCreate | Actions::CreateThenDelete,
            None | Some("replace_because_cannot_update"),
        ) => Ok(()),
        (_, Some("replace_because_tainted")) => {
            Err("it is tainted: its last creation failed".to_owned())
        }
        (_, Some("replace_by_request")) => Err("its replacement was asked for".to_owned()),
        (_, Some("replace_by_triggers")) => Err(
            "its replacement is triggered by replace_triggered_by, which the plan doesn't trace"
                .to_owned(),
        ),
        (_, Some(reason)) => Err(format!("the reason is {reason}")),
        (actions, None) => Err(format!("the action is {actions}")),
    }
}

/// Obligation 5.
fn forced_by(change: &Change<'_>, explained: &HashSet<&str>) -> Result<(), String> {
    if !change.actions.is_replace() {
        return Ok(());
    }
    if change.replace_paths.is_empty() {
        return Err("the plan doesn't say what forces the replacement".to_owned());
    }
    for path in &change.replace_paths {
        match path.steps().first() {
            Some(Step::Key(key)) if explained.contains(key.as_ref()) => {}
            _ => {
                return Err(format!(
                    "{path} forces the replacement, and is not explained"
                ));
            }
        }
    }
    Ok(())
}
