//! What is asked: a playbook, an inventory, and all that changes where Ansible looks.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use thiserror::Error;

use super::tree::{Tree, TreeError};
use crate::config;
use crate::hint::Hint;
use crate::inventory::Inventory;
use crate::json::Value;

/// A playbook and its surroundings. Paths are as a [`Tree`] wants them.
#[derive(Clone)]
pub struct Request<'a> {
    /// The files
    pub tree: &'a dyn Tree,
    /// The absolute path of the directory of `infra.hcl`
    pub root: Utf8PathBuf,
    /// The playbook
    pub playbook: Utf8PathBuf,
    /// The hosts, groups and variables
    pub inventory: &'a Inventory,
    /// The files and directories that the inventory was read from. Empty if infra made it
    pub inventory_sources: Vec<Utf8PathBuf>,
    /// The directory that ansible-playbook is started in
    pub cwd: Utf8PathBuf,
    /// The home directory of who runs it, for `~` and the default search paths
    pub home: Option<Utf8PathBuf>,
    /// The `ansible.cfg` to use. None: as Ansible finds it
    pub config: Option<Utf8PathBuf>,
    /// Environment variables that ansible-playbook is given, each of which counts
    pub env: BTreeMap<String, String>,
    /// The environment that it inherits besides, of which counts what playbooks look up. None: it
    /// isn't known, and what they look up can't be resolved
    pub environment: Option<Arc<BTreeMap<String, String>>>,
    /// Extra variables (`-e`)
    pub extra_vars: BTreeMap<String, Value<'static>>,
    /// Files of extra variables (`-e @FILE`)
    pub var_files: Vec<Utf8PathBuf>,
    /// Further settings that change how the playbook runs, such as `tags`
    pub settings: BTreeMap<String, String>,
    /// Globs, relative to the root, of files that are inputs although nothing shows it
    pub inputs: Vec<String>,
    /// Globs, relative to the root, of files that are not inputs
    pub ignore: Vec<String>,
    /// Directories that hold an `ansible_collections`, after those that are configured:
    /// the `site-packages` of Ansible's Python
    pub collection_paths: Vec<Utf8PathBuf>,
    /// Versions of the tools
    pub tools: Tools,
    /// Whether to give up, asked again and again: a playbook of thousands of files takes a while.
    /// None: never
    pub stop: Option<&'a (dyn Fn() -> bool + Sync)>,
}

/// Versions of tools, which are inputs as well.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tools {
    /// The release of ansible-core, such as `2.19.14`
    pub ansible_core: Option<String>,
    /// Releases of further tools by name, such as `jinja2`
    pub others: BTreeMap<String, String>,
}

impl<'a> Request<'a> {
    /// A request with nothing but a playbook and an inventory.
    pub fn new(
        tree: &'a dyn Tree,
        root: impl Into<Utf8PathBuf>,
        playbook: impl Into<Utf8PathBuf>,
        inventory: &'a Inventory,
    ) -> Self {
        let playbook = playbook.into();
        Self {
            tree,
            root: root.into(),
            cwd: playbook
                .parent()
                .map(Utf8Path::to_owned)
                .unwrap_or_default(),
            playbook,
            inventory,
            inventory_sources: Vec::new(),
            home: None,
            config: None,
            env: BTreeMap::new(),
            environment: None,
            extra_vars: BTreeMap::new(),
            var_files: Vec::new(),
            settings: BTreeMap::new(),
            inputs: Vec::new(),
            ignore: Vec::new(),
            collection_paths: Vec::new(),
            tools: Tools::default(),
            stop: None,
        }
    }

    /// Takes over what `infra.hcl` says of the playbook and of Ansible.
    #[must_use]
    pub fn with_config(mut self, ansible: &config::Ansible, playbook: &config::Playbook) -> Self {
        self.config.clone_from(&ansible.config);
        self.env.extend(ansible.env.clone());
        self.extra_vars.extend(
            playbook
                .vars
                .iter()
                .map(|(name, value)| (name.clone(), value.clone())),
        );
        self.var_files.extend(playbook.var_files.iter().cloned());
        if !playbook.tags.is_empty() {
            self.settings
                .insert("tags".to_owned(), playbook.tags.join(","));
        }
        if !playbook.skip_tags.is_empty() {
            self.settings
                .insert("skip_tags".to_owned(), playbook.skip_tags.join(","));
        }
        self.inputs.extend(playbook.inputs.iter().cloned());
        self.ignore
            .extend(playbook.ignore.iter().map(|ignore| ignore.glob.clone()));
        self
    }
}

/// Why there is no closure.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ClosureError {
    /// The playbook doesn't exist
    #[error("playbook {0} does not exist")]
    NoPlaybook(Utf8PathBuf),
    /// The playbook is outside of the directory of `infra.hcl`
    #[error("playbook {0} is outside of {1}")]
    Outside(Utf8PathBuf, Utf8PathBuf),
    /// The playbook is a link to a file outside of the directory of `infra.hcl`
    #[error("playbook {playbook} is outside of {root}: it is a link to {leads_to}")]
    LinkOutside {
        /// The playbook
        playbook: Utf8PathBuf,
        /// Where the link leads
        leads_to: Utf8PathBuf,
        /// The directory
        root: Utf8PathBuf,
    },
    /// A playbook isn't what Ansible would accept
    #[error("{file}:{line}:{column}: {problem}")]
    Malformed {
        /// The file
        file: Utf8PathBuf,
        /// The line, from 1
        line: u32,
        /// The column, from 1
        column: u32,
        /// What is wrong
        problem: String,
    },
    /// A glob of `infra.hcl` isn't one
    #[error("{glob:?} is not a glob: {problem}")]
    Glob {
        /// The text
        glob: String,
        /// What is wrong
        problem: String,
    },
    /// The request said to [`stop`](Request::stop)
    #[error("stopped while the inputs of {0} were looked for")]
    Stopped(Utf8PathBuf),
    /// The playbook, or a file that a fingerprint needs, can't be read
    #[error(transparent)]
    Tree(#[from] TreeError),
}

impl Hint for ClosureError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::NoPlaybook(_) => vec!["paths in infra.hcl are relative to the directory it stands in".to_owned()],
            Self::Outside(..) | Self::LinkOutside { .. } => vec![
                "move infra.hcl to a directory above both the playbook and the Terraform root module".to_owned(),
            ],
            Self::Malformed { .. } => vec!["ansible-playbook --syntax-check tells more".to_owned()],
            Self::Glob { .. } | Self::Tree(_) | Self::Stopped(_) => Vec::new(),
        }
    }
}
