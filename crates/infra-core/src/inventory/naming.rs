//! Names for hosts: the one a person chose, else the cloud's if it is unique, else the
//! address of the resource.

use std::collections::{BTreeSet, HashMap};

use super::InventoryError;
use super::draft::{Draft, NoteKind};
use super::findings::Findings;
use super::names::is_host_name;

/// Gives each draft its name, and puts them in the order of their names. The name of a host is never that of a group.
pub(super) fn assign(
    drafts: Vec<Draft>,
    groups: &BTreeSet<String>,
    findings: &mut Findings,
) -> Result<Vec<(String, Draft)>, InventoryError> {
    let mut uses: HashMap<&str, usize> = HashMap::with_capacity(drafts.len() * 2);
    for draft in &drafts {
        let cloud = draft.tagged.as_deref().filter(|_| draft.chosen.is_none());
        for name in [draft.chosen.as_deref(), cloud, Some(&*draft.fallback)]
            .into_iter()
            .flatten()
        {
            *uses.entry(name).or_default() += 1;
        }
    }
    let mut names = Vec::with_capacity(drafts.len());
    for draft in &drafts {
        let name = if let Some(name) = &draft.chosen {
            check_chosen(name, draft, groups)?;
            name
        } else {
            draft
                .tagged
                .as_ref()
                .filter(|name| match objection(name, &uses, groups) {
                    Some(about) => {
                        findings.note(&draft.resource, about);
                        false
                    }
                    None => true,
                })
                .unwrap_or(&draft.fallback)
        };
        names.push(name.clone());
    }
    let mut hosts: Vec<(String, Draft)> = names.into_iter().zip(drafts).collect();
    hosts.sort_by(|(one, _), (other, _)| one.cmp(other));
    for pair in hosts.windows(2) {
        if let [(name, one), (other_name, other)] = pair
            && name == other_name
        {
            let mut both = [one.resource.clone(), other.resource.clone()];
            both.sort();
            let [first, second] = both;
            return Err(InventoryError::DuplicateName {
                name: name.clone(),
                first,
                second,
            });
        }
    }
    Ok(hosts)
}

fn check_chosen(
    name: &str,
    draft: &Draft,
    groups: &BTreeSet<String>,
) -> Result<(), InventoryError> {
    let resource = draft.resource.clone();
    let name = name.to_owned();
    if !is_host_name(&name) {
        return Err(InventoryError::HostName { resource, name });
    }
    if groups.contains(&name) {
        return Err(InventoryError::HostIsGroup { resource, name });
    }
    Ok(())
}

fn objection(
    name: &str,
    uses: &HashMap<&str, usize>,
    groups: &BTreeSet<String>,
) -> Option<NoteKind> {
    if !is_host_name(name) {
        Some(NoteKind::NameNotAllowed(name.to_owned()))
    } else if uses.get(name).is_some_and(|count| *count > 1) {
        Some(NoteKind::NameShared(name.to_owned()))
    } else if groups.contains(name) {
        Some(NoteKind::NameOfGroup(name.to_owned()))
    } else {
        None
    }
}
