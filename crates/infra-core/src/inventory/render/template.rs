//! Which strings Ansible could take for a template.

use crate::json::Value;

/// Whether Ansible could see a template in `text`.
///
/// Each of Jinja's delimiters, `{{`, `{%` and `{#`, begins with a brace, and Ansible has
/// no setting that changes them for variables of an inventory. Strings without one stay
/// plain, so that programs other than Ansible can read the inventory as well.
pub(super) fn could_be_template(text: &str) -> bool {
    text.as_bytes().contains(&b'{')
}

/// Whether there is such a string anywhere in `value`, keys aside: [`is_live_key`] is about
/// those.
pub(super) fn holds_template(value: &Value<'_>) -> bool {
    match value {
        Value::String(text) => could_be_template(text),
        Value::Array(items) => items.iter().any(holds_template),
        Value::Object(members) => members.values().any(holds_template),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Whether Ansible takes this key of an object for more than data: for a mark
/// (`__ansible_vault`, `__ansible_unsafe`, and what a later version may add), or for a
/// template. ansible-core 2.19 trusts the keys of a YAML inventory as templates, and runs
/// one as soon as a playbook takes it out of its map (`dict2items`, `.keys()`).
pub(in crate::inventory) fn is_live_key(key: &str) -> bool {
    key.starts_with("__ansible") || could_be_template(key)
}
