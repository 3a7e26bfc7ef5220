//! The inventories of a plan: as it is, and as it will be.

use std::collections::BTreeMap;

use infra_core::consequence::{ChangeClass, PlannedChange, TerraformChanges};
use infra_core::dns::{self, DnsError, Target};
use infra_core::document::DocumentError;
use infra_core::gate::Machine;
use infra_core::inventory::{self, BuildOptions, Built, Inventory, InventoryError};
use infra_core::terraform::{Actions, Plan, State};

use crate::Project;

/// The inventory that the playbooks of a plan will see, as far as it is known.
pub(crate) struct Expected {
    pub(crate) built: Built,
    /// What happens to the machines, by host; those not named stay
    pub(crate) machines: BTreeMap<String, Machine>,
    /// Where names should lead
    pub(crate) names: Vec<Target>,
}

/// An inventory that can't be made.
#[derive(Debug, thiserror::Error)]
pub enum ExpectedError {
    /// The state in the plan can't be read
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The state gives no inventory
    #[error(transparent)]
    Inventory(#[from] InventoryError),
    /// A `dns` block gives no records
    #[error(transparent)]
    Dns(#[from] DnsError),
}

/// What the inventory will be. Where Terraform has nothing to apply, that is what its
/// refresh has found, and so has no second source of another age.
pub(crate) fn expected(
    project: &Project,
    plan: &Plan<'_>,
    changes: &TerraformChanges,
    recorded: Option<&State<'_>>,
    options: BuildOptions,
) -> Result<Expected, ExpectedError> {
    let applies = changes.real_changes().next().is_some();
    let rules = &project.stack.inventory;
    // Addresses of machines that are yet to be made are known after apply.
    let options = BuildOptions {
        allow_unaddressed: options.allow_unaddressed || (recorded.is_none() && applies),
        ..options
    };
    let of_plan = match recorded {
        Some(_) => None,
        None if applies => Some(plan.planned_state()?),
        None => Some(plan.prior_state()?),
    };
    let nothing = State::default();
    let state = recorded.or(of_plan.as_ref()).unwrap_or(&nothing);
    let built = inventory::build(state, rules, options)?;
    let names = dns::targets(&project.stack.dns, &built.inventory, state)?;
    let machines = machines(&built.inventory, changes);
    Ok(Expected {
        built,
        machines,
        names,
    })
}

fn machines(inventory: &Inventory, changes: &TerraformChanges) -> BTreeMap<String, Machine> {
    let by_address: BTreeMap<&str, &PlannedChange> = changes
        .changes
        .iter()
        .filter(|change| change.class == ChangeClass::Real && change.deposed.is_none())
        .map(|change| (change.address.as_str(), change))
        .collect();
    inventory
        .hosts
        .iter()
        .filter_map(|(name, host)| {
            let change = by_address.get(host.resource.as_deref()?)?;
            let machine = match change.actions {
                Actions::Create => Machine::Created,
                _ if change.actions.is_replace() => Machine::Replaced,
                _ => return None,
            };
            Some((name.clone(), machine))
        })
        .collect()
}
