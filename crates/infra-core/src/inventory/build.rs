//! From a state and rules to an inventory.

use super::draft::{Note, Skipped};
use super::model::Inventory;
use super::{InventoryError, Roster};
use crate::config::InventoryRules;
use crate::terraform::State;

/// How [`build`] and [`Roster::of`] treat what is not usual.
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

/// Computes the inventory of a state: all of a [`Roster`] at once.
///
/// # Errors
///
/// Those of [`Roster::of`].
pub fn build(
    state: &State<'_>,
    rules: &InventoryRules,
    options: BuildOptions,
) -> Result<Built, InventoryError> {
    Roster::of(state, rules, options).map(Roster::into_built)
}
