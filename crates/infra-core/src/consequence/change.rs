//! The planned changes, in the shape in which they are printed as JSON.

use serde::Serialize;

use crate::terraform::{Actions, Plan, ResourceChange};

/// Whether a planned change stands for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeClass {
    /// It would be planned anyway, or nothing shows that it would not
    Real,
    /// It would not be planned without the benign drift
    Consequence,
}

/// A planned change of a resource or an output.
#[derive(Debug, Clone, Serialize)]
pub struct PlannedChange {
    /// The address of the resource, or `output.NAME`
    pub address: String,
    /// The address it had before a `moved` block
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_address: Option<String>,
    /// The id of a deposed object
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deposed: Option<String>,
    /// What is planned
    pub actions: Actions,
    /// Whether it stands for itself
    pub class: ChangeClass,
    /// Why it is in its class
    pub reason: String,
}

/// What Terraform would do, counted and one by one.
#[derive(Debug, Clone, Default, Serialize)]
pub struct TerraformChanges {
    /// Objects to create
    pub create: usize,
    /// Objects to update in place
    pub update: usize,
    /// Objects to replace
    pub replace: usize,
    /// Objects to delete
    pub delete: usize,
    /// Data sources to read during apply
    pub read: usize,
    /// Objects to drop from the state and leave alone
    pub forget: usize,
    /// Changes in words that this version does not know
    pub unknown: usize,
    /// Objects that stay as they are
    pub no_op: usize,
    /// Objects that get another address, whatever else happens to them
    #[serde(rename = "move")]
    pub moved: usize,
    /// Objects to import, whatever else happens to them
    pub import: usize,
    /// Changes that cannot be planned yet
    pub deferred: usize,
    /// Outputs to change
    pub outputs: usize,
    /// Whether planning failed half-way
    pub errored: bool,
    /// Whether the plan covers everything, if it says so
    pub complete: Option<bool>,
    /// The checks that failed
    pub failed_checks: Vec<String>,
    /// Every change, in the order of the document: resources, outputs, what is deferred
    pub changes: Vec<PlannedChange>,
}

impl TerraformChanges {
    /// Counts what a plan holds; the changes themselves are judged elsewhere.
    pub(super) fn count(plan: &Plan<'_>) -> Self {
        let mut counts = Self {
            deferred: plan.deferred_changes.len(),
            outputs: plan.pending_outputs().count(),
            errored: plan.errored,
            complete: plan.complete,
            failed_checks: plan
                .checks
                .iter()
                .filter(|check| check.status == "fail" || check.status == "error")
                .map(|check| check.address.to_display.to_string())
                .collect(),
            ..Self::default()
        };
        for entry in &plan.resource_changes {
            counts.add(&entry.change.actions);
            let is_import = entry.change.importing.is_some();
            counts.moved += usize::from(entry.is_move());
            counts.import += usize::from(is_import);
            if entry.change.actions == Actions::NoOp && (entry.is_move() || is_import) {
                counts.no_op -= 1;
            }
        }
        counts
    }

    /// Counts one more change.
    pub(crate) fn add(&mut self, actions: &Actions) {
        *match actions {
            Actions::NoOp => &mut self.no_op,
            Actions::Create => &mut self.create,
            Actions::Read => &mut self.read,
            Actions::Update => &mut self.update,
            Actions::Delete => &mut self.delete,
            Actions::DeleteThenCreate | Actions::CreateThenDelete | Actions::CreateThenForget => {
                &mut self.replace
            }
            Actions::Forget => &mut self.forget,
            Actions::Unknown(_) => &mut self.unknown,
        } += 1;
    }

    /// Whether the plan covers everything and failed nowhere.
    pub fn is_whole(&self) -> bool {
        !self.errored
            && self.complete != Some(false)
            && self.deferred == 0
            && self.failed_checks.is_empty()
    }

    /// The changes that are more than a consequence of benign drift.
    pub fn real_changes(&self) -> impl Iterator<Item = &PlannedChange> {
        self.changes
            .iter()
            .filter(|change| change.class == ChangeClass::Real)
    }
}

impl PlannedChange {
    /// A change that stands for itself.
    pub(crate) fn real(address: String, actions: Actions, reason: String) -> Self {
        Self {
            address,
            previous_address: None,
            deposed: None,
            actions,
            class: ChangeClass::Real,
            reason,
        }
    }

    pub(super) fn of_resource(
        entry: &ResourceChange<'_>,
        class: ChangeClass,
        reason: String,
    ) -> Self {
        Self {
            previous_address: entry
                .is_move()
                .then(|| entry.previous_address.as_ref().map(ToString::to_string))
                .flatten(),
            deposed: entry.deposed.as_ref().map(ToString::to_string),
            class,
            ..Self::real(
                entry.address.to_string(),
                entry.change.actions.clone(),
                reason,
            )
        }
    }
}
