//! From a state and rules to hosts: named, in groups, and each made when it is asked for.

use std::collections::{BTreeMap, BTreeSet};

use super::declared::Declared;
use super::draft::{Draft, Note, Skipped};
use super::facts::Variables;
use super::findings::Findings;
use super::model::{Group, Inventory};
use super::survey::Survey;
use super::{BuildOptions, Built, InventoryError, builtin, configured, groups, naming, nothing};
use crate::config::InventoryRules;
use crate::terraform::State;

/// The hosts of a state, for printing the inventory of a large fleet: a host's variables take
/// several times the memory of what they are made from, so each is made when it is its turn.
#[derive(Debug)]
pub struct Roster<'s> {
    drafts: Vec<Draft<'s>>,
    /// Their places in the order of their names
    order: Vec<usize>,
    /// The groups, and the variables of all hosts; without the hosts
    frame: Inventory,
    /// The hosts of each group, in the order of their names
    members: BTreeMap<String, Vec<usize>>,
    /// The hosts that are in no group
    ungrouped: Vec<usize>,
    skipped: Vec<Skipped>,
    notes: Vec<Note>,
}

impl<'s> Roster<'s> {
    /// Finds the hosts of a state: the same state gives the same inventory, whichever
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
    pub fn of(
        state: &'s State<'_>,
        rules: &InventoryRules,
        options: BuildOptions,
    ) -> Result<Self, InventoryError> {
        let survey = Survey::of(state);
        let mut findings = Findings::default();
        let mut declared_groups = BTreeMap::new();
        let built_in = rules.hosts.is_empty();
        let mut drafts = if built_in {
            let mut declared = Declared::read(state, &survey, &mut findings)?;
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
        let mut frame = groups::fixed(rules, declared_groups)?;
        let mut taken: BTreeSet<String> = frame.groups.keys().cloned().collect();
        taken.extend(
            rules
                .hosts
                .iter()
                .flat_map(|rule| rule.groups.iter().cloned()),
        );
        taken.extend(groups::made_of(&drafts, &taken));
        let order = naming::assign(&mut drafts, &taken, &mut findings)?;
        for rule in &rules.hosts {
            for group in &rule.groups {
                frame.groups.entry(group.clone()).or_default();
            }
        }
        let mut roster = Self {
            drafts,
            order,
            frame,
            members: BTreeMap::new(),
            ungrouped: Vec::new(),
            skipped: Vec::new(),
            notes: Vec::new(),
        };
        roster.fill_groups(&taken);
        (roster.skipped, roster.notes) = findings.sorted();
        Ok(roster)
    }

    /// Puts the hosts into the groups.
    fn fill_groups(&mut self, taken: &BTreeSet<String>) {
        for at in &self.order {
            let mut grouped = false;
            // A group that is not taken had only this host, and its name.
            let groups = self.drafts[*at].groups.iter();
            for group in groups.filter(|group| taken.contains(*group)) {
                grouped = true;
                if let Some(hosts) = self.members.get_mut(group) {
                    hosts.push(*at);
                } else {
                    self.members.insert(group.clone(), vec![*at]);
                    self.frame.groups.entry(group.clone()).or_default();
                }
            }
            if !grouped {
                self.ungrouped.push(*at);
            }
        }
    }

    fn in_order(&self) -> impl Iterator<Item = &Draft<'s>> {
        self.order.iter().filter_map(|at| self.drafts.get(*at))
    }

    /// The names of the hosts, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.in_order().map(Draft::name)
    }

    /// The names of the hosts that are in a group, in order.
    pub(super) fn members(&self, group: &str) -> impl ExactSizeIterator<Item = &str> {
        self.named(self.members.get(group).map_or(&[], Vec::as_slice))
    }

    /// The names of the hosts that are in no group, in order.
    pub(super) fn ungrouped(&self) -> impl ExactSizeIterator<Item = &str> {
        self.named(&self.ungrouped)
    }

    fn named<'r>(&'r self, places: &'r [usize]) -> impl ExactSizeIterator<Item = &'r str> {
        places.iter().map(|at| self.drafts[*at].name())
    }

    /// The hosts with their variables, in the order of their names.
    pub(super) fn hosts(&self) -> impl Iterator<Item = (&str, Variables<'_>)> {
        self.in_order().map(|draft| (draft.name(), draft.vars()))
    }

    /// The variables of one host.
    pub(super) fn vars_of(&self, name: &str) -> Option<Variables<'_>> {
        let at = self
            .order
            .binary_search_by(|at| self.drafts.get(*at).map(Draft::name).cmp(&Some(name)));
        let draft = self.drafts.get(*self.order.get(at.ok()?)?)?;
        Some(draft.vars())
    }

    /// The groups, and the variables of all hosts, in an inventory in which there is no host,
    /// in groups neither.
    pub(super) fn frame(&self) -> &Inventory {
        &self.frame
    }

    /// Resources that could have been hosts and are not, by address.
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    /// What a person may want to know of the hosts, by address.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// The inventory, with all hosts.
    pub fn into_built(mut self) -> Built {
        for (group, hosts) in &self.members {
            let group: &mut Group = self.frame.groups.entry(group.clone()).or_default();
            let names = hosts.iter().map(|at| self.drafts[*at].name().to_owned());
            group.hosts = names.collect();
        }
        let mut drafts = self.drafts;
        let hosts = self.order.iter().filter_map(|at| {
            let draft = std::mem::take(drafts.get_mut(*at)?);
            Some((draft.name().to_owned(), draft.into_host()))
        });
        let hosts = hosts.collect();
        Built {
            inventory: Inventory {
                hosts,
                ..self.frame
            },
            skipped: self.skipped,
            notes: self.notes,
        }
    }
}
