//! From a state and rules to an inventory.

use std::collections::{BTreeMap, BTreeSet};

use super::declared::Declared;
use super::draft::{Draft, Note, Skipped};
use super::findings::Findings;
use super::model::{Group, Host, Inventory};
use super::survey::Survey;
use super::{InventoryError, builtin, configured, groups, naming, nothing};
use crate::config::InventoryRules;
use crate::terraform::State;

/// How [`build`] treats what is not usual.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BuildOptions {
    /// Whether an inventory without a host is no error
    pub allow_empty: bool,
    /// Whether a host without an address is kept, as in a planned state, where addresses
    /// are known only after apply. It has no `ansible_host` then.
    pub allow_unaddressed: bool,
}

/// What [`build`] makes of a state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Built {
    /// The inventory
    pub inventory: Inventory,
    /// Resources that could have been hosts and are not, by address
    pub skipped: Vec<Skipped>,
    /// What a person may want to know of the hosts, by address
    pub notes: Vec<Note>,
}

/// Computes the inventory of a state: the same state gives the same inventory, whichever
/// of its formats it came in and whatever the order of its resources.
///
/// Without `hosts` blocks in `rules` the hosts are the resources that the built-in table of
/// providers knows, in groups called after their type (`aws_instance`) and their name in
/// the configuration (`web`), and what `ansible_host` and `ansible_group` resources
/// declare. With `hosts` blocks they alone decide.
///
/// Data sources and deposed objects are never hosts. A tainted object is one: it exists
/// until the next apply replaces it.
///
/// # Errors
///
/// Where a name is not allowed or used twice, an expression has no value of the right form
/// or reads what is sensitive, groups contain each other, or there is no host at all.
pub fn build(
    state: &State<'_>,
    rules: &InventoryRules,
    options: BuildOptions,
) -> Result<Built, InventoryError> {
    let survey = Survey::of(state);
    let mut findings = Findings::default();
    let mut declared_groups = BTreeMap::new();
    let built_in = rules.hosts.is_empty();
    let drafts = if built_in {
        let mut declared = Declared::read(state, &mut findings)?;
        let mut drafts = builtin::drafts(state, &survey, &mut declared, options, &mut findings);
        let (hosts, groups) = declared.into_parts();
        drafts.extend(hosts);
        declared_groups = groups;
        drafts
    } else {
        configured::drafts(state, rules, &survey, options, &mut findings)?
    };
    if drafts.is_empty() && !rules.allow_empty && !options.allow_empty {
        return Err(nothing::error(&survey, rules, &findings));
    }
    let mut inventory = groups::fixed(rules, declared_groups)?;
    let mut taken: BTreeSet<String> = inventory.groups.keys().cloned().collect();
    taken.extend(
        rules
            .hosts
            .iter()
            .flat_map(|rule| rule.groups.iter().cloned()),
    );
    taken.extend(groups::made_of(&drafts, &taken));
    let named = naming::assign(drafts, &taken, &mut findings)?;
    for rule in &rules.hosts {
        for group in &rule.groups {
            inventory.groups.entry(group.clone()).or_default();
        }
    }
    place(&mut inventory, named, &taken);
    let (skipped, notes) = findings.sorted();
    Ok(Built {
        inventory,
        skipped,
        notes,
    })
}

/// Puts the hosts, which are in the order of their names, into the inventory and its groups.
fn place(inventory: &mut Inventory, named: Vec<(String, Draft)>, taken: &BTreeSet<String>) {
    let mut members: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, draft) in &named {
        for group in draft.groups.iter() {
            // A group that is not taken had only this host, and its name.
            if !taken.contains(group) {
                continue;
            }
            match members.get_mut(group) {
                Some(hosts) => hosts.push(name.clone()),
                None => {
                    members.insert(group.clone(), vec![name.clone()]);
                }
            }
        }
    }
    for (group, hosts) in members {
        let group: &mut Group = inventory.groups.entry(group).or_default();
        group.hosts.append(&mut hosts.into_iter().collect());
    }
    inventory.hosts = named
        .into_iter()
        .map(|(name, draft)| {
            let host = Host {
                resource: Some(draft.resource),
                identity: draft.identity,
                vars: draft.vars,
                secret: draft.secret,
            };
            (name, host)
        })
        .collect();
}
