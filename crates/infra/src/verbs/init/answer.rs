//! What was written, and what is left to do by hand.

use camino::Utf8PathBuf;
use serde::Serialize;

/// What `init` found and wrote. Serialises as the document of `infra init --json`.
#[derive(Debug, Clone, Serialize)]
pub struct Initialised {
    /// [`FORMAT_VERSION`](infra_core::decision::FORMAT_VERSION)
    pub format_version: &'static str,
    /// The file that was written
    pub file: Utf8PathBuf,
    /// The Terraform root modules that were found, the one that is used first
    pub terraform_dirs: Vec<String>,
    /// The playbooks that were found
    pub playbooks: Vec<String>,
    /// Resources of Terraform that run playbooks, whose place the playbook blocks take
    pub runners: Vec<FoundRunner>,
    /// Files that could not be read as what they seem to be
    pub unread: Vec<String>,
    /// What to do next, most useful first
    pub hints: Vec<String>,
}

/// A resource of Terraform that runs playbooks.
#[derive(Debug, Clone, Serialize)]
pub struct FoundRunner {
    /// Its address
    pub address: String,
    /// The file it stands in
    pub file: String,
    /// The line of its block, from 1
    pub line: usize,
    /// The playbooks that it runs
    pub playbooks: Vec<String>,
    /// The block to put in its place, so that Terraform forgets it
    pub removed_block: String,
}
