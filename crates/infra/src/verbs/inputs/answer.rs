//! The inputs of a playbook, in the shape in which they are printed as JSON.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use serde::Serialize;

/// Everything that decides what a playbook does. Serialises as the document of
/// `infra inputs --json`.
#[derive(Debug, Clone, Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a document for others to read, not a state to be in"
)]
pub struct InputsAnswer {
    /// [`FORMAT_VERSION`](infra_core::decision::FORMAT_VERSION)
    pub format_version: &'static str,
    /// The playbook file, relative to `root`
    pub playbook: Utf8PathBuf,
    /// The directory that relative paths start from
    pub root: Utf8PathBuf,
    /// The host, if only its inputs were asked for
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The plays, in the order in which they run
    pub plays: Vec<Play>,
    /// Every file, by path
    pub files: Vec<InputFile>,
    /// The files and directories whose mode counts, and where they lead if they are links
    pub modes: Vec<Utf8PathBuf>,
    /// Paths that Ansible looks for and that don't exist: each would be an input
    pub absent: Vec<Utf8PathBuf>,
    /// The variables that are read, by name
    pub variables: Vec<String>,
    /// Where each of them gets its value, by name: files and lines, the inventory, the
    /// configuration. Of several places Ansible's precedence says which one counts
    pub variables_from: BTreeMap<String, Vec<String>>,
    /// Whether any variable may be read, so that `variables` is all that are known
    pub all_variables: bool,
    /// Variables of other hosts that are read through `hostvars`
    pub hostvars: Vec<HostVariables>,
    /// Groups whose members are read
    pub groups: Vec<String>,
    /// Whether any group may be read, so that `groups` is all that are known
    pub all_groups: bool,
    /// Whether the host's own list of groups is read
    pub group_names: bool,
    /// Whether the list of a play's hosts is read
    pub play_hosts: bool,
    /// Variables of the environment that are looked up
    pub environment: Vec<String>,
    /// The collections that are used
    pub collections: Vec<Collection>,
    /// What no reading of files can tell
    pub unresolved: Vec<UnresolvedInput>,
    /// Versions that count, by tool
    pub tools: BTreeMap<String, String>,
}

/// A play.
#[derive(Debug, Clone, Serialize)]
pub struct Play {
    /// Where it stands: `site.yml:3`
    pub place: String,
    /// The hosts it runs on
    pub hosts: Vec<String>,
    /// Whether its hosts aren't known before it runs, so that these are all of them
    pub widened: bool,
}

/// A file that is an input.
#[derive(Debug, Clone, Serialize)]
pub struct InputFile {
    /// Relative to the root, or absolute if it is outside
    pub path: Utf8PathBuf,
    /// How it was reached, from the playbook on
    pub via: Vec<String>,
    /// Whether it is here only because a name could not be resolved
    pub widened: bool,
    /// Whether its content counts. An inventory's own files count by what they say of each
    /// host, not byte by byte; what ansible-galaxy is told to install, by what is installed
    pub counted: bool,
}

/// A read of other hosts' variables.
#[derive(Debug, Clone, Serialize)]
pub struct HostVariables {
    /// Whose: `host NAME`, `group NAME`, `all hosts` or `this host`
    pub of: String,
    /// Which
    pub names: Vec<String>,
    /// Whether any may be read
    pub all: bool,
}

/// A collection that is used.
#[derive(Debug, Clone, Serialize)]
pub struct Collection {
    /// `namespace.name`
    pub name: String,
    /// Its release, where its metadata says
    pub version: Option<String>,
    /// Where it was found
    pub path: Utf8PathBuf,
}

/// Something that decides, or may decide, and that no reading of files can tell.
#[derive(Debug, Clone, Serialize)]
pub struct UnresolvedInput {
    /// The file it stands in
    pub file: Utf8PathBuf,
    /// The line, from 1; 0 for the file as a whole
    pub line: u32,
    /// The text in question
    pub what: String,
    /// Why it isn't resolved
    pub why: String,
    /// Whether the result could change with no file changing, so that the playbook runs at
    /// each apply
    pub self_changing: bool,
}
