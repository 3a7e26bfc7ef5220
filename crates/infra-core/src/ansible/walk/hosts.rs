//! `group_vars` and `host_vars`, in every place where Ansible looks.
//!
//! `plugins/vars/host_group_vars.py`, called for the directories of the inventory's
//! sources and for the playbook's (`vars/manager.py`, `vars/plugins.py`).

use std::collections::BTreeSet;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::Walker;
use super::context::Via;
use super::record::Text;
use crate::ansible::closure::Reach;
use crate::ansible::reads::HostSelection;
use crate::ansible::tree::Kind;

/// In the order in which `find_vars_files` of `parsing/dataloader.py` tries them.
const EXTENSIONS: [&str; 4] = ["", ".yml", ".yaml", ".json"];

impl Walker<'_> {
    /// The variables of a play's hosts, and of other hosts that it reads.
    pub(super) fn host_and_group_vars(&mut self, play: usize) {
        let Some(state) = self.plays.get(play) else {
            return;
        };
        let hosts = Arc::clone(&state.inputs.hosts);
        let place = state.inputs.place.clone();
        let mut dirs: Vec<Utf8PathBuf> = self.inventory_dirs.clone();
        dirs.push(state.base.clone());
        if self.settings.vars_in_roles {
            dirs.extend(
                state
                    .stacks
                    .iter()
                    .flat_map(|context| context.roles.iter().cloned()),
            );
        }
        let mut others: BTreeSet<String> = BTreeSet::new();
        for read in state
            .inputs
            .reads
            .hostvars
            .iter()
            .map(|read| &read.hosts)
            .chain(&state.delegates)
        {
            match read {
                HostSelection::This => {}
                HostSelection::Host(host) => {
                    others.insert(host.clone());
                }
                HostSelection::Group(group) => {
                    others.extend(
                        self.members
                            .get(group.as_str())
                            .into_iter()
                            .flatten()
                            .map(|host| (*host).to_owned()),
                    );
                }
                HostSelection::All => others.extend(self.request.inventory.hosts.keys().cloned()),
            }
        }
        let groups_of = |host: &str| -> Vec<String> {
            self.membership
                .groups_of(host)
                .iter()
                .map(|group| (*group).to_owned())
                .chain(["all".to_owned()])
                .collect()
        };
        let mut wanted: BTreeSet<(&str, String, Reach)> = BTreeSet::new();
        let mut groups: BTreeSet<String> = BTreeSet::new();
        for host in hosts.iter() {
            wanted.insert(("host_vars", host.clone(), Reach::Host(play, host.clone())));
            groups.extend(groups_of(host));
        }
        for group in groups {
            let reach = if group == "all" {
                Reach::Play(play)
            } else {
                Reach::Group(play, group.clone())
            };
            wanted.insert(("group_vars", group, reach));
        }
        for host in others {
            wanted.extend(
                groups_of(&host)
                    .into_iter()
                    .map(|group| ("group_vars", group, Reach::Play(play))),
            );
            wanted.insert(("host_vars", host, Reach::Play(play)));
        }
        let via = Via::root(place);
        dirs.sort();
        dirs.dedup();
        for dir in dirs {
            for (subdir, name, reach) in &wanted {
                // A host that is named after a path, such as a chroot.
                if name.starts_with('/') || name.contains("..") {
                    continue;
                }
                let folder = dir.join(subdir);
                if !self
                    .vars_done
                    .insert((folder.clone(), name.clone(), reach.clone()))
                {
                    continue;
                }
                match self.sources.kind(&folder) {
                    Some(Kind::Dir) => {
                        let via = via.then(format!("{subdir} of {name}"));
                        for file in self.vars_files(&folder, name, &EXTENSIONS, true) {
                            self.add_file(&file, reach.clone(), &via, false);
                            self.yaml(&file, play);
                            self.mention(play, &file, Text::Yaml, None, &via);
                        }
                    }
                    _ => self.add_absent(folder),
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
        extensions: &[&str],
        allow_dir: bool,
    ) -> Vec<Utf8PathBuf> {
        let mut found = Vec::new();
        for extension in extensions {
            let path =
                crate::ansible::path::join(&self.request.root, dir, &format!("{name}{extension}"));
            match self.sources.kind(&path) {
                Some(Kind::Dir) if allow_dir => {
                    self.files_of_dir(&path, 0, &mut found);
                    break;
                }
                Some(Kind::Dir) => {}
                Some(_) => {
                    found.push(path);
                    break;
                }
                None => self.add_absent(path),
            }
        }
        found
    }

    /// `_get_dir_vars_files`: hidden files and backups don't count, nor other extensions.
    fn files_of_dir(&mut self, dir: &Utf8Path, depth: usize, found: &mut Vec<Utf8PathBuf>) {
        let Some(entries) = self.sources.list(dir) else {
            return;
        };
        if depth > 40 {
            return;
        }
        for (name, kind, exact) in entries.iter() {
            if name.starts_with('.') || name.ends_with('~') || !exact {
                continue;
            }
            let path = dir.join(name);
            let extension = path.extension();
            match kind {
                Some(Kind::Dir) if extension.is_none() => {
                    self.files_of_dir(&path, depth + 1, found);
                }
                Some(Kind::File { .. })
                    if matches!(extension, None | Some("yml" | "yaml" | "json")) =>
                {
                    found.push(path);
                }
                _ => {}
            }
        }
    }
}
