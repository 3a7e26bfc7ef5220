//! One line of `plan -json` or `apply -json`.

use serde::Deserialize;

use crate::terraform::Diagnostic;

/// A line of Terraform's machine-readable output, of which progress and diagnostics are
/// read. The facts come from `show -json`.
///
/// Defined by <https://developer.hashicorp.com/terraform/internals/machine-readable-ui>.
/// What isn't known is left as it is: [`Message::kind`] is any word, the rest optional.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Message {
    /// `info`, `warn`, `error`, …
    #[serde(rename = "@level", default)]
    pub level: String,
    /// What a person would have read
    #[serde(rename = "@message", default)]
    pub text: String,
    /// The word that says which of the other fields are there, such as `apply_start`
    #[serde(rename = "type", default)]
    pub kind: String,
    /// For `diagnostic`
    #[serde(default)]
    pub diagnostic: Option<Diagnostic>,
    /// For `apply_*`, `provision_*` and `refresh_*`
    #[serde(default)]
    pub hook: Option<Hook>,
    /// For `planned_change` and `resource_drift`
    #[serde(default)]
    pub change: Option<Change>,
    /// For `change_summary`
    #[serde(default)]
    pub changes: Option<ChangeSummary>,
    /// For `version`: Terraform's
    #[serde(default)]
    pub terraform: Option<String>,
    /// For `version`: OpenTofu's
    #[serde(default)]
    pub tofu: Option<String>,
}

/// Which resource an event is about.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Resource {
    /// Its address
    #[serde(default)]
    pub addr: String,
    /// Its type
    #[serde(default)]
    pub resource_type: String,
}

/// What happens to a resource now.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Hook {
    /// The resource
    pub resource: Resource,
    /// `create`, `update`, `delete`, `replace`, `read`, …
    #[serde(default)]
    pub action: Option<String>,
    /// For how many seconds it has
    #[serde(default)]
    pub elapsed_seconds: Option<u64>,
    /// The provisioner that runs
    #[serde(default)]
    pub provisioner: Option<String>,
    /// A line that the provisioner wrote
    #[serde(default)]
    pub output: Option<String>,
}

/// What is going to happen to a resource, or has happened to it behind Terraform's back.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Change {
    /// The resource
    pub resource: Resource,
    /// `create`, `update`, `delete`, `replace`, `noop`, …
    #[serde(default)]
    pub action: String,
    /// Why, such as `tainted`
    #[serde(default)]
    pub reason: Option<String>,
}

/// How many resources a plan or an apply is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub struct ChangeSummary {
    /// To create, or created
    #[serde(default)]
    pub add: u64,
    /// To update, or updated
    #[serde(default)]
    pub change: u64,
    /// To import, or imported
    #[serde(default)]
    pub import: u64,
    /// To destroy, or destroyed
    #[serde(default)]
    pub remove: u64,
}

impl Message {
    /// Reads a line. None if it isn't one of these messages: warnings of the Go runtime,
    /// output of wrapper scripts and the like stand between them.
    pub fn parse(line: &str) -> Option<Self> {
        let line = line.trim();
        if !line.starts_with('{') {
            return None;
        }
        serde_json::from_str(line)
            .ok()
            .filter(|message: &Self| !message.kind.is_empty() || !message.text.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_messages_are_typed_and_unknown_ones_keep_their_text() {
        let hook = Message::parse(
            r#"{"@level":"info","@message":"a: Creating...","@module":"terraform.ui","type":"apply_progress",
               "hook":{"resource":{"addr":"a","module":"","resource_type":"t"},"action":"create","elapsed_seconds":10}}"#,
        )
        .unwrap();
        let elapsed = hook.hook.as_ref().and_then(|hook| hook.elapsed_seconds);
        assert_eq!((hook.kind.as_str(), elapsed), ("apply_progress", Some(10)));
        let new =
            Message::parse(r#"{"@level":"info","@message":"hi","type":"from_the_future","x":[1]}"#)
                .unwrap();
        assert_eq!(
            (new.kind.as_str(), new.text.as_str()),
            ("from_the_future", "hi")
        );
        for noise in ["", "{", "{}", "[]", "warning: x", "{\"a\":1}"] {
            assert_eq!(Message::parse(noise), None, "{noise}");
        }
    }
}
