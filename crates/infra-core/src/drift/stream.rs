//! What the stream of `terraform plan -json` says: addresses and actions, no values.

use crate::consequence::{PlannedChange, TerraformChanges};
use crate::drift::{Class, DriftEntry};
use crate::terraform::{Actions, MessageKind, Stream};

const NO_VALUES: &str = "the stream of `terraform plan -json` has no values";

/// Every drift message. Only a move is known to be harmless.
pub(super) fn drift(stream: &Stream<'_>) -> Vec<DriftEntry> {
    messages(stream, |kind| match kind {
        MessageKind::ResourceDrift(change) => Some(change),
        _ => None,
    })
    .map(|change| {
        let actions = actions(&change.action);
        let is_material = actions != Actions::NoOp;
        DriftEntry {
            address: change.resource.addr.to_string(),
            previous_address: None,
            deposed: None,
            class: if is_material {
                Class::Material
            } else {
                Class::Equal
            },
            rule: None,
            why: is_material.then(|| NO_VALUES.to_owned()),
            attributes: Vec::new(),
            actions,
        }
    })
    .collect()
}

/// Every planned change; all of them are real. A stream that ends early or with an error
/// is a plan that failed half-way.
pub(super) fn changes(stream: &Stream<'_>) -> TerraformChanges {
    let mut all = TerraformChanges {
        errored: !stream.is_complete(),
        ..TerraformChanges::default()
    };
    for change in messages(stream, |kind| match kind {
        MessageKind::PlannedChange(change) => Some(change),
        _ => None,
    }) {
        let address = change.resource.addr.to_string();
        let actions = actions(&change.action);
        match change.action.as_str() {
            "noop" => {
                all.no_op += 1;
                continue;
            }
            "move" => all.moved += 1,
            "import" => all.import += 1,
            _ => all.add(&actions),
        }
        all.changes
            .push(PlannedChange::real(address, actions, NO_VALUES.to_owned()));
    }
    for (name, actions) in outputs(stream) {
        all.outputs += 1;
        all.changes.push(PlannedChange::real(
            format!("output.{name}"),
            actions,
            NO_VALUES.to_owned(),
        ));
    }
    all
}

fn messages<'s, 'a, T: 's>(
    stream: &'s Stream<'a>,
    pick: impl Fn(&'s MessageKind<'a>) -> Option<&'s T>,
) -> impl Iterator<Item = &'s T> {
    stream
        .messages
        .iter()
        .filter_map(move |message| pick(&message.kind))
}

/// The outputs that change, of the last message that has any.
fn outputs<'s>(stream: &'s Stream<'_>) -> Vec<(&'s str, Actions)> {
    let last = stream
        .messages
        .iter()
        .rev()
        .find_map(|message| match &message.kind {
            MessageKind::Outputs(outputs) => Some(outputs),
            _ => None,
        });
    last.into_iter()
        .flatten()
        .filter_map(|output| {
            let actions = actions(output.action.as_ref()?);
            (actions != Actions::NoOp).then_some((output.name.as_str(), actions))
        })
        .collect()
}

/// The words of the stream (`internal/command/views/json/change.go` of Terraform), in
/// which `remove` is a removal from the state alone.
fn actions(word: &str) -> Actions {
    match word {
        "noop" | "move" | "import" => Actions::NoOp,
        "replace" => Actions::DeleteThenCreate,
        "remove" => Actions::Forget,
        other => Actions::from_words(&[other]),
    }
}
