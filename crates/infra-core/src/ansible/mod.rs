//! What a playbook does on a host is decided by its inputs: this module finds them.
//!
//! [`closure`] follows a playbook through everything that Ansible would read, and
//! [`Fingerprinter`] digests what applies to one host. Both are pure: files come through
//! a [`Tree`]. The rule throughout is *sound before precise*: what could decide is an
//! input; a name that can't be resolved widens to everything that it could name, and
//! what can't be known at all is listed as [`Unresolved`].
//!
//! The authority on where Ansible looks is its source, release 2.19, and from 2.15 to 2.21 where
//! another differs; each rule names the file it follows, relative to `lib/ansible/`.

mod builtin;
mod closure;
mod compare;
mod content;
mod environment;
mod fingerprint;
mod fingerprinter;
mod input;
mod jinja;
mod layers;
mod membership;
mod memory;
mod name;
mod path;
mod path_text;
mod pattern;
mod plays;
mod reaching;
mod reads;
mod request;
mod resolve;
mod search;
mod settings;
mod source;
mod tree;
mod unresolved;
mod values;
mod walk;
mod yaml;

pub use closure::{
    Closure, CollectionInput, FileInput, HostInputs, PlayInputs, Reach, VariableOrigin,
};
pub use compare::{Change, ChangeKind, Changes, Comparer, SharedChanges, compare};
pub use content::is_digest_of;
pub use environment::is_setting;
pub use fingerprint::{Fingerprint, SecretKey, Section};
pub use fingerprinter::Fingerprinter;
pub use input::{InputId, ParseInputIdError};
pub use memory::MemoryTree;
pub use plays::{Plays, read_plays};
pub use reads::{HostSelection, HostVariableRead, Names, Reads};
pub use request::{ClosureError, Request, Tools};
pub use source::Sources;
pub use tree::{Attributes, Digest, Entry, Kind, Tree, TreeError};
pub use unresolved::{Reason, Unresolved};
pub use walk::{closure, closure_from};
