//! YAML as Ansible's loader reads it, kept with the line of each node.

mod load;
mod node;

pub(crate) use load::{YamlError, load};
pub(crate) use node::{Data, Node};
