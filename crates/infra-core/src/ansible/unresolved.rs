//! What can't be resolved without running Ansible, with its place.

use std::collections::BTreeSet;
use std::fmt;

use camino::Utf8PathBuf;

/// Something that decides, or may decide, what the playbook does, and that no reading
/// of files can tell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unresolved {
    /// The file it stands in
    pub file: Utf8PathBuf,
    /// The line, from 1; 0 for the file as a whole
    pub line: u32,
    /// The text in question, as written
    pub what: String,
    /// Why it isn't resolved
    pub why: Reason,
    /// The plays that it belongs to; empty for all
    pub plays: BTreeSet<usize>,
}

/// Why something isn't resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// A name with an expression in it: everything that it could name is an input
    TemplatedName,
    /// A name with an expression in it that could name anything
    AnyName,
    /// A name with a variable in it that nothing gives a value: it names no file
    Undefined,
    /// A lookup whose result comes from outside of the tree
    ExternalLookup,
    /// A lookup that isn't one of Ansible's and isn't in the tree
    UnknownLookup,
    /// Python code, which can read what it likes
    PythonPlugin,
    /// Hosts or groups that are made while the playbook runs
    DynamicInventory,
    /// Facts that are kept between runs
    CachedFacts,
    /// A variable that a person is asked for
    Prompt,
    /// A file that isn't valid YAML where Ansible would read YAML
    NotYaml,
    /// A file of variables that is encrypted: any variable may have a value of it, and be read by
    /// one
    Encrypted,
    /// A file of tasks or a template that is encrypted: it may name any file
    EncryptedTasks,
    /// A file that is named and isn't there
    Missing,
    /// A file or directory that can't be read
    Unreadable,
    /// A file name that isn't UTF-8
    NotUtf8Name,
    /// Includes or directories that are nested too deep
    TooDeep,
    /// A directory that leads back to one that it is in
    Cycle,
    /// Too many names to follow each
    TooMany,
    /// A file outside of the directory of `infra.hcl`
    OutsideTree,
}

impl Reason {
    /// Whether the result could change and no input with it: it comes from elsewhere, or from
    /// files that aren't followed. The default for such an input is to run.
    pub fn self_changing(self) -> bool {
        matches!(
            self,
            Self::ExternalLookup
                | Self::UnknownLookup
                | Self::EncryptedTasks
                | Self::NotUtf8Name
                | Self::TooDeep
                | Self::TooMany
        )
    }
}

impl Unresolved {
    /// Whether the result could change and no input with it.
    pub fn self_changing(&self) -> bool {
        self.why.self_changing()
    }
}

impl fmt::Display for Unresolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            line,
            what,
            why,
            plays: _,
        } = self;
        write!(f, "{file}:{line}: {what}: {why}")
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TemplatedName => {
                "the name is an expression: every file that it could name is an input"
            }
            Self::AnyName => "the name is an expression that could name any file",
            Self::Undefined => "nothing gives a variable in the name a value: it names no file",
            Self::ExternalLookup => "the result comes from outside of the tree",
            Self::UnknownLookup => "the lookup plugin is not in the tree",
            Self::PythonPlugin => "Python code can read anything",
            Self::DynamicInventory => "hosts or groups are made while the playbook runs",
            Self::CachedFacts => "facts are kept between runs",
            Self::Prompt => "the value is asked for when the playbook runs",
            Self::NotYaml => "the file is not valid YAML",
            Self::Encrypted => "what the encrypted file reads and sets could be any variable",
            Self::EncryptedTasks => "what the encrypted file names could be any file",
            Self::Missing => "the file does not exist",
            Self::Unreadable => "the file cannot be read",
            Self::NotUtf8Name => "the name is not UTF-8",
            Self::TooDeep => "includes or directories are nested too deep",
            Self::Cycle => "the directory leads back to one that it is in",
            Self::TooMany => "too many names to follow each",
            Self::OutsideTree => "the file is outside of the directory of infra.hcl",
        })
    }
}
