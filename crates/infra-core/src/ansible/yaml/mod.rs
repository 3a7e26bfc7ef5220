//! YAML as Ansible's loader reads it, kept with the line of each node.

mod digest;
mod load;
mod node;
mod readable;

pub(crate) use digest::{Shape, digest, digest_of};
pub(crate) use load::{YamlError, load};
pub(crate) use node::{Data, Node};
