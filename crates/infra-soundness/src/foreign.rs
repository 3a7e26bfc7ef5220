//! Trees that stand elsewhere and have no `about.json`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context as _, Result, bail};
use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use infra::core::ansible::read_plays;

use crate::case::{About, Case};

/// A tree of one's own, and how its playbook is run.
#[derive(Debug, Args)]
pub struct Foreign {
    /// A directory with a playbook in it; it is copied, and not changed
    #[arg(long, requires = "playbook", conflicts_with_all = ["at", "trees"])]
    tree: Option<Utf8PathBuf>,
    /// The playbook, relative to the tree
    #[arg(long, requires = "tree")]
    playbook: Option<Utf8PathBuf>,
    /// An inventory, relative to the tree; none: two hosts that are in every group the plays name
    #[arg(long, requires = "tree")]
    inventory: Vec<Utf8PathBuf>,
    /// An extra variable
    #[arg(long, requires = "tree", value_name = "NAME=VALUE", value_parser = pair)]
    extra_var: Vec<(String, String)>,
    /// A file of extra variables, relative to the tree
    #[arg(long, requires = "tree")]
    var_file: Vec<Utf8PathBuf>,
    /// An environment variable of Ansible, such as `ANSIBLE_COLLECTIONS_PATH`
    #[arg(long, requires = "tree", value_name = "NAME=VALUE", value_parser = pair)]
    env: Vec<(String, String)>,
    /// A host to trace; none: all
    #[arg(long, requires = "tree")]
    host: Vec<String>,
    /// A further argument of ansible-playbook, such as --arg=--check
    #[arg(long, requires = "tree", allow_hyphen_values = true)]
    arg: Vec<String>,
    /// End a play for a host where a task fails, as usual. Without it the run goes on, as no
    /// role is written for simulated machines
    #[arg(long, requires = "tree")]
    stop: bool,
    /// Have every condition of a task hold, so that the run reads what any run could
    #[arg(long, requires = "tree")]
    branches: bool,
    /// Run the tasks for this machine itself on it, instead of simulating them
    #[arg(long, requires = "tree")]
    localhost: bool,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("NAME=VALUE is wanted")?;
    Ok((name.to_owned(), value.to_owned()))
}

impl Foreign {
    /// The tree that is asked for. None: none is.
    pub fn case(&self) -> Result<Option<Case>> {
        let (Some(tree), Some(playbook)) = (&self.tree, &self.playbook) else {
            return Ok(None);
        };
        if !tree.join(playbook).is_file() {
            bail!("{playbook}: there is no such playbook in {tree}");
        }
        let whole = tree.canonicalize_utf8()?;
        let about = About {
            what: format!("{playbook} of {whole}"),
            playbook: playbook.clone(),
            inventory: self.inventory.clone(),
            args: self.arg.clone(),
            env: self.env.iter().cloned().collect::<BTreeMap<_, _>>(),
            extra_vars: self.extra_var.iter().cloned().collect(),
            var_files: self.var_file.clone(),
            hosts: self.host.clone(),
            go_on: !self.stop,
            branches: self.branches,
            templated: true,
            known_needless: None,
            all_simulated: !self.localhost,
        };
        let name = format!(
            "{}-{}",
            whole.file_name().unwrap_or("tree"),
            playbook.with_extension("").as_str().replace('/', "-")
        );
        let mut case = Case::new(&name, &whole, about)?;
        if self.inventory.is_empty() {
            let file = Utf8PathBuf::from("soundness-hosts.ini");
            fs::write(case.root.join(&file), hosts(&case.root, playbook)?)?;
            case.about.inventory = vec![file];
        }
        Ok(Some(case))
    }
}

/// An inventory in which two hosts are in every group that the plays of a playbook name.
fn hosts(root: &Utf8Path, playbook: &Utf8Path) -> Result<String> {
    let mut groups = BTreeSet::new();
    let mut waiting = vec![playbook.to_owned()];
    let mut seen = BTreeSet::new();
    while let Some(file) = waiting.pop() {
        if !seen.insert(file.clone()) {
            continue;
        }
        // What is named with an expression, or by a collection, is no path.
        let Ok(bytes) = fs::read(root.join(&file)) else {
            continue;
        };
        let plays = read_plays(&bytes).with_context(|| format!("{file}: it is no playbook"))?;
        let beside = file.parent().unwrap_or(Utf8Path::new(""));
        waiting.extend(plays.imports.iter().map(|import| beside.join(import)));
        groups.extend((plays.hosts.iter()).map(|name| name.trim_start_matches('&').to_owned()));
    }
    let plain = |name: &&String| {
        !matches!(name.as_str(), "all" | "localhost" | "ungrouped")
            && (name.chars()).all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
    };
    let mut text = "node1\nnode2\n".to_owned();
    for group in groups.iter().filter(plain) {
        text.extend(["[", group, "]\nnode1\nnode2\n"]);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_that_a_play_names_has_two_hosts() {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(dir.path()).unwrap();
        fs::create_dir(root.join("more")).unwrap();
        let site = "- hosts: web:&db\n- import_playbook: more/a.yml\n- hosts: all\n";
        fs::write(root.join("site.yml"), site).unwrap();
        fs::write(root.join("more/a.yml"), "- hosts: '{{ one }}:cache'\n").unwrap();
        assert_eq!(
            hosts(root, Utf8Path::new("site.yml")).unwrap(),
            "node1\nnode2\n[cache]\nnode1\nnode2\n[db]\nnode1\nnode2\n[web]\nnode1\nnode2\n"
        );
    }
}
