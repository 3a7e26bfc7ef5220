//! The verdict on each planned change.

use crate::consequence::{ChangeClass, PlannedChange, TerraformChanges};
use crate::drift::{Consequence, DriftEntry, DriftRules};
use crate::terraform::Plan;

/// Judges every pending change of a plan.
pub(crate) fn prove(
    plan: &Plan<'_>,
    _drift: &[DriftEntry],
    _rules: &DriftRules,
) -> (TerraformChanges, Vec<Consequence>) {
    let mut changes = TerraformChanges::count(plan);
    for entry in plan.pending_changes() {
        changes.changes.push(PlannedChange::of_resource(
            entry,
            ChangeClass::Real,
            "nothing shows that it follows from benign drift".to_owned(),
        ));
    }
    for (name, change) in plan.pending_outputs() {
        changes.changes.push(PlannedChange::real(
            format!("output.{name}"),
            change.actions.clone(),
            "nothing shows that it follows from benign drift".to_owned(),
        ));
    }
    (changes, Vec::new())
}
