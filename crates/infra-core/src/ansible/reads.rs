//! What the text of a closure reads: names of variables, other hosts, groups.

use std::collections::BTreeSet;
use std::sync::Arc;

/// A set of names, or all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Names {
    /// These
    Some(BTreeSet<Arc<str>>),
    /// Any: a name is computed, or the whole mapping is used
    All,
}

impl Default for Names {
    fn default() -> Self {
        Self::Some(BTreeSet::new())
    }
}

impl Names {
    /// Whether a name is among them.
    pub fn contains(&self, name: &str) -> bool {
        match self {
            Self::Some(names) => names.contains(name),
            Self::All => true,
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Some(names) if names.is_empty())
    }

    /// Adds a name.
    pub(crate) fn insert(&mut self, name: &str) {
        if let Self::Some(names) = self
            && !names.contains(name)
        {
            names.insert(Arc::from(name));
        }
    }

    /// Adds names, and says whether there are more now.
    pub(crate) fn extend(&mut self, more: &Self) -> bool {
        match (&mut *self, more) {
            (Self::All, _) => false,
            (_, Self::All) => {
                *self = Self::All;
                true
            }
            (Self::Some(names), Self::Some(more)) => {
                let before = names.len();
                names.extend(more.iter().cloned());
                names.len() > before
            }
        }
    }
}

/// The hosts that a read through `hostvars` can reach.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HostSelection {
    /// The host that the play runs on
    This,
    /// One host, by its name
    Host(String),
    /// The members of one group
    Group(String),
    /// One of the hosts of the play, for all of them: `run_once`
    OneOfPlay,
    /// Any host of the inventory
    All,
}

/// A read of another host's variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostVariableRead {
    /// Whose
    pub hosts: HostSelection,
    /// Which
    pub names: Names,
}

/// What a text reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reads {
    /// The host's own variables
    pub variables: Names,
    /// Variables of other hosts
    pub hostvars: Vec<HostVariableRead>,
    /// Groups whose members are read
    pub groups: Names,
    /// Whether the host's own list of groups is read
    pub group_names: bool,
    /// Whether the list of the play's hosts is read
    pub play_hosts: bool,
}

impl Reads {
    /// Adds what another text reads.
    pub(crate) fn extend(&mut self, more: &Self) {
        self.variables.extend(&more.variables);
        for read in &more.hostvars {
            self.add_hostvar(read.hosts.clone(), &read.names);
        }
        self.groups.extend(&more.groups);
        self.group_names |= more.group_names;
        self.play_hosts |= more.play_hosts;
    }

    /// Adds a read of other hosts' variables, and says whether it is new.
    pub(crate) fn add_hostvar(&mut self, hosts: HostSelection, names: &Names) -> bool {
        let known = self.hostvars.iter_mut().find(|read| read.hosts == hosts);
        if let Some(read) = known {
            return read.names.extend(names);
        }
        self.hostvars.push(HostVariableRead {
            hosts,
            names: names.clone(),
        });
        true
    }
}
