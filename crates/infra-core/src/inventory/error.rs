//! Why there is no inventory, and the way out.

use crate::config::EvalError;
use crate::hint::Hint;

/// A state and rules that give no inventory.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InventoryError {
    /// Two resources would be one host
    #[error("{first} and {second} would both be the host {name:?}")]
    DuplicateName {
        /// The name
        name: String,
        /// The address that comes first in the alphabet
        first: String,
        /// The other address
        second: String,
    },
    /// A configured or declared host name that is not allowed
    #[error("{resource}: {name:?} cannot be the name of a host")]
    HostName {
        /// The address of the resource
        resource: String,
        /// The name
        name: String,
    },
    /// A host and a group of one name, which Ansible cannot tell apart
    #[error("{resource}: the host {name:?} has the name of a group")]
    HostIsGroup {
        /// The address of the resource
        resource: String,
        /// The name
        name: String,
    },
    /// A group name that is not allowed
    #[error("{place}: {name:?} cannot be the name of a group")]
    GroupName {
        /// The block or resource that names the group
        place: String,
        /// The name
        name: String,
    },
    /// Groups that contain each other
    #[error("the groups {} contain each other", .0.join(" → "))]
    GroupCycle(Vec<String>),
    /// A variable name that is not allowed
    #[error("{place}: {name:?} cannot be the name of a variable here")]
    VariableName {
        /// The block that names the variable
        place: String,
        /// The name
        name: String,
    },
    /// An expression of a `hosts` block that has no value for a resource
    #[error("{resource}: `{attribute}` of the hosts block at line {line} has no value")]
    Eval {
        /// The address of the resource
        resource: String,
        /// The attribute of the block
        attribute: String,
        /// The line of the expression
        line: usize,
        /// Why
        source: Box<EvalError>,
    },
    /// A value of the wrong kind or form
    #[error("{resource}: `{attribute}` in line {line} must be {expected}, not {found}")]
    Invalid {
        /// The address of the resource
        resource: String,
        /// The attribute of the block
        attribute: String,
        /// The line of the expression
        line: usize,
        /// What it must be
        expected: &'static str,
        /// What it is: the value if it is short, else its kind
        found: String,
    },
    /// An expression that reads what Terraform marks as sensitive
    #[error(
        "{resource}: `{attribute}` in line {line} reads a value that Terraform marks as sensitive"
    )]
    Sensitive {
        /// The address of the resource
        resource: String,
        /// The attribute of the block
        attribute: String,
        /// The line of the expression
        line: usize,
    },
    /// No host at all
    #[error("no host: {looked_at}")]
    NoHosts {
        /// What was looked at
        looked_at: String,
        /// What to do about it
        hints: Vec<String>,
    },
}

impl Hint for InventoryError {
    fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::DuplicateName { .. } => {
                "give one of them another `name` in a hosts block, or another name in Terraform"
            }
            Self::HostName { .. } => {
                "a host name has letters, digits, `.`, `_` and `-` only, begins with a letter or digit, and is not all, ungrouped or localhost"
            }
            Self::HostIsGroup { .. } => "rename the host or the group",
            Self::GroupName { .. } => {
                "a group name has letters, digits, `_` and `-` only, begins with a letter or `_`, and is not all or ungrouped"
            }
            Self::GroupCycle(_) => "take one of them out of the children of another",
            Self::VariableName { .. } => {
                "a variable is an identifier; `infra`, `infra_addresses` and the connection variables are set by infra itself (`address`, `user`, `port` of the block)"
            }
            Self::Eval { .. } => {
                "`try(…, null)` makes a default of an expression that some resources have no value for"
            }
            Self::Invalid { .. } => "null means the default",
            Self::Sensitive { .. } => {
                "if that is meant, name the variable in `sensitive = [...]` of the hosts block; only `vars` can be sensitive"
            }
            Self::NoHosts { hints, .. } => return hints.clone(),
        };
        vec![hint.to_owned()]
    }
}
