//! The verdict on each planned change.

use crate::consequence::chain::Chains;
use crate::consequence::obligations::{self, Candidate};
use crate::consequence::reach::{Gatherer, Group};
use crate::consequence::resolve::Resolver;
use crate::consequence::sources::Sources;
use crate::consequence::{ChangeClass, PlannedChange, TerraformChanges};
use crate::drift::{Consequence, DriftEntry, DriftRules};
use crate::terraform::{Actions, Change, Plan, ResourceChange};

/// Judges every pending change of a plan: those of resources, then those of outputs, then
/// what is deferred.
pub(crate) fn prove(
    plan: &Plan<'_>,
    drift: &[DriftEntry],
    rules: &DriftRules,
) -> (TerraformChanges, Vec<Consequence>) {
    let resources: Vec<&ResourceChange<'_>> = plan.pending_changes().collect();
    let outputs: Vec<(&str, &Change<'_>)> = plan.pending_outputs().collect();
    let sources = Sources::collect(plan, drift, &resources, rules);
    // A configuration that cannot be read holds no proof.
    let configuration = plan.configuration().unwrap_or_default();
    let mut resolver = Resolver::new(&configuration);
    let mut gatherer = Gatherer::new(&sources, &plan.relevant_attributes);

    let mut examined: Vec<Result<Candidate, String>> = resources
        .iter()
        .map(|entry| obligations::resource(entry, rules, &mut resolver, &mut gatherer))
        .collect();
    examined.extend(
        outputs
            .iter()
            .map(|(name, change)| obligations::output(name, change, &mut resolver, &mut gatherer)),
    );

    let subjects: Vec<Subject> = resources
        .iter()
        .map(|entry| Subject {
            address: entry.address.to_string(),
            actions: entry.change.actions.clone(),
        })
        .chain(outputs.iter().map(|(name, change)| Subject {
            address: format!("output.{name}"),
            actions: change.actions.clone(),
        }))
        .collect();
    let order = settle(&examined, &gatherer.groups);
    let chains = Chains::build(drift, &subjects, &examined, &order);
    // Whether a group has a real change in it, found once for all its readers.
    let real_in: Vec<bool> = gatherer
        .groups
        .iter()
        .map(|group| {
            group
                .changes
                .iter()
                .any(|change| chains.get(*change).is_none())
        })
        .collect();

    let mut verdicts = (0..subjects.len()).map(|number| {
        let why = match examined.get(number) {
            Some(Err(why)) => why.clone(),
            Some(Ok(candidate)) => match chains.get(number) {
                Some(chain) => return (ChangeClass::Consequence, chain.summary()),
                None => unmet(candidate, &subjects, &gatherer.groups, &real_in, &chains),
            },
            None => "it was not examined".to_owned(),
        };
        (ChangeClass::Real, why)
    });

    let mut changes = TerraformChanges::count(plan);
    for (entry, (class, reason)) in resources.iter().zip(verdicts.by_ref()) {
        changes
            .changes
            .push(PlannedChange::of_resource(entry, class, reason));
    }
    for ((name, change), (class, reason)) in outputs.iter().zip(verdicts.by_ref()) {
        changes.changes.push(PlannedChange {
            class,
            ..PlannedChange::real(format!("output.{name}"), change.actions.clone(), reason)
        });
    }
    drop(verdicts);
    for deferred in &plan.deferred_changes {
        let why = deferred.reason.as_deref().unwrap_or("no reason is given");
        changes.changes.push(PlannedChange::of_resource(
            &deferred.resource_change,
            ChangeClass::Real,
            format!("it cannot be planned yet: {why}"),
        ));
    }
    for invocation in &plan.action_invocations {
        let actions = Actions::Unknown(vec!["invoke".to_owned()]);
        changes.add(&actions);
        changes.changes.push(PlannedChange::real(
            invocation.address.to_string(),
            actions,
            "an action of the provider is to be run".to_owned(),
        ));
    }
    if is_silent(plan) {
        let actions = Actions::Unknown(vec!["apply".to_owned()]);
        changes.add(&actions);
        let why = "Terraform says that there is something to apply, of a kind that this version \
                   doesn't know";
        changes.changes.push(PlannedChange::real(
            "plan".to_owned(),
            actions,
            why.to_owned(),
        ));
    }
    (changes, chains.into_consequences(&subjects))
}

/// Whether a plan is said to do something and holds nothing that could be it. (One with
/// `-refresh-only` would record the drift.)
fn is_silent(plan: &Plan<'_>) -> bool {
    plan.applyable == Some(true)
        && plan.resource_drift.is_empty()
        && plan.pending_changes().next().is_none()
        && plan.pending_outputs().next().is_none()
        && plan.deferred_changes.is_empty()
        && plan.action_invocations.is_empty()
}

/// A planned change, as far as words about it go.
pub(super) struct Subject {
    pub(super) address: String,
    pub(super) actions: Actions,
}

/// The candidates all of whose needs are met, each after those that it needs.
///
/// A candidate counts only once everything it needs does, so changes that need each other
/// never do. This is a topological sort, and takes as long as there are needs.
fn settle(examined: &[Result<Candidate, String>], groups: &[Group]) -> Vec<usize> {
    let group_node = |group: usize| examined.len() + group;
    let count = examined.len() + groups.len();
    let mut needed_by: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut open: Vec<usize> = vec![0; count];
    let mut need = |who: usize, what: usize| {
        if let (Some(dependents), Some(open)) = (needed_by.get_mut(what), open.get_mut(who)) {
            dependents.push(who);
            *open += 1;
        }
    };
    for (number, candidate) in examined.iter().enumerate() {
        match candidate {
            Ok(candidate) => {
                candidate
                    .changes
                    .iter()
                    .for_each(|change| need(number, *change));
                candidate
                    .groups
                    .iter()
                    .for_each(|group| need(number, group_node(*group)));
            }
            // A real change is never settled: it waits for itself.
            Err(_) => need(number, number),
        }
    }
    for (number, group) in groups.iter().enumerate() {
        group
            .changes
            .iter()
            .for_each(|change| need(group_node(number), *change));
    }
    let mut ready: Vec<usize> = (0..count)
        .filter(|node| open.get(*node) == Some(&0))
        .collect();
    let mut order = Vec::new();
    while let Some(node) = ready.pop() {
        if node < examined.len() {
            order.push(node);
        }
        for dependent in needed_by.get(node).into_iter().flatten() {
            if let Some(open) = open.get_mut(*dependent) {
                *open -= 1;
                if *open == 0 {
                    ready.push(*dependent);
                }
            }
        }
    }
    order
}

/// Which need of a candidate is not met.
fn unmet(
    candidate: &Candidate,
    subjects: &[Subject],
    groups: &[Group],
    real_in: &[bool],
    chains: &Chains,
) -> String {
    let own = candidate
        .changes
        .iter()
        .filter(|change| chains.get(**change).is_none())
        .filter_map(|change| Some(subjects.get(*change)?.address.as_str()));
    let of_groups = candidate
        .groups
        .iter()
        .filter(|group| real_in.get(**group) == Some(&true))
        .filter_map(|group| Some(groups.get(*group)?.name.as_str()));
    match own.chain(of_groups).next() {
        Some(name) => format!("it reads {name}, whose change is real"),
        None => "what it reads is not settled".to_owned(),
    }
}
