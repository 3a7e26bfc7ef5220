//! Names for hosts: the one a person chose, else the cloud's if it is unique, else the
//! address of the resource.

use std::collections::{BTreeSet, HashMap};

use super::InventoryError;
use super::draft::{Draft, NoteKind};
use super::findings::Findings;
use super::names::is_host_name;

/// Settles by which name each draft goes, and returns them in the order of their names. The
/// name of a host is never that of a group.
pub(super) fn assign(
    drafts: &mut [Draft<'_>],
    groups: &BTreeSet<String>,
    findings: &mut Findings,
) -> Result<Vec<usize>, InventoryError> {
    let mut uses: HashMap<&str, usize> = HashMap::with_capacity(drafts.len() * 2);
    for draft in &*drafts {
        let cloud = draft.tagged.as_deref().filter(|_| draft.chosen.is_none());
        for name in [draft.chosen.as_deref(), cloud, Some(&*draft.fallback)]
            .into_iter()
            .flatten()
        {
            *uses.entry(name).or_default() += 1;
        }
    }
    let mut fall_back = Vec::new();
    for (at, draft) in drafts.iter().enumerate() {
        if let Some(name) = &draft.chosen {
            check_chosen(name, draft, groups)?;
        } else if let Some(about) = draft
            .tagged
            .as_deref()
            .and_then(|name| objection(name, &uses, groups))
        {
            findings.note(&draft.resource, about);
            fall_back.push(at);
        }
    }
    for at in fall_back {
        drafts[at].falls_back = true;
    }
    let mut order: Vec<usize> = (0..drafts.len()).collect();
    order.sort_by_key(|at| drafts[*at].name());
    for pair in order.windows(2) {
        if let [one, other] = *pair
            && drafts[one].name() == drafts[other].name()
        {
            let mut both = [one, other].map(|at| drafts[at].resource.clone());
            both.sort();
            let [first, second] = both;
            return Err(InventoryError::DuplicateName {
                name: drafts[one].name().to_owned(),
                first,
                second,
            });
        }
    }
    Ok(order)
}

fn check_chosen(
    name: &str,
    draft: &Draft<'_>,
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
