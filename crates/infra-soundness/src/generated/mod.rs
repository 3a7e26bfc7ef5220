//! Trees that nobody wrote: a seed decides what stands in them.
//!
//! Each has many situations that have nothing to do with each other: a task is reached by some way
//! (`ways`) through roles, includes and blocks, and names a file (`uses`) by some expression
//! (`names`) of variables that are set in some places. Files of all names that it could mean stand in some of the
//! directories that Ansible looks in, so that which one it opens is up to Ansible.

mod names;
mod uses;
mod ways;

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context as _, Result};
use camino::{Utf8Path, Utf8PathBuf};
use infra_testkit::target_directory;
use serde_json::{Map, Value};

use self::ways::Writer;
use crate::case::{About, Case};

/// A tree with so many situations, decided by a seed.
///
/// # Errors
///
/// Where it can't be written.
pub fn case(seed: u64, situations: usize) -> Result<Case> {
    let files = Writer::new(seed).write(situations);
    let name = format!("generated-{seed}");
    let tree = target_directory()
        .join("soundness")
        .join(&name)
        .join("made");
    if tree.exists() {
        fs::remove_dir_all(&tree).with_context(|| tree.to_string())?;
    }
    for (path, text) in &files.by_path {
        let path = tree.join(path);
        fs::create_dir_all(path.parent().unwrap_or(Utf8Path::new(".")))?;
        fs::write(&path, text).with_context(|| path.to_string())?;
    }
    let about = About {
        what: format!("{situations} situations that the seed {seed} decides"),
        playbook: "site.yml".into(),
        inventory: vec!["hosts.ini".into()],
        // Names have no file in some situations.
        go_on: true,
        templated: true,
        ..About::default()
    };
    Case::new(&name, &tree, about)
}

/// The files of a tree by their paths.
#[derive(Debug, Default, PartialEq, Eq)]
struct Files {
    by_path: BTreeMap<Utf8PathBuf, String>,
}

impl Files {
    /// Adds a file, unless there is one.
    fn add(&mut self, path: impl Into<Utf8PathBuf>, text: impl Into<String>) {
        self.by_path.entry(path.into()).or_insert(text.into());
    }

    /// Adds a list of tasks or the like.
    fn add_list(&mut self, path: impl Into<Utf8PathBuf>, items: &[Value]) {
        let lines: Vec<String> = items.iter().map(|item| format!("- {item}\n")).collect();
        self.add(path, lines.concat());
    }

    /// Adds a file of variables.
    fn add_variables(&mut self, path: impl Into<Utf8PathBuf>, variables: &Map<String, Value>) {
        let lines = variables.iter();
        let lines: Vec<String> = lines
            .map(|(name, value)| format!("{name}: {value}\n"))
            .collect();
        self.add(path, lines.concat());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_decides_all_of_a_tree() {
        let made = |seed| Writer::new(seed).write(30);
        assert_eq!(made(3), made(3));
        assert_ne!(made(3), made(4));
        let files = made(3);
        let roles = files
            .by_path
            .keys()
            .filter(|path| path.starts_with("roles"));
        assert!(roles.count() > 10, "{files:?}");
        assert!(files.by_path.contains_key(Utf8Path::new("site.yml")));
    }
}
