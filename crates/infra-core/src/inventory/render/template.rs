//! Which strings Ansible could take for a template.

use crate::json::Value;

/// Whether Ansible could see a template in `text`.
///
/// Each of Jinja's delimiters, `{{`, `{%` and `{#`, begins with a brace, and Ansible has
/// no setting that changes them for variables of an inventory. Strings without one stay
/// plain, so that programs other than Ansible can read the inventory as well.
pub(super) fn could_be_template(text: &str) -> bool {
    text.contains('{')
}

/// Whether there is such a string anywhere in `value`. Keys of objects are never templated.
pub(super) fn holds_template(value: &Value<'_>) -> bool {
    match value {
        Value::String(text) => could_be_template(text),
        Value::Array(items) => items.iter().any(holds_template),
        Value::Object(members) => members.values().any(holds_template),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Whether Ansible's JSON reader takes an object with this key for a mark rather than for
/// data: `__ansible_vault`, `__ansible_unsafe`, and what a later version may add.
pub(super) fn is_mark(key: &str) -> bool {
    key.starts_with("__ansible")
}
