//! What Terraform plans to do with one object.

use std::fmt;

use serde::{Deserialize, Deserializer};

/// The actions of a change.
///
/// The combinations are those of [the JSON output format][doc] ("Change representation").
///
/// [doc]: https://developer.hashicorp.com/terraform/internals/json-format#change-representation
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Actions {
    /// `["no-op"]`
    #[default]
    NoOp,
    /// `["create"]`
    Create,
    /// `["read"]`: a data source that can only be read during apply
    Read,
    /// `["update"]`
    Update,
    /// `["delete"]`
    Delete,
    /// `["delete", "create"]`
    DeleteThenCreate,
    /// `["create", "delete"]`: `create_before_destroy`
    CreateThenDelete,
    /// `["forget"]`: dropped from the state by a `removed` block, and left alone
    Forget,
    /// `["create", "forget"]`: the replaced object is left alone
    CreateThenForget,
    /// Words that this version does not know, as they came
    Unknown(Vec<String>),
}

impl Actions {
    /// The actions that these words mean.
    pub fn from_words<S: AsRef<str>>(words: &[S]) -> Self {
        let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
        match words.as_slice() {
            ["no-op"] => Self::NoOp,
            ["create"] => Self::Create,
            ["read"] => Self::Read,
            ["update"] => Self::Update,
            ["delete"] => Self::Delete,
            ["delete", "create"] => Self::DeleteThenCreate,
            ["create", "delete"] => Self::CreateThenDelete,
            ["forget"] => Self::Forget,
            ["create", "forget"] => Self::CreateThenForget,
            other => Self::Unknown(other.iter().map(ToString::to_string).collect()),
        }
    }

    /// The words as Terraform writes them.
    pub fn words(&self) -> Vec<&str> {
        match self {
            Self::NoOp => vec!["no-op"],
            Self::Create => vec!["create"],
            Self::Read => vec!["read"],
            Self::Update => vec!["update"],
            Self::Delete => vec!["delete"],
            Self::DeleteThenCreate => vec!["delete", "create"],
            Self::CreateThenDelete => vec!["create", "delete"],
            Self::Forget => vec!["forget"],
            Self::CreateThenForget => vec!["create", "forget"],
            Self::Unknown(words) => words.iter().map(String::as_str).collect(),
        }
    }

    /// Whether an existing object gives way to a new one.
    pub fn is_replace(&self) -> bool {
        matches!(
            self,
            Self::DeleteThenCreate | Self::CreateThenDelete | Self::CreateThenForget
        )
    }

    /// Whether an existing object is destroyed, or may be: an unknown word might mean it.
    pub fn destroys(&self) -> bool {
        matches!(
            self,
            Self::Delete | Self::DeleteThenCreate | Self::CreateThenDelete | Self::Unknown(_)
        )
    }
}

impl fmt::Display for Actions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_replace() && *self != Self::CreateThenForget {
            return f.write_str("replace");
        }
        f.write_str(&self.words().join(" and "))
    }
}

impl<'de> Deserialize<'de> for Actions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::from_words(
            &Vec::<std::borrow::Cow<'de, str>>::deserialize(deserializer)?,
        ))
    }
}

impl serde::Serialize for Actions {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.words().serialize(serializer)
    }
}
