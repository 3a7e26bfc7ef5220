//! One change of a plan, with the values before and after left unread until asked for.

use std::fmt;

use serde::{Deserialize, Deserializer};

use crate::json::{Path, Raw, Text, Value};
use crate::terraform::{Actions, InstanceKey};

/// Whether an object is managed, or only read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Mode {
    /// A `resource` block
    #[default]
    Managed,
    /// A `data` block
    Data,
    /// A mode that this version does not know
    Unknown(String),
}

impl<'de> Deserialize<'de> for Mode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Text::deserialize(deserializer)?;
        Ok(match text.as_str() {
            "managed" => Self::Managed,
            "data" => Self::Data,
            other => Self::Unknown(other.to_owned()),
        })
    }
}

/// An entry of `resource_changes` or `resource_drift`.
#[derive(Debug, Clone, Deserialize)]
pub struct ResourceChange<'a> {
    /// The absolute address of the instance
    #[serde(borrow)]
    pub address: Text<'a>,
    /// The address it had before a `moved` block
    #[serde(borrow, default)]
    pub previous_address: Option<Text<'a>>,
    /// The address of the module instance; absent in the root module
    #[serde(borrow, default)]
    pub module_address: Option<Text<'a>>,
    /// Managed or data
    #[serde(default)]
    pub mode: Mode,
    /// The resource type
    #[serde(borrow, default, rename = "type")]
    pub resource_type: Text<'a>,
    /// The resource name
    #[serde(borrow, default)]
    pub name: Text<'a>,
    /// The key, where the resource has `count` or `for_each`
    #[serde(borrow, default)]
    pub index: Option<InstanceKey<'a>>,
    /// The provider's source address
    #[serde(borrow, default)]
    pub provider_name: Option<Text<'a>>,
    /// The id of a deposed object; absent for the current one
    #[serde(borrow, default)]
    pub deposed: Option<Text<'a>>,
    /// Why these actions; the list of reasons grows with each release, so it stays text
    /// (`internal/command/jsonplan/plan.go` of Terraform and of OpenTofu)
    #[serde(borrow, default)]
    pub action_reason: Option<Text<'a>>,
    /// The change itself
    #[serde(borrow)]
    pub change: Change<'a>,
}

impl ResourceChange<'_> {
    /// Whether the object keeps its values but goes by another address.
    pub fn is_move(&self) -> bool {
        self.previous_address
            .as_ref()
            .is_some_and(|previous| *previous != self.address)
    }
}

/// A change of a resource instance or an output.
#[derive(Clone, Default, Deserialize)]
pub struct Change<'a> {
    /// What is done; where the document doesn't say, it may be anything
    #[serde(default = "unsaid")]
    pub actions: Actions,
    /// The value before; `None` is null
    #[serde(borrow, default)]
    pub before: Option<Raw<'a>>,
    /// The value after, without what only apply will know; `None` is null
    #[serde(borrow, default)]
    pub after: Option<Raw<'a>>,
    /// `true` wherever a value is only known after apply, covering all below it
    #[serde(borrow, default)]
    pub after_unknown: Option<Raw<'a>>,
    /// `true` wherever `before` is sensitive
    #[serde(borrow, default)]
    pub before_sensitive: Option<Raw<'a>>,
    /// `true` wherever `after` is sensitive
    #[serde(borrow, default)]
    pub after_sensitive: Option<Raw<'a>>,
    /// The paths whose change forces a replacement
    #[serde(default, deserialize_with = "paths")]
    pub replace_paths: Vec<Path>,
    /// Present where the object is imported; its content is not stable
    #[serde(borrow, default)]
    pub importing: Option<Raw<'a>>,
}

impl<'a> Change<'a> {
    /// The value before.
    pub fn before_value(&self) -> Value<'a> {
        self.before.map(Value::from_raw).unwrap_or_default()
    }

    /// The value after, with null where it is unknown.
    pub fn after_value(&self) -> Value<'a> {
        self.after.map(Value::from_raw).unwrap_or_default()
    }

    /// The mask of what only apply will know.
    pub fn unknown_mask(&self) -> Mask<'a> {
        Mask(self.after_unknown.map(Value::from_raw).unwrap_or_default())
    }

    /// The masks of what is sensitive, before and after.
    pub fn sensitive_masks(&self) -> (Mask<'a>, Mask<'a>) {
        (
            Mask(
                self.before_sensitive
                    .map(Value::from_raw)
                    .unwrap_or_default(),
            ),
            Mask(
                self.after_sensitive
                    .map(Value::from_raw)
                    .unwrap_or_default(),
            ),
        )
    }
}

/// Values may be secret, so only the shape of a change is shown.
impl fmt::Debug for Change<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Change")
            .field("actions", &self.actions)
            .field("replace_paths", &self.replace_paths)
            .finish_non_exhaustive()
    }
}

/// A value of the same shape as another, with `true` where something holds for it.
///
/// A `true` covers everything below it; `false`, `{}`, `[]` and null cover nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mask<'a>(pub Value<'a>);

impl Mask<'_> {
    /// Whether the mask covers the value at `path`, or anything below it.
    pub fn touches(&self, path: &Path) -> bool {
        self.reaches(path, true)
    }

    /// Whether the mask covers all of the value at `path`.
    pub fn covers(&self, path: &Path) -> bool {
        self.reaches(path, false)
    }

    /// The places that are covered as a whole. Two masks that cover the same may be written
    /// differently: `false`, `{}` and nothing at all are one.
    pub fn places(&self) -> Vec<Path> {
        let mut found = Vec::new();
        places(&self.0, &Path::root(), &mut found);
        found.sort();
        found
    }

    fn reaches(&self, path: &Path, below: bool) -> bool {
        let mut at = &self.0;
        for step in path.steps() {
            if *at == Value::Bool(true) {
                return true;
            }
            let next = match step {
                crate::json::Step::Key(key) => at.get(key),
                crate::json::Step::Index(index) => at.at(*index),
            };
            let Some(next) = next else { return false };
            at = next;
        }
        *at == Value::Bool(true) || (below && has_true(at))
    }
}

fn places(value: &Value<'_>, path: &Path, found: &mut Vec<Path>) {
    match value {
        Value::Bool(true) => found.push(path.clone()),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(index, item)| places(item, &path.index(index), found)),
        Value::Object(members) => members
            .iter()
            .for_each(|(key, member)| places(member, &path.key(key.as_ref()), found)),
        _ => {}
    }
}

fn has_true(value: &Value<'_>) -> bool {
    match value {
        Value::Bool(value) => *value,
        Value::Array(items) => items.iter().any(has_true),
        Value::Object(members) => members.values().any(has_true),
        _ => false,
    }
}

fn unsaid() -> Actions {
    Actions::Unknown(Vec::new())
}

/// `replace_paths`: a list of paths. A path this version cannot read counts as the root,
/// which is the careful reading: anything may have forced the replacement.
fn paths<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Path>, D::Error> {
    let Some(list) = Option::<Vec<Value<'de>>>::deserialize(deserializer)? else {
        return Ok(Vec::new());
    };
    Ok(list
        .iter()
        .map(|path| Path::from_json(path).unwrap_or_default())
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_true_covers_all_below_it_and_an_empty_object_nothing() {
        let mask =
            Mask(Value::parse(r#"{"tags":true,"disk":[{},{"key":true}],"none":{}}"#).unwrap());
        let tags = Path::root().key("tags");
        let disk = Path::root().key("disk");
        assert!(mask.covers(&tags.key("Name")));
        assert!(mask.touches(&disk) && !mask.covers(&disk) && !mask.touches(&disk.index(0)));
        assert!(mask.covers(&disk.index(1).key("key")));
        assert!(
            !mask.touches(&Path::root().key("none")) && !mask.touches(&Path::root().key("absent"))
        );
    }

    #[test]
    fn a_path_that_cannot_be_read_counts_as_the_root() {
        let change: Change<'_> = serde_json::from_str(
            r#"{"actions":["create","explode"],"replace_paths":[["a",0],[{}]]}"#,
        )
        .unwrap();
        assert_eq!(
            change.replace_paths,
            [Path::root().key("a").index(0), Path::root()]
        );
        assert!(change.actions.destroys(), "an unknown action might destroy");
    }
}
