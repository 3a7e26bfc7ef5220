//! The fast reader and `serde_json` see the same in every document, sound or damaged.

use super::read::Envelope;
use super::{Document, decode};
use crate::json::{Raw, quickly};
use crate::terraform::{Change, Plan, ResourceChange, State};

/// All that a document says.
fn told(document: &Document<'_>) -> String {
    match document {
        Document::Plan(plan) => of_plan(plan),
        Document::State(state) => of_state(state),
        Document::Stream(stream) => format!("{stream:?}"),
    }
}

fn of_state(state: &State<'_>) -> String {
    let objects = state.objects.iter().map(|object| {
        format!(
            "{object:?} {:?} {} {} {} {:?}\n",
            object.mode,
            object.tainted,
            object.provider,
            object.values(),
            object.sensitive().0
        )
    });
    let outputs = state.outputs.iter().map(|(name, output)| {
        format!(
            "{name} {} {:?}\n",
            output.sensitive,
            output.value.map(Raw::get)
        )
    });
    let head = format!(
        "{:?} {:?} {:?}\n",
        state.lineage, state.serial, state.terraform_version
    );
    [head].into_iter().chain(objects).chain(outputs).collect()
}

fn of_plan(plan: &Plan<'_>) -> String {
    let entries = plan.resource_drift.iter().chain(&plan.resource_changes);
    let entries = entries
        .map(|entry: &ResourceChange<'_>| format!("{entry:?} {}\n", of_change(&entry.change)));
    let outputs = plan
        .output_changes
        .iter()
        .map(|(name, change)| format!("{name} {}\n", of_change(change)));
    let unread = [plan.prior_state, plan.planned_values, plan.configuration];
    let rest = format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?} {} {:?} {:?}",
        plan.terraform_version,
        plan.deferred_changes,
        plan.action_invocations,
        plan.relevant_attributes,
        plan.checks,
        plan.applyable,
        plan.complete,
        plan.errored,
        unread.map(|raw| raw.map(Raw::get)),
        plan.prior_state().map(|state| of_state(&state)),
    );
    entries.chain(outputs).chain([rest]).collect()
}

fn of_change(change: &Change<'_>) -> String {
    let raws = [
        change.before,
        change.after,
        change.after_unknown,
        change.before_sensitive,
        change.after_sensitive,
        change.importing,
    ];
    format!("{:?} {:?}", change, raws.map(|raw| raw.map(Raw::get)))
}

/// Compares both readers, and says whether they read the document.
fn both_read(text: &str, name: &str) -> bool {
    let (ours, theirs) = (
        quickly::<Envelope<'_>>(text),
        serde_json::from_str::<Envelope<'_>>(text),
    );
    assert_eq!(ours.is_some(), theirs.is_ok(), "{name}: {:?}", theirs.err());
    let (Some(ours), Ok(theirs)) = (ours, theirs) else {
        return false;
    };
    let answer = |envelope: Envelope<'_>| match envelope.sort_out(text) {
        Ok(document) => told(&document),
        Err(error) => error.to_string(),
    };
    let (ours, theirs) = (answer(ours), answer(theirs));
    assert!(ours == theirs, "{name}: {ours}\n{theirs}");
    true
}

/// The recorded plans of the project, and a larger collection where it is at hand.
fn documents() -> Vec<(String, String)> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let larger = std::env::var_os("INFRA_CORPUS").map(std::path::PathBuf::from);
    let mut waiting = vec![root.join("fixtures")];
    waiting.extend(larger);
    let mut found = Vec::new();
    while let Some(path) = waiting.pop() {
        if let Ok(entries) = std::fs::read_dir(&path) {
            waiting.extend(entries.map(|entry| entry.unwrap().path()));
        } else if let Ok(text) = decode(&std::fs::read(&path).unwrap()) {
            found.push((path.display().to_string(), text.into_owned()));
        }
    }
    found
}

#[test]
fn a_recorded_document_is_read_alike_whole_cut_off_and_changed() {
    let documents = documents();
    let mut read = 0;
    for (name, text) in &documents {
        read += usize::from(both_read(text, name));
        for percent in 0..100 {
            let end = text.floor_char_boundary(text.len() * percent / 100);
            both_read(&text[..end], &format!("{name}, {percent} %"));
        }
        // The same places every time, spread over the text.
        for number in 1..=40_usize {
            let at = number.wrapping_mul(0x9E37_79B1) % text.len().max(1);
            let mut bytes = text.clone().into_bytes();
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << (number % 7);
            }
            if let Ok(changed) = String::from_utf8(bytes) {
                both_read(&changed, &format!("{name}, byte {at} changed"));
            }
        }
    }
    assert!(
        read >= 5,
        "of {} documents {read} could be read",
        documents.len()
    );
}
