//! Everything that an expression can have read, gathered once for each place it is used in.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use crate::consequence::reference::relevant_name;
use crate::consequence::resolve::{ExpressionId, Resolver, Target};
use crate::consequence::scope::Scope;
use crate::consequence::sources::Sources;
use crate::consequence::table::Table;
use crate::terraform::{Address, RelevantAttribute};

/// The number of a [`Group`].
pub(super) type GroupId = usize;

/// The planned changes that one reference may read from.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// Their numbers
    pub(super) changes: Vec<usize>,
    /// What it is a reference to, for a message
    pub(super) name: String,
}

/// What an expression can have read.
#[derive(Debug, Default)]
pub(super) struct Reach {
    tables: Vec<Rc<Table>>,
    /// The planned changes it reads from
    pub(super) groups: Vec<GroupId>,
    /// Why it isn't known all through, if so
    pub(super) gap: Option<String>,
}

impl Reach {
    pub(super) fn tables(&self) -> Vec<&Table> {
        self.tables.iter().map(Rc::as_ref).collect()
    }
}

/// How many reaches are remembered: those of the arguments of one resource are asked for again
/// by each of its instances, which come one after the other, and then never more. To keep all
/// is most of the memory that a large plan takes.
const REMEMBERED: usize = 64;

/// Gathers, and remembers.
pub(super) struct Gatherer<'s> {
    sources: &'s Sources,
    relevant: Vec<(Scope, Target)>,
    relevant_table: Option<Rc<Table>>,
    reaches: HashMap<(ExpressionId, Scope), Rc<Reach>>,
    tables: HashMap<(ExpressionId, Scope), Rc<Local>>,
    group_ids: HashMap<(Scope, String, Option<String>), GroupId>,
    pub(super) groups: Vec<Group>,
}

/// What one expression reads itself, without the others that it reads.
#[derive(Debug)]
struct Local {
    table: Rc<Table>,
    groups: Vec<GroupId>,
    gap: Option<String>,
}

impl<'s> Gatherer<'s> {
    pub(super) fn new(sources: &'s Sources, relevant: &[RelevantAttribute<'_>]) -> Self {
        Self {
            sources,
            relevant: relevant.iter().filter_map(target).collect(),
            relevant_table: None,
            reaches: HashMap::new(),
            tables: HashMap::new(),
            group_ids: HashMap::new(),
            groups: Vec::new(),
        }
    }

    /// What the expression reads, used in this module instance.
    pub(super) fn reach(
        &mut self,
        resolver: &Resolver<'_>,
        id: ExpressionId,
        scope: &Scope,
    ) -> Rc<Reach> {
        let start = (id, scope.clone());
        if let Some(known) = self.reaches.get(&start) {
            return Rc::clone(known);
        }
        let mut reach = Reach::default();
        let mut locals = false;
        let mut seen = HashSet::from([start.clone()]);
        let mut waiting = vec![start.clone()];
        while let Some((id, scope)) = waiting.pop() {
            let Some(expression) = resolver.expression(id) else {
                continue;
            };
            let local = if id == start.0 {
                // Nothing but the resource itself uses what an argument reads.
                Rc::new(self.read(&scope, &expression.targets))
            } else {
                self.local(id, &scope, &expression.targets)
            };
            reach.tables.push(Rc::clone(&local.table));
            reach.groups.extend_from_slice(&local.groups);
            reach.gap = reach.gap.or_else(|| local.gap.clone());
            if let Some(opaque) = &expression.opaque {
                reach.gap.get_or_insert(format!(
                    "it reads {opaque}, whose value the plan doesn't trace"
                ));
            }
            locals |= expression.locals;
            for (other, place) in &expression.others {
                let next = (*other, place.seen_from(&scope));
                if seen.insert(next.clone()) {
                    waiting.push(next);
                }
            }
        }
        // The plan doesn't say what a local value reads, only what all of the
        // configuration reads that matters to the plan.
        if locals {
            let table = self.relevant_table();
            reach.tables.push(table);
        }
        let reach = Rc::new(reach);
        if self.reaches.len() == REMEMBERED {
            self.reaches.clear();
        }
        self.reaches.insert(start, Rc::clone(&reach));
        reach
    }

    fn local(&mut self, id: ExpressionId, scope: &Scope, targets: &[Target]) -> Rc<Local> {
        if let Some(known) = self.tables.get(&(id, scope.clone())) {
            return Rc::clone(known);
        }
        let local = Rc::new(self.read(scope, targets));
        self.tables.insert((id, scope.clone()), Rc::clone(&local));
        local
    }

    fn read(&mut self, scope: &Scope, targets: &[Target]) -> Local {
        let mut table = Table::default();
        let mut groups = Vec::new();
        let mut gap = None;
        let mut seen = HashSet::new();
        for target in targets.iter().filter(|target| seen.insert(*target)) {
            for source in self.find(scope, target) {
                for leaf in &source.leaves {
                    table.add(leaf, &target.attribute);
                }
                if let Some(path) = source
                    .material
                    .iter()
                    .find(|path| path.overlaps(&target.attribute))
                {
                    gap.get_or_insert(format!(
                        "it reads {}, which has drift that no rule expects: {path}",
                        scope.address(&target.resource)
                    ));
                }
            }
            groups.push(self.group(scope, target));
        }
        Local {
            table: Rc::new(table),
            groups,
            gap,
        }
    }

    fn group(&mut self, scope: &Scope, target: &Target) -> GroupId {
        let name = (scope.clone(), target.resource.clone(), target.key.clone());
        if let Some(id) = self.group_ids.get(&name) {
            return *id;
        }
        let id = self.groups.len();
        self.groups.push(Group {
            changes: self
                .find(scope, target)
                .filter_map(|source| source.change)
                .collect(),
            name: scope.address(&target.resource),
        });
        self.group_ids.insert(name, id);
        id
    }

    fn find<'t>(
        &self,
        scope: &Scope,
        target: &'t Target,
    ) -> impl Iterator<Item = &'t crate::consequence::sources::Source>
    where
        's: 't,
    {
        let sources: &'s Sources = self.sources;
        sources.find(scope, &target.resource, target.key.as_deref())
    }

    fn relevant_table(&mut self) -> Rc<Table> {
        if let Some(table) = &self.relevant_table {
            return Rc::clone(table);
        }
        let mut table = Table::default();
        let mut seen = HashSet::new();
        for entry in self.relevant.iter().filter(|entry| seen.insert(*entry)) {
            let (scope, target) = entry;
            for source in self.find(scope, target) {
                for leaf in &source.leaves {
                    table.add(leaf, &target.attribute);
                }
            }
        }
        let table = Rc::new(table);
        self.relevant_table = Some(Rc::clone(&table));
        table
    }
}

fn target(relevant: &RelevantAttribute<'_>) -> Option<(Scope, Target)> {
    let (resource, key) = relevant_name(&relevant.resource)?;
    let scope = Scope::of(&Address::parse(&relevant.resource)?);
    let target = Target {
        resource,
        key,
        attribute: relevant.attribute.clone(),
    };
    Some((scope.anywhere(), target))
}
