//! Where a value stands inside another: `network_interface[0].nat_ip`.

use std::fmt;
use std::sync::Arc;

use crate::json::Value;

/// One step of a [`Path`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Into the member of an object or map
    Key(Arc<str>),
    /// Into the element of a list, tuple or set
    Index(usize),
}

/// The place of a value inside another, as Terraform writes it in messages. To clone one costs
/// nothing: what drifts is named by each change that follows from it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Path(Arc<[Step]>);

impl Path {
    /// The path of length zero.
    pub fn root() -> Self {
        Self::default()
    }

    /// This path, one member further.
    #[must_use]
    pub fn key(&self, key: impl Into<Arc<str>>) -> Self {
        self.with(Step::Key(key.into()))
    }

    /// This path, one element further.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.with(Step::Index(index))
    }

    fn with(&self, step: Step) -> Self {
        self.0.iter().cloned().chain([step]).collect()
    }

    /// The steps, from the outermost value to the innermost.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Reads a path from the JSON that Terraform uses for `replace_paths` and
    /// `relevant_attributes`: a list of strings and numbers. Anything else is `None`.
    pub fn from_json(value: &Value<'_>) -> Option<Self> {
        value.as_array()?.iter().map(Step::from_json).collect()
    }

    /// Whether `self` is `other`, or stands above it.
    pub fn contains(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }

    /// Whether one of the two stands at or above the other.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.contains(other) || other.contains(self)
    }
}

impl FromIterator<Step> for Path {
    fn from_iter<I: IntoIterator<Item = Step>>(steps: I) -> Self {
        Self(steps.into_iter().collect())
    }
}

impl Step {
    pub(crate) fn from_json(value: &Value<'_>) -> Option<Self> {
        match value {
            Value::String(key) => Some(Self::Key(key.as_ref().into())),
            Value::Number(text) => text.parse().ok().map(Self::Index),
            _ => None,
        }
    }
}

/// `tags["a b"]`, `ebs_block_device[0].volume_id`: dots for identifiers, brackets for the rest.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if is_identifier(key) => {
                    if position > 0 {
                        f.write_str(".")?;
                    }
                    f.write_str(key)?;
                }
                Step::Key(key) => write!(f, "[{}]", Value::from(key.as_ref()))?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

fn is_identifier(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_as_terraform_writes_it() {
        let path = Path::from_json(&Value::parse(r#"["tags","a b",0,"x-y"]"#).unwrap()).unwrap();
        assert_eq!(path.to_string(), r#"tags["a b"][0].x-y"#);
        assert_eq!(Path::from_json(&Value::parse("[null]").unwrap()), None);
    }

    #[test]
    fn overlap_is_being_above_or_below() {
        let tags = Path::root().key("tags");
        assert!(tags.contains(&tags.key("Name")) && tags.overlaps(&tags));
        assert!(!tags.key("Name").contains(&tags) && tags.key("Name").overlaps(&tags));
        assert!(!tags.key("Name").overlaps(&tags.key("Role")));
    }
}
