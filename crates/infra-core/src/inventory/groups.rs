//! Groups: those that are named outright, and those that hosts are put in.

use std::collections::{BTreeMap, BTreeSet};

use super::InventoryError;
use super::draft::Draft;
use super::model::{Group, Inventory};
use super::names::{is_group_name, is_variable_name};
use crate::config::InventoryRules;

/// The groups and variables that don't depend on hosts: those of the configuration and
/// those that the state declares. Where both have a group, the configuration's variables
/// count.
pub(super) fn fixed(
    rules: &InventoryRules,
    declared: BTreeMap<String, Group>,
) -> Result<Inventory, InventoryError> {
    let mut inventory = Inventory {
        groups: declared,
        ..Inventory::default()
    };
    if let Some(all) = inventory.groups.remove("all") {
        inventory.vars = all.vars;
        inventory.untrusted = all.untrusted;
        // Every group is a child of `all` anyway.
    }
    for (name, value) in &rules.vars {
        check_variable("the inventory block", name)?;
        inventory.vars.insert(name.clone(), value.clone());
        inventory.untrusted.remove(name);
    }
    for (name, rule) in &rules.groups {
        let place = format!("the group block {name:?}");
        check_group(&place, name)?;
        let group = inventory.groups.entry(name.clone()).or_default();
        for child in &rule.children {
            check_group(&place, child)?;
            group.children.insert(child.clone());
        }
        for (variable, value) in &rule.vars {
            check_variable(&place, variable)?;
            group.vars.insert(variable.clone(), value.clone());
            group.untrusted.remove(variable);
        }
    }
    let children: Vec<String> = inventory
        .groups
        .values()
        .flat_map(|group| group.children.iter().cloned())
        .collect();
    for child in children {
        inventory.groups.entry(child).or_default();
    }
    match cycle(&inventory.groups) {
        Some(cycle) => Err(InventoryError::GroupCycle(cycle)),
        None => Ok(inventory),
    }
}

/// The groups that `drafts` are in. Left out is a group that has one host alone, which
/// the cloud calls by the same name: the host keeps its name, and a pattern with that
/// name means the same host either way. `known` groups stay.
pub(super) fn made_of(drafts: &[Draft<'_>], known: &BTreeSet<String>) -> BTreeSet<String> {
    // Of each group its first host, and how many it has.
    let mut members: BTreeMap<&str, (&Draft<'_>, usize)> = BTreeMap::new();
    for draft in drafts {
        for group in draft.groups.iter() {
            members.entry(group).or_insert((draft, 0)).1 += 1;
        }
    }
    let called = |draft: &Draft<'_>, name: &str| {
        draft.chosen.is_none() && draft.tagged.as_deref() == Some(name)
    };
    let mut uses: BTreeMap<&str, usize> = members
        .iter()
        .filter(|(name, (first, count))| *count == 1 && called(first, name))
        .map(|(name, _)| (*name, 0))
        .collect();
    if !uses.is_empty() {
        for draft in drafts {
            let name = draft.chosen.as_deref().or(draft.tagged.as_deref());
            if let Some(count) = name.and_then(|name| uses.get_mut(name)) {
                *count += 1;
            }
        }
    }
    members
        .into_keys()
        .filter(|name| known.contains(*name) || uses.get(name) != Some(&1))
        .map(str::to_owned)
        .collect()
}

/// The first cycle among groups, from a group to itself.
fn cycle(groups: &BTreeMap<String, Group>) -> Option<Vec<String>> {
    let mut done: BTreeSet<&str> = BTreeSet::new();
    for start in groups.keys() {
        // A path from the start, and for each of its groups the children still to visit.
        let mut path: Vec<&str> = Vec::new();
        let mut waiting = vec![vec![start.as_str()]];
        while let Some(level) = waiting.last_mut() {
            let Some(name) = level.pop() else {
                waiting.pop();
                done.extend(path.pop());
                continue;
            };
            if let Some(at) = path.iter().position(|seen| *seen == name) {
                let again = path.iter().skip(at).copied().chain([name]);
                return Some(again.map(str::to_owned).collect());
            }
            if done.contains(name) {
                continue;
            }
            path.push(name);
            let children = groups
                .get(name)
                .into_iter()
                .flat_map(|group| &group.children);
            waiting.push(children.map(String::as_str).collect());
        }
    }
    None
}

fn check_group(place: &str, name: &str) -> Result<(), InventoryError> {
    if is_group_name(name) {
        return Ok(());
    }
    Err(InventoryError::GroupName {
        place: place.to_owned(),
        name: name.to_owned(),
    })
}

fn check_variable(place: &str, name: &str) -> Result<(), InventoryError> {
    if is_variable_name(name) {
        return Ok(());
    }
    Err(InventoryError::VariableName {
        place: place.to_owned(),
        name: name.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(edges: &[(&str, &[&str])]) -> BTreeMap<String, Group> {
        edges
            .iter()
            .map(|(name, children)| {
                let group = Group {
                    children: children.iter().map(ToString::to_string).collect(),
                    ..Group::default()
                };
                ((*name).to_owned(), group)
            })
            .collect()
    }

    #[test]
    fn a_cycle_is_found_and_a_diamond_is_none() {
        assert_eq!(
            cycle(&groups(&[("a", &["b", "c"]), ("b", &["d"]), ("c", &["d"])])),
            None
        );
        assert_eq!(
            cycle(&groups(&[("a", &["b"]), ("b", &["c"]), ("c", &["b"])])),
            Some(["b", "c", "b"].map(str::to_owned).to_vec())
        );
        assert_eq!(
            cycle(&groups(&[("a", &["a"])])),
            Some(["a", "a"].map(str::to_owned).to_vec())
        );
    }
}
