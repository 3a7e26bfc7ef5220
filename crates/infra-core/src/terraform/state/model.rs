//! A state, whichever of its two formats it came in.

use std::borrow::Cow;
use std::ops::Deref;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::json::{Members, Outlined, Raw, Step, Text, Value};
use crate::terraform::{InstanceKey, Mask, Mode};

/// The objects that Terraform manages or reads, and the outputs.
#[derive(Debug, Clone, Default)]
pub struct State<'a> {
    /// The identity of the state through its life; only in a raw state
    pub lineage: Option<Text<'a>>,
    /// The number of its last write; only in a raw state
    pub serial: Option<u64>,
    /// The version of Terraform or OpenTofu that wrote it
    pub terraform_version: Option<Text<'a>>,
    /// Every object, in the order of the document
    pub objects: Vec<Object<'a>>,
    /// The outputs of the root module
    pub outputs: IndexMap<Text<'a>, Output<'a>>,
}

/// A resource of a state: what its instances have in common.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Resource<'a> {
    /// The address of the module instance, empty for the root module
    pub module: Text<'a>,
    /// Managed or data
    pub mode: Mode,
    /// The resource type
    pub resource_type: Text<'a>,
    /// The resource name
    pub name: Text<'a>,
    /// The provider, as the document names it
    pub provider: Text<'a>,
}

/// One object: the current or a deposed one of a resource instance.
///
/// It has the fields of its [`Resource`], which all instances share: a state has tens of
/// thousands of them.
#[derive(Clone)]
pub struct Object<'a> {
    /// The resource it is an instance of
    pub resource: Arc<Resource<'a>>,
    /// The key, where the resource has `count` or `for_each`
    pub key: Option<InstanceKey<'a>>,
    /// The id of a deposed object, one that waits to be destroyed
    pub deposed: Option<Text<'a>>,
    /// Whether the object is to be replaced because its creation failed half-way
    pub tainted: bool,
    /// The attributes, unread
    pub(crate) attributes: Attributes<'a>,
    /// Which attributes are sensitive, unread
    pub(crate) sensitive: Option<Raw<'a>>,
    /// Whether `sensitive` is a list of paths (raw) or a mask (`show -json`)
    pub(crate) sensitive_is_paths: bool,
    /// What it was made after, unread
    pub(crate) dependencies: Option<Raw<'a>>,
}

/// The attributes of an [`Object`], as the document keeps them.
#[derive(Clone, Default)]
pub(crate) enum Attributes<'a> {
    /// No attributes: an object that was never made
    #[default]
    Absent,
    /// One JSON object
    Json(Outlined<'a>),
    /// The flat map of providers that speak the protocol of Terraform 0.11
    Flat(Raw<'a>),
}

/// An output of the root module.
#[derive(Clone)]
pub struct Output<'a> {
    /// The value, unread
    pub value: Option<Raw<'a>>,
    /// Whether the configuration marks it as sensitive
    pub sensitive: bool,
}

impl<'a> Deref for Object<'a> {
    type Target = Resource<'a>;

    fn deref(&self) -> &Resource<'a> {
        &self.resource
    }
}

impl<'a> Object<'a> {
    /// The absolute address, as Terraform prints it.
    pub fn address(&self) -> String {
        let mut text = self.resource_address();
        if let Some(key) = &self.key {
            key.push_to(&mut text);
        }
        text
    }

    /// The absolute address of the resource this is an instance of: without its own key.
    pub fn resource_address(&self) -> String {
        let mut text = String::with_capacity(
            self.module.len() + self.resource_type.len() + self.name.len() + 16,
        );
        if !self.module.is_empty() {
            text.push_str(&self.module);
            text.push('.');
        }
        if self.mode == Mode::Data {
            text.push_str("data.");
        }
        text.push_str(&self.resource_type);
        text.push('.');
        text.push_str(&self.name);
        text
    }

    /// The attributes as one JSON object; null where there are none.
    pub fn values(&self) -> Value<'a> {
        match &self.attributes {
            Attributes::Absent => Value::Null,
            Attributes::Json(object) => self.as_shown(Value::from_raw(object.raw())),
            Attributes::Flat(raw) => super::flat::unflatten(&Value::from_raw(*raw)),
        }
    }

    /// Whether it comes from a raw state: only that lists the sensitive attributes.
    fn is_raw(&self) -> bool {
        self.sensitive_is_paths
    }

    /// Some of the attributes in the form that [`Object::values`] has them in.
    pub(crate) fn as_shown(&self, values: Value<'a>) -> Value<'a> {
        if self.is_raw() {
            super::dynamic::close(&self.resource_type, values)
        } else {
            values
        }
    }

    /// The attributes unread, where they are one JSON object and the places of its members
    /// are known: for reading a few of many.
    pub(crate) fn outlined(&self) -> Option<&Outlined<'a>> {
        match &self.attributes {
            Attributes::Json(object) => Some(object).filter(|object| object.keys().is_some()),
            Attributes::Absent | Attributes::Flat(_) => None,
        }
    }

    /// The addresses, without keys, of the resources that it was made after. Empty where the
    /// document has none, or something else in their place.
    pub fn dependencies(&self) -> Vec<String> {
        let list = self.dependencies.map(Value::from_raw).unwrap_or_default();
        let addresses = list.as_array().into_iter().flatten();
        addresses
            .filter_map(|address| address.as_str().map(str::to_owned))
            .collect()
    }

    /// The mask of what Terraform marks as sensitive.
    pub fn sensitive(&self) -> Mask<'a> {
        let value = self.sensitive.map(Value::from_raw).unwrap_or_default();
        if self.sensitive_is_paths {
            mask_of_paths(&value)
        } else {
            Mask(value)
        }
    }

    /// Whether anything may be marked as sensitive: cheap, and `true` where in doubt.
    pub(crate) fn has_sensitive_marks(&self) -> bool {
        self.sensitive.is_some_and(|raw| {
            if self.sensitive_is_paths {
                !matches!(raw.get(), "[]" | "null")
            } else {
                // Some twenty bytes: a search for a text takes longer to prepare than to run.
                raw.get().as_bytes().windows(4).any(|word| word == b"true")
            }
        })
    }

    /// Whether the object is what the resource stands for now: managed, and not deposed.
    pub fn is_current_managed(&self) -> bool {
        self.mode == Mode::Managed && self.deposed.is_none()
    }
}

/// Addresses only: values may be secret.
impl std::fmt::Debug for Object<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Object")
            .field("address", &self.address())
            .field("deposed", &self.deposed)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Output<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Output")
            .field("sensitive", &self.sensitive)
            .finish_non_exhaustive()
    }
}

/// Turns `sensitive_attributes` of a raw state, a list of paths, into a mask.
///
/// A path is a list of `{"type": "get_attr", "value": "x"}` and `{"type": "index",
/// "value": {"value": 0, "type": "number"}}` (`internal/states/statefile/marks.go`). A
/// path that can't be read makes everything sensitive.
fn mask_of_paths<'a>(paths: &Value<'_>) -> Mask<'a> {
    let Some(paths) = paths.as_array() else {
        return Mask::default();
    };
    let mut root = Value::Null;
    for path in paths {
        let steps: Option<Vec<Step>> = path
            .as_array()
            .map_or(Some(Vec::new()), |steps| steps.iter().map(step).collect());
        mark(&mut root, &steps.unwrap_or_default());
    }
    Mask(root)
}

fn step(step: &Value<'_>) -> Option<Step> {
    let value = step.get("value")?;
    let value = value.get("value").unwrap_or(value);
    Step::from_json(value)
}

/// Marks what `steps` lead to. List indexes above this bound mark the whole list, so
/// that a forged index can't make a mask of gigabytes.
fn mark(at: &mut Value<'_>, steps: &[Step]) {
    const LONGEST_LIST: usize = 65_536;
    if *at == Value::Bool(true) {
        return;
    }
    match steps.split_first() {
        Some((Step::Key(key), rest)) => {
            if !matches!(at, Value::Object(_)) {
                *at = Value::Object(Members::new());
            }
            if let Value::Object(members) = at {
                mark(
                    members.get_or_null(Cow::Owned(key.as_ref().to_owned())),
                    rest,
                );
            }
        }
        Some((Step::Index(index), rest)) if *index < LONGEST_LIST => {
            if !matches!(at, Value::Array(_)) {
                *at = Value::Array(Vec::new());
            }
            if let Value::Array(items) = at {
                if items.len() <= *index {
                    items.resize(*index + 1, Value::Null);
                }
                if let Some(item) = items.get_mut(*index) {
                    mark(item, rest);
                }
            }
        }
        _ => *at = Value::Bool(true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sensitive_paths_become_a_mask() {
        let paths = r#"[[{"type":"get_attr","value":"password"}],
            [{"type":"get_attr","value":"disk"},{"type":"index","value":{"value":1,"type":"number"}},{"type":"get_attr","value":"key"}]]"#;
        let mask = mask_of_paths(&Value::parse(paths).unwrap());
        assert_eq!(
            mask.0.to_string(),
            r#"{"password":true,"disk":[null,{"key":true}]}"#
        );
    }

    #[test]
    fn a_path_that_cannot_be_read_makes_everything_sensitive() {
        assert_eq!(
            mask_of_paths(&Value::parse(r#"[[{"type":"new"}]]"#).unwrap()).0,
            Value::Bool(true)
        );
        assert_eq!(
            mask_of_paths(&Value::parse(r#"["odd"]"#).unwrap()).0,
            Value::Bool(true)
        );
    }
}
