//! A plan as `terraform show -json PLANFILE` prints it.

use indexmap::IndexMap;
use serde::Deserialize;

use crate::json::{Path, Raw, Text, Value, from_str, nullable};
use crate::terraform::{Actions, Change, Configuration, ResourceChange};

/// A plan. The parts that are large and rarely needed are left unread.
///
/// The source is Terraform's [JSON output format][doc]; fields that this version does not
/// know are ignored, as that page asks of consumers.
///
/// [doc]: https://developer.hashicorp.com/terraform/internals/json-format#plan-representation
#[derive(Debug, Clone, Default)]
pub struct Plan<'a> {
    /// The version of Terraform or OpenTofu that made the plan
    pub terraform_version: Option<Text<'a>>,
    /// What the refresh found changed outside of Terraform
    pub resource_drift: Vec<ResourceChange<'a>>,
    /// What apply would do, objects that stay as they are included
    pub resource_changes: Vec<ResourceChange<'a>>,
    /// What cannot be planned yet
    pub deferred_changes: Vec<DeferredChange<'a>>,
    /// The provider's actions that apply would run, since Terraform 1.14
    pub action_invocations: Vec<ActionInvocation<'a>>,
    /// What apply would do to outputs
    pub output_changes: IndexMap<Text<'a>, Change<'a>>,
    /// The attributes whose values contributed to the plan
    pub relevant_attributes: Vec<RelevantAttribute<'a>>,
    /// The results of `check` blocks, conditions and postconditions
    pub checks: Vec<Check<'a>>,
    /// Whether apply would do anything at all; absent before Terraform 1.8 and in OpenTofu
    pub applyable: Option<bool>,
    /// Whether the plan covers everything; false after a deferral or with `-target`
    pub complete: Option<bool>,
    /// Whether planning failed half-way
    pub errored: bool,
    /// The state before, drift included, in the form of `show -json`
    pub prior_state: Option<Raw<'a>>,
    /// The state after, as far as it is known
    pub planned_values: Option<Raw<'a>>,
    /// The configuration
    pub configuration: Option<Raw<'a>>,
}

impl<'a> Plan<'a> {
    /// Reads the configuration part.
    pub fn configuration(&self) -> Result<Configuration<'a>, serde_json::Error> {
        self.configuration
            .map_or_else(|| Ok(Configuration::default()), |raw| from_str(raw.get()))
    }

    /// The changes that apply would make: all but no-ops that aren't a move or an import.
    pub fn pending_changes(&self) -> impl Iterator<Item = &ResourceChange<'a>> {
        self.resource_changes.iter().filter(|entry| {
            entry.change.actions != Actions::NoOp
                || entry.is_move()
                || entry.change.importing.is_some()
        })
    }

    /// The objects that apply would make, change or take away: neither those that stay as they
    /// are, a move or an import included, nor data sources that are read.
    pub fn object_changes(&self) -> impl Iterator<Item = &ResourceChange<'a>> {
        self.resource_changes
            .iter()
            .filter(|entry| !matches!(entry.change.actions, Actions::NoOp | Actions::Read))
    }

    /// The outputs that apply would change.
    pub fn pending_outputs(&self) -> impl Iterator<Item = (&str, &Change<'a>)> {
        self.output_changes
            .iter()
            .filter(|(_, change)| change.actions != Actions::NoOp)
            .map(|(name, change)| (name.as_str(), change))
    }
}

/// An entry of `deferred_changes`.
#[derive(Debug, Clone, Deserialize)]
pub struct DeferredChange<'a> {
    /// Why it is deferred
    #[serde(borrow, default)]
    pub reason: Option<Text<'a>>,
    /// What is known of it
    #[serde(borrow)]
    pub resource_change: ResourceChange<'a>,
}

/// An entry of `action_invocations`.
#[derive(Debug, Clone, Deserialize)]
pub struct ActionInvocation<'a> {
    /// The address of the action
    #[serde(borrow, default)]
    pub address: Text<'a>,
}

/// An entry of `relevant_attributes`: an attribute whose value contributed to the plan.
#[derive(Debug, Clone)]
pub struct RelevantAttribute<'a> {
    /// The address of the resource, or of one of its instances
    pub resource: Text<'a>,
    /// The attribute; the root if it could not be told
    pub attribute: Path,
}

impl<'de: 'a, 'a> Deserialize<'de> for RelevantAttribute<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Wire<'a> {
            #[serde(borrow)]
            resource: Text<'a>,
            #[serde(borrow, default)]
            attribute: Value<'a>,
        }
        let wire = Wire::deserialize(deserializer)?;
        Ok(Self {
            resource: wire.resource,
            attribute: Path::from_json(&wire.attribute).unwrap_or_default(),
        })
    }
}

/// An entry of `checks`.
#[derive(Debug, Clone, Deserialize)]
pub struct Check<'a> {
    /// What is checked
    #[serde(borrow, default)]
    pub address: CheckAddress<'a>,
    /// `pass`, `fail`, `error`, `unknown`, or a word of a later version
    #[serde(borrow, default)]
    pub status: Text<'a>,
    /// The results instance by instance
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub instances: Vec<CheckInstance<'a>>,
}

/// The address in a [`Check`].
#[derive(Debug, Clone, Default, Deserialize)]
pub struct CheckAddress<'a> {
    /// The address as Terraform shows it
    #[serde(borrow, default)]
    pub to_display: Text<'a>,
}

/// One instance of a [`Check`].
#[derive(Debug, Clone, Deserialize)]
pub struct CheckInstance<'a> {
    /// The address of the instance
    #[serde(borrow, default)]
    pub address: CheckAddress<'a>,
    /// As in [`Check::status`]
    #[serde(borrow, default)]
    pub status: Text<'a>,
    /// What failed
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub problems: Vec<CheckProblem<'a>>,
}

/// A failed condition of a [`CheckInstance`].
#[derive(Debug, Clone, Deserialize)]
pub struct CheckProblem<'a> {
    /// The message of the condition's `error_message`
    #[serde(borrow, default)]
    pub message: Text<'a>,
}
