//! An Ansible tree, and what is needed to run its playbook.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context as _, Result};
use camino::{Utf8Path, Utf8PathBuf};
use duct::cmd;
use infra_testkit::{Tools, target_directory, workspace_root};
use serde::Deserialize;

/// What `about.json` beside a tree says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a field of a file")]
pub struct About {
    /// What the tree is there to show
    pub what: String,
    /// The playbook, relative to the tree
    pub playbook: Utf8PathBuf,
    /// The inventories, relative to the tree
    pub inventory: Vec<Utf8PathBuf>,
    /// Further arguments of ansible-playbook
    #[serde(default)]
    pub args: Vec<String>,
    /// Environment variables, which infra is told as well
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Extra variables, which infra is told as well
    #[serde(default)]
    pub extra_vars: BTreeMap<String, String>,
    /// Files of extra variables, relative to the tree
    #[serde(default)]
    pub var_files: Vec<Utf8PathBuf>,
    /// The hosts to trace; empty: all of the inventory
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Whether a task that fails ends the play for its host, as usual. Roles that nobody wrote
    /// for simulated machines go on
    #[serde(default)]
    pub go_on: bool,
    /// Whether every condition of a task holds, so that one run reads what any run could
    #[serde(default)]
    pub branches: bool,
    /// Whether names of files are computed, so that the closure is wider than any run
    #[serde(default)]
    pub templated: bool,
    /// Which runs are known to be there for nothing in this tree, and why. They are still
    /// counted and printed; a wrong skip is never excused.
    #[serde(default)]
    pub known_needless: Option<String>,
    /// Whether every machine is simulated, this one and those that say how they are connected to:
    /// for roles of others
    #[serde(default)]
    pub all_simulated: bool,
}

/// A tree and its description.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its name
    pub name: String,
    /// The directory of the tree: a copy that may be changed
    pub root: Utf8PathBuf,
    /// Where what is learnt of it is kept
    pub scratch: Utf8PathBuf,
    /// What it is
    pub about: About,
    /// The directory that has Ansible's programs. None: that of `cargo xtask setup`
    pub ansible: Option<Utf8PathBuf>,
}

impl Case {
    /// The tools, with the Ansible of the case.
    pub(crate) fn tools(&self) -> Tools {
        let mut tools = Tools::locate();
        if let Some(ansible) = &self.ansible {
            tools.venv_bin.clone_from(ansible);
        }
        tools
    }

    /// The names of the trees of this repository.
    pub fn names() -> Result<Vec<String>> {
        let mut names: Vec<String> = Self::home()
            .read_dir_utf8()?
            .filter_map(Result::ok)
            .filter(|entry| entry.path().join("about.json").is_file())
            .map(|entry| entry.file_name().to_owned())
            .collect();
        names.sort();
        Ok(names)
    }

    /// The trees of this repository of these names; of no names, all of them.
    pub fn own(wanted: &[String]) -> Result<Vec<Self>> {
        Self::names()?
            .iter()
            .filter(|name| wanted.is_empty() || wanted.contains(name))
            .map(|name| Self::open(&Self::home().join(name)))
            .collect()
    }

    fn home() -> Utf8PathBuf {
        workspace_root().join("tests/soundness")
    }

    /// The tree in `DIR/tree`, described by `DIR/about.json`; it is copied.
    pub fn open(dir: &Utf8Path) -> Result<Self> {
        let file = dir.join("about.json");
        let text = fs::read_to_string(&file).with_context(|| file.to_string())?;
        let about = serde_json::from_str(&text).with_context(|| file.to_string())?;
        let name = dir.file_name().unwrap_or("tree");
        Self::new(name, &dir.join("tree"), about)
    }

    /// A tree that stands anywhere; it is copied.
    pub fn new(name: &str, tree: &Utf8Path, about: About) -> Result<Self> {
        let scratch = target_directory().join("soundness").join(name);
        let root = scratch.join("tree");
        if root.exists() {
            fs::remove_dir_all(&root).with_context(|| root.to_string())?;
        }
        fs::create_dir_all(&scratch)?;
        // Links, modes and names that aren't text are part of what is tested.
        cmd!("cp", "-a", tree.as_str(), root.as_str()).run()?;
        Ok(Self {
            name: name.to_owned(),
            root,
            scratch,
            about,
            ansible: None,
        })
    }

    /// The regular files of the tree and the links to such, relative to it.
    pub fn files(&self) -> Result<Vec<Utf8PathBuf>> {
        let mut found = Vec::new();
        let mut waiting = vec![self.root.clone()];
        while let Some(dir) = waiting.pop() {
            for entry in dir.read_dir_utf8()? {
                // A name that isn't text can't be an input; infra says so.
                let Ok(entry) = entry else { continue };
                let kind = entry.file_type()?;
                if kind.is_dir() {
                    waiting.push(entry.path().to_owned());
                } else if entry.path().is_file() {
                    found.push(entry.path().strip_prefix(&self.root)?.to_owned());
                }
            }
        }
        found.sort();
        Ok(found)
    }

    /// A digest of the whole tree and its description, by which a truth is known to be of it.
    pub fn digest(&self) -> Result<String> {
        let mut hasher = blake3::Hasher::new();
        hasher.update(format!("{:?} {:?}", self.about, self.ansible).as_bytes());
        for file in self.files()? {
            hasher.update(file.as_str().as_bytes()).update(b"\0");
            // What can't be read is part of some trees.
            let bytes = fs::read(self.root.join(&file)).unwrap_or_default();
            hasher.update(blake3::hash(&bytes).as_bytes());
        }
        Ok(hasher.finalize().to_hex().to_string())
    }
}
