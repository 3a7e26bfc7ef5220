//! One pass over a document gives the plan, the state or the stream it is.

use indexmap::IndexMap;
use serde::Deserialize;

use super::{DocumentError, format, refuse};
use crate::json::{Raw, Text, from_str};
use crate::terraform::state::{List, raw, show};
use crate::terraform::{
    ActionInvocation, Change, Check, DeferredChange, Plan, RelevantAttribute, ResourceChange,
    State, Stream,
};

/// A document of Terraform's or OpenTofu's.
#[derive(Debug, Clone)]
pub enum Document<'a> {
    /// `show -json PLANFILE`
    Plan(Box<Plan<'a>>),
    /// `show -json`, or a raw state of version 4
    State(Box<State<'a>>),
    /// `plan -json` or `apply -json`
    Stream(Stream<'a>),
}

/// The top levels of all kinds of document in one: their keys don't collide, so one pass
/// serves, whatever the order of the keys.
#[derive(Deserialize)]
pub(super) struct Envelope<'a> {
    // show -json
    #[serde(borrow, default)]
    format_version: Option<Text<'a>>,
    // Redacted plans of HCP Terraform call it so.
    #[serde(borrow, default)]
    plan_format_version: Option<Text<'a>>,
    #[serde(borrow, default)]
    terraform_version: Option<Text<'a>>,
    #[serde(borrow, default)]
    values: Option<show::Values<'a>>,
    #[serde(borrow, default)]
    checks: Option<Vec<Check<'a>>>,
    // plan
    #[serde(borrow, default)]
    resource_drift: Option<Vec<ResourceChange<'a>>>,
    #[serde(borrow, default)]
    resource_changes: Option<Vec<ResourceChange<'a>>>,
    #[serde(borrow, default)]
    deferred_changes: Option<Vec<DeferredChange<'a>>>,
    #[serde(borrow, default)]
    action_invocations: Option<Vec<ActionInvocation<'a>>>,
    #[serde(borrow, default)]
    output_changes: Option<IndexMap<Text<'a>, Change<'a>>>,
    #[serde(borrow, default)]
    relevant_attributes: Option<Vec<RelevantAttribute<'a>>>,
    #[serde(borrow, default)]
    prior_state: Option<Raw<'a>>,
    #[serde(borrow, default)]
    planned_values: Option<Raw<'a>>,
    #[serde(borrow, default)]
    configuration: Option<Raw<'a>>,
    #[serde(borrow, default)]
    variables: Option<Raw<'a>>,
    #[serde(default)]
    applyable: Option<bool>,
    #[serde(default)]
    complete: Option<bool>,
    #[serde(default)]
    errored: Option<bool>,
    // raw state
    #[serde(borrow, default)]
    version: Option<Raw<'a>>,
    #[serde(borrow, default)]
    serial: Option<Raw<'a>>,
    #[serde(borrow, default)]
    lineage: Option<Text<'a>>,
    #[serde(borrow, default)]
    outputs: Option<IndexMap<Text<'a>, raw::WireOutput<'a>>>,
    #[serde(borrow, default)]
    resources: Option<List<'a, raw::RawResource<'a>>>,
}

impl<'a> Document<'a> {
    /// Reads a document, whichever kind it is.
    pub fn read(text: &'a str) -> Result<Self, DocumentError> {
        if let Some(error) = refuse::at_sight(text) {
            return Err(error);
        }
        match from_str::<Envelope<'a>>(text) {
            Ok(envelope) => envelope.sort_out(text),
            Err(error) => Stream::parse(text)
                .map(Document::Stream)
                .ok_or_else(|| refuse::diagnose(text, &error)),
        }
    }

    /// The kind of the document, for a message.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Plan(_) => "a plan",
            Self::State(_) => "a state",
            Self::Stream(stream) if stream.is_of_apply() => "a stream of `terraform apply -json`",
            Self::Stream(_) => "a stream of `terraform plan -json` or `apply -json`",
        }
    }
}

/// Reads a plan, and nothing else.
pub fn read_plan(text: &str) -> Result<Plan<'_>, DocumentError> {
    match Document::read(text)? {
        Document::Plan(plan) => Ok(*plan),
        other => Err(DocumentError::Unexpected {
            expected: "a plan of `terraform show -json`",
            found: other.kind(),
        }),
    }
}

/// Reads a state: raw, of `show -json`, or the one before the changes in a plan, which
/// holds what the refresh found.
pub fn read_state(text: &str) -> Result<State<'_>, DocumentError> {
    match Document::read(text)? {
        Document::State(state) => Ok(*state),
        Document::Plan(plan) => plan.prior_state(),
        Document::Stream(_) => Err(DocumentError::Unexpected {
            expected: "a state",
            found: "a stream of `terraform plan -json` or `apply -json`",
        }),
    }
}

impl<'a> Envelope<'a> {
    pub(super) fn sort_out(self, text: &'a str) -> Result<Document<'a>, DocumentError> {
        if let Some(version) = self.version {
            // `plan -json` has no top-level version, so this is a raw state or nothing known.
            let version = version.get().trim_matches('"');
            return if version == "4" {
                Ok(Document::State(Box::new(self.into_raw_state())))
            } else if version.parse::<u64>().is_ok() {
                Err(DocumentError::StateVersion(version.to_owned()))
            } else {
                Err(refuse::unknown(text))
            };
        }
        let Some(version) = self
            .format_version
            .as_ref()
            .or(self.plan_format_version.as_ref())
        else {
            // Without it, only what nobody else's documents have makes a plan.
            let is_part = self.resource_changes.is_some() || self.planned_values.is_some();
            return match Stream::parse(text) {
                Some(stream) => Ok(Document::Stream(stream)),
                None if is_part => Err(DocumentError::NoFormatVersion),
                None => Err(refuse::unknown(text)),
            };
        };
        if !format::is_supported(version) {
            return Err(DocumentError::FormatVersion(version.to_string()));
        }
        if self.is_plan() {
            Ok(Document::Plan(Box::new(self.into_plan())))
        } else if self.values.is_none()
            && let Some(kind) = refuse::other_kind(text)
        {
            Err(DocumentError::OtherKind(kind))
        } else {
            Ok(Document::State(Box::new(self.into_show_state())))
        }
    }

    fn is_plan(&self) -> bool {
        self.resource_changes.is_some()
            || self.resource_drift.is_some()
            || self.output_changes.is_some()
            || self.planned_values.is_some()
            || self.prior_state.is_some()
            || self.configuration.is_some()
            || self.variables.is_some()
            || self.deferred_changes.is_some()
            || self.applyable.is_some()
            || self.complete.is_some()
            || self.errored.is_some()
            || self.plan_format_version.is_some()
    }

    fn into_plan(self) -> Plan<'a> {
        Plan {
            terraform_version: self.terraform_version,
            resource_drift: self.resource_drift.unwrap_or_default(),
            resource_changes: self.resource_changes.unwrap_or_default(),
            deferred_changes: self.deferred_changes.unwrap_or_default(),
            action_invocations: self.action_invocations.unwrap_or_default(),
            output_changes: self.output_changes.unwrap_or_default(),
            relevant_attributes: self.relevant_attributes.unwrap_or_default(),
            checks: self.checks.unwrap_or_default(),
            applyable: self.applyable,
            complete: self.complete,
            errored: self.errored.unwrap_or_default(),
            prior_state: self.prior_state,
            planned_values: self.planned_values,
            configuration: self.configuration,
        }
    }

    fn into_show_state(self) -> State<'a> {
        let values = self.values.unwrap_or_default();
        State {
            terraform_version: self.terraform_version,
            objects: show::objects(values.root_module),
            outputs: raw::outputs(values.outputs),
            ..State::default()
        }
    }

    fn into_raw_state(self) -> State<'a> {
        State {
            lineage: self.lineage.filter(|lineage| !lineage.is_empty()),
            serial: self.serial.and_then(|serial| serial.get().parse().ok()),
            terraform_version: self.terraform_version,
            objects: self.resources.unwrap_or_default().into_objects(),
            outputs: raw::outputs(self.outputs.unwrap_or_default()),
        }
    }
}

impl<'a> Plan<'a> {
    /// The state before the changes: what the refresh found, drift included. Empty where
    /// the plan has none, as for a stack that was never applied.
    pub fn prior_state(&self) -> Result<State<'a>, DocumentError> {
        let Some(raw) = self.prior_state else {
            return Ok(State::default());
        };
        let envelope: Envelope<'a> = from_str(raw.get())
            .map_err(|error| refuse::malformed("prior_state of the plan", &error))?;
        Ok(envelope.into_show_state())
    }

    /// The state after the changes, as far as it is known: unknown attributes are absent.
    pub fn planned_state(&self) -> Result<State<'a>, DocumentError> {
        let Some(raw) = self.planned_values else {
            return Ok(State::default());
        };
        let values: show::Values<'a> = from_str(raw.get())
            .map_err(|error| refuse::malformed("planned_values of the plan", &error))?;
        Ok(State {
            terraform_version: self.terraform_version.clone(),
            objects: show::objects(values.root_module),
            outputs: raw::outputs(values.outputs),
            ..State::default()
        })
    }
}
