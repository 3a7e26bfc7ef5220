//! Telling what a document is that can't be read. Only run when reading has failed, so
//! it may look at the text again at leisure.

use indexmap::IndexMap;
use serde::de::IgnoredAny;
use serde_json::error::Category;

use super::DocumentError;
use crate::json::Text;

/// What can be told from the first bytes.
pub(super) fn at_sight(text: &str) -> Option<DocumentError> {
    if text.trim_start().is_empty() {
        Some(DocumentError::Empty)
    } else if text.starts_with("PK\u{3}\u{4}") {
        Some(DocumentError::PlanFile)
    } else {
        None
    }
}

/// Why reading failed.
pub(super) fn diagnose(text: &str, error: &serde_json::Error) -> DocumentError {
    if error.is_data() {
        // JSON, but with something odd inside: what it is matters more than the oddity.
        if let Ok(members) =
            serde_json::from_str::<IndexMap<Text<'_>, &serde_json::value::RawValue>>(text)
        {
            if is_encrypted(&members) {
                return DocumentError::Encrypted;
            }
            let version = members
                .get(&Text::from("version"))
                .map(|version| version.get());
            if let Some(version) =
                version.filter(|text| *text != "4" && text.parse::<u64>().is_ok())
            {
                return DocumentError::StateVersion(version.to_owned());
            }
            let has = |key: &str| members.contains_key(&Text::from(key));
            if has("version") && (has("resources") || has("lineage")) {
                return malformed("the raw state", error);
            }
            if let Some(drift) = members.get(&Text::from("resource_drift"))
                && lacks_addresses(drift.get())
            {
                return DocumentError::DriftWithoutAddress;
            }
            if has("format_version") || has("plan_format_version") {
                return malformed("the document of `terraform show -json`", error);
            }
        }
        return unknown(text);
    }
    if is_for_people(text) {
        return DocumentError::HumanReadable;
    }
    DocumentError::NotJson {
        message: message(error),
        line: error.line(),
        column: error.column(),
        truncated: error.classify() == Category::Eof,
    }
}

/// A part of a document that is JSON, but not as Terraform writes it.
pub(super) fn malformed(what: &'static str, error: &serde_json::Error) -> DocumentError {
    DocumentError::Malformed {
        what,
        message: message(error),
        line: error.line(),
        column: error.column(),
    }
}

/// JSON that is neither a plan nor a state.
pub(super) fn unknown(text: &str) -> DocumentError {
    match serde_json::from_str::<IndexMap<Text<'_>, IgnoredAny>>(text) {
        Ok(members) if is_encrypted(&members) => DocumentError::Encrypted,
        Ok(members) if members.is_empty() => {
            DocumentError::Unknown("is an empty object".to_owned())
        }
        Ok(members) => {
            let mut keys: Vec<String> = members
                .keys()
                .take(6)
                .map(|key| format!("{:.40}", key.escape_debug().to_string()))
                .collect();
            if members.len() > keys.len() {
                keys.push("…".to_owned());
            }
            DocumentError::Unknown(format!("has the keys {}", keys.join(", ")))
        }
        Err(_) => DocumentError::Unknown("is not an object".to_owned()),
    }
}

/// The other documents of Terraform's that have a `format_version`.
pub(super) fn other_kind(text: &str) -> Option<&'static str> {
    let members = serde_json::from_str::<IndexMap<Text<'_>, IgnoredAny>>(text).ok()?;
    let has = |key: &str| members.contains_key(&Text::from(key));
    if has("provider_schemas") {
        Some("the output of `terraform providers schema -json`")
    } else if has("diagnostics") && has("valid") {
        Some("the output of `terraform validate -json`")
    } else if has("root") || has("function_signatures") {
        Some("metadata of Terraform's language")
    } else {
        None
    }
}

/// Whether no entry of `resource_drift` has an address: [repaired][pr] in Terraform 1.0.1.
///
/// [pr]: https://github.com/hashicorp/terraform/pull/28975
fn lacks_addresses(drift: &str) -> bool {
    #[derive(serde::Deserialize)]
    struct Entry {
        address: Option<IgnoredAny>,
    }
    serde_json::from_str::<Vec<Entry>>(drift).is_ok_and(|entries| {
        !entries.is_empty() && entries.iter().all(|entry| entry.address.is_none())
    })
}

/// OpenTofu's envelope (`internal/encryption/base.go`): the data beside its metadata.
fn is_encrypted<V>(members: &IndexMap<Text<'_>, V>) -> bool {
    members.contains_key(&Text::from("encrypted_data"))
        || members.contains_key(&Text::from("encryption_version"))
}

fn is_for_people(text: &str) -> bool {
    const SIGNS: [&str; 5] = [
        "will perform the following actions",
        "No changes. ",
        "Objects have changed outside of",
        "Refreshing state...",
        "# The state file is empty",
    ];
    !text.trim_start().starts_with(['{', '[']) && SIGNS.iter().any(|sign| text.contains(sign))
}

/// The message of `serde_json` without the place, which is told apart, and without what the
/// document holds there, which may be secret.
fn message(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let end = text.rfind(" at line ").unwrap_or(text.len());
    let text = text.get(..end).unwrap_or(&text);
    without_value(text).unwrap_or_else(|| text.to_owned())
}

/// `invalid type: string, expected a map` of `invalid type: string "…", expected a map`. None:
/// the message quotes no value.
fn without_value(text: &str) -> Option<String> {
    let (what, rest) = text.split_once(": ")?;
    if !matches!(what, "invalid type" | "invalid value") {
        return None;
    }
    // What is expected is the reader's own words; the value may hold any.
    let (found, expected) = rest.rsplit_once(", expected ")?;
    let kind = found.split(['"', '`']).next().unwrap_or_default();
    Some(format!("{what}: {}, expected {expected}", kind.trim_end()))
}
