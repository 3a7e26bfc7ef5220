//! The files that give other hosts variables, and what each says of a name.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;

use super::path_text::PathText;
use super::tree::Digest;

/// Whose variables a file holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Owner {
    /// A group's
    Group(String),
    /// A host's
    Host(String),
}

impl std::fmt::Display for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Group(name) => write!(f, "group_vars of {name}"),
            Self::Host(name) => write!(f, "host_vars of {name}"),
        }
    }
}

/// The files of variables of which a play reads single names through `hostvars`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Layers {
    /// By play and owner, in an order that Ansible could use
    pub(crate) files: BTreeMap<(usize, Owner), Vec<Utf8PathBuf>>,
    /// By file, the digest of what it says of each variable
    pub(crate) values: BTreeMap<PathText, BTreeMap<String, Digest>>,
}

impl Layers {
    /// What the files say of a host's variable, in the order of the groups. None: nothing.
    /// Another order of the groups is another answer, as another value could win, and so is
    /// another side of what the inventory says of the host.
    pub(crate) fn value(
        &self,
        play: usize,
        host: &str,
        groups: &[&str],
        name: &str,
    ) -> Option<blake3::Hasher> {
        let owners = std::iter::once(Owner::Group("all".to_owned()))
            .chain(groups.iter().map(|group| Owner::Group((*group).to_owned())))
            .chain([Owner::Host(host.to_owned())]);
        let mut found = None;
        for owner in owners {
            let own = matches!(owner, Owner::Host(_));
            for path in self.files.get(&(play, owner)).into_iter().flatten() {
                if let Some(digest) = self
                    .values
                    .get(path.as_str())
                    .and_then(|said| said.get(name))
                {
                    found
                        .get_or_insert_with(blake3::Hasher::new)
                        .update(&[u8::from(own)])
                        .update(digest.as_bytes());
                }
            }
        }
        found
    }
}
