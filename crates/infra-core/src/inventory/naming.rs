//! Names for hosts: the one a person chose, else the cloud's if it is unique, else the
//! address of the resource.

use std::collections::{BTreeSet, HashMap};

use super::InventoryError;
use super::draft::{Draft, NoteKind};
use super::findings::Findings;
use super::names::{could_be_by_address, is_host_name};

/// Settles by which name each draft goes, and returns them in the order of their names. The
/// name of a host is never that of a group.
pub(super) fn assign(
    drafts: &mut [Draft<'_>],
    groups: &BTreeSet<String>,
    findings: &mut Findings,
) -> Result<Vec<usize>, InventoryError> {
    for draft in &mut *drafts {
        if draft.chosen.is_none() && draft.tagged.is_none() {
            draft.fallback = Some(draft.name_by_address());
        }
    }
    for at in refused(drafts, groups, findings)? {
        drafts[at].fallback = Some(drafts[at].name_by_address());
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

/// The drafts that can't have the name that the cloud has for them.
fn refused(
    drafts: &[Draft<'_>],
    groups: &BTreeSet<String>,
    findings: &mut Findings,
) -> Result<Vec<usize>, InventoryError> {
    let like_an_address = |draft: &Draft<'_>| {
        let tagged = draft.tagged.as_deref().filter(|_| draft.chosen.is_none());
        tagged.is_some_and(could_be_by_address)
    };
    // That one machine is called like the address of another is rare.
    let by_address: Vec<String> = if drafts.iter().any(like_an_address) {
        drafts.iter().map(Draft::name_by_address).collect()
    } else {
        Vec::new()
    };
    let given = drafts
        .iter()
        .filter_map(|draft| draft.chosen.as_deref().or(draft.tagged.as_deref()));
    let mut uses: HashMap<&str, usize> = HashMap::with_capacity(drafts.len());
    for name in given.chain(by_address.iter().map(String::as_str)) {
        *uses.entry(name).or_default() += 1;
    }
    let mut refused = Vec::new();
    for (at, draft) in drafts.iter().enumerate() {
        if let Some(name) = &draft.chosen {
            check_chosen(name, draft, groups)?;
        } else if let Some(about) = draft
            .tagged
            .as_deref()
            .and_then(|name| objection(name, &uses, groups))
        {
            findings.note(&draft.resource, about);
            refused.push(at);
        }
    }
    Ok(refused)
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
