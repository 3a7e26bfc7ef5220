//! `group_vars` and `host_vars`, in every place where Ansible looks.
//!
//! `plugins/vars/host_group_vars.py`, called for the directories of the inventory's
//! sources and for the playbook's (`vars/manager.py`, `vars/plugins.py`).

use std::collections::BTreeSet;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::Walker;
use super::context::Via;
use super::record::{MAX_DEPTH, Text};
use crate::ansible::closure::Reach;
use crate::ansible::layers::Owner;
use crate::ansible::search::SOME_ROLE;
use crate::ansible::tree::Kind;
use crate::ansible::unresolved::Reason;
use crate::ansible::values::Definition;
use crate::ansible::yaml::Shape;

impl Walker<'_> {
    /// How names of files of variables can end, in the order in which `find_vars_files` of
    /// `parsing/dataloader.py` tries them.
    pub(super) fn extensions(&self) -> Vec<String> {
        std::iter::once(String::new())
            .chain(self.settings.extensions.iter().cloned())
            .collect()
    }

    /// The directories whose `group_vars` and `host_vars` a play reads.
    pub(super) fn vars_dirs(&self, play: usize) -> Vec<Utf8PathBuf> {
        let mut dirs: Vec<Utf8PathBuf> = self.inventory_dirs.clone();
        if let Some(state) = self.plays.get(play) {
            dirs.push(state.base.clone());
            if self.settings.vars_in_roles {
                let roles = state.stacks.iter().flat_map(|context| &context.roles);
                dirs.extend(roles.filter(|role| *role != SOME_ROLE).cloned());
            }
        }
        dirs.sort();
        dirs.dedup();
        dirs
    }

    /// The variables of a play's hosts, and of other hosts that it reads.
    pub(super) fn host_and_group_vars(&mut self, play: usize) {
        let Some(state) = self.plays.get(play) else {
            return;
        };
        let via = Via::root(state.inputs.place.clone());
        let hosts = Arc::clone(&state.inputs.hosts);
        let delegates = state.delegates.clone();
        let dirs = self.vars_dirs(play);
        // The hosts of a play stay the same; in most rounds so does all the rest.
        let asked = (dirs.clone(), delegates.len());
        if let Some(state) = self.plays.get_mut(play) {
            if state.vars_of.as_ref() == Some(&asked) {
                self.other_hosts(play, &dirs);
                return;
            }
            state.vars_of = Some(asked);
        }
        let mut wanted: BTreeSet<(Owner, Reach)> = BTreeSet::new();
        for owner in self.owners(&hosts) {
            let reach = match &owner {
                Owner::Group(name) if name == "all" => Reach::Play(play),
                Owner::Group(name) => Reach::Group(play, name.clone()),
                Owner::Host(name) => Reach::Host(play, name.clone()),
            };
            wanted.insert((owner, reach));
        }
        // How to connect to a host that a task is given to, any of its variables can say.
        for selection in &delegates {
            for owner in self.owners(&self.selected(play, selection)) {
                wanted.insert((owner, Reach::Play(play)));
            }
        }
        let mut files = Vec::new();
        for dir in &dirs {
            for (owner, _) in &wanted {
                files.extend(self.owned(dir, owner).iter().cloned());
            }
        }
        self.sources.preload_variables(&files);
        for dir in &dirs {
            for (owner, reach) in &wanted {
                let key = (dir.as_path().into(), owner.clone(), reach.clone());
                if !self.vars_done.insert(key) {
                    continue;
                }
                let via = via.then(owner.to_string());
                for file in self.owned(dir, owner).iter() {
                    self.add_yaml(file, reach.clone(), &via, false, Shape::Variables);
                    self.yaml(file, play);
                    self.mention(play, file, Text::Yaml, None, &via);
                }
            }
        }
        self.other_hosts(play, &dirs);
    }

    /// What plugins that the settings enable give hosts and groups. Those of `community.sops` have
    /// files beside Ansible's own; what others have, nobody knows.
    pub(super) fn vars_plugins(&mut self, play: usize) {
        for plugin in self.settings.vars_plugins.clone() {
            let in_tree = match plugin.rsplit_once('.') {
                Some((collection, _)) => self.is_in_tree(play, collection),
                None => self.has_plugin("vars_plugins", &plugin),
            };
            if plugin == "community.sops.sops" {
                self.encrypted_values(play);
            } else if !in_tree {
                let file = self.settings.file.clone();
                let file = file.unwrap_or_else(|| self.request.playbook.clone());
                self.unresolved(&file, 0, &plugin, Reason::ExternalLookup, None);
            }
        }
    }

    /// The files of variables whose values are encrypted: `NAME.sops.yml`.
    fn encrypted_values(&mut self, play: usize) {
        let via = Via::root("community.sops.sops");
        let dirs = self.vars_dirs(play).into_iter();
        for dir in dirs.flat_map(|dir| ["group_vars", "host_vars"].map(|folder| dir.join(folder))) {
            let Some(entries) = self.sources.list(&dir) else {
                continue;
            };
            for (name, ..) in entries.iter().filter(|(name, ..)| name.contains(".sops.")) {
                let path = dir.join(name);
                if !self.sources.is_file(&path) {
                    continue;
                }
                self.add_file(&path, Reach::Everywhere, &via, false);
                let documents = self.yaml(&path, play);
                if self.defined.insert((&*path).into()) {
                    let members = documents.iter().flat_map(|document| document.members());
                    for name in members.filter_map(|(name, _)| name.text()) {
                        self.values.define(name, Definition::Unknown);
                    }
                }
            }
        }
    }

    /// The files of variables with a name: the first extension that exists, or all files
    /// of a directory of that name. `find_vars_files` of `parsing/dataloader.py`.
    pub(super) fn vars_files(
        &mut self,
        dir: &Utf8Path,
        name: &str,
        extensions: &[impl AsRef<str>],
        allow_dir: bool,
    ) -> Vec<Utf8PathBuf> {
        let mut found = Vec::new();
        for extension in extensions {
            let whole = format!("{name}{}", extension.as_ref());
            let path = crate::ansible::path::join(&self.request.root, dir, &whole);
            match self.sources.kind(&path) {
                Some(Kind::Dir) if allow_dir => {
                    self.files_of_dir(&path, extensions, &mut Vec::new(), &mut found);
                    break;
                }
                Some(Kind::Dir) | None => self.add_absent(path),
                Some(_) => {
                    found.push(path);
                    break;
                }
            }
        }
        found
    }

    /// `_get_dir_vars_files`: hidden files and backups don't count, nor other extensions.
    fn files_of_dir(
        &mut self,
        dir: &Utf8Path,
        extensions: &[impl AsRef<str>],
        above: &mut Vec<Utf8PathBuf>,
        found: &mut Vec<Utf8PathBuf>,
    ) {
        let canonical = self.sources.canonical(dir);
        let back = above.contains(&canonical);
        if back || above.len() > MAX_DEPTH {
            let why = if back { Reason::Cycle } else { Reason::TooDeep };
            self.unresolved(dir, 0, dir.as_str(), why, None);
            return;
        }
        let Some(entries) = self.sources.list(dir) else {
            self.unresolved(dir, 0, dir.as_str(), Reason::Unreadable, None);
            return;
        };
        above.push(canonical);
        for (name, kind, exact) in entries.iter() {
            if name.starts_with('.') || name.ends_with('~') {
                continue;
            }
            let path = dir.join(name);
            let extension = path.extension();
            let known = extension.is_none_or(|end| {
                let known = extensions.iter().map(AsRef::as_ref);
                known
                    .filter_map(|known| known.strip_prefix('.'))
                    .any(|known| known == end)
            });
            match kind {
                Some(Kind::Dir) if extension.is_none() && *exact => {
                    self.files_of_dir(&path, extensions, above, found);
                }
                Some(Kind::File { .. } | Kind::Dir) if !exact && known => {
                    self.unresolved(dir, 0, name, Reason::NotUtf8Name, None);
                }
                Some(Kind::File { .. }) if known => found.push(path),
                _ => {}
            }
        }
        above.pop();
    }
}
