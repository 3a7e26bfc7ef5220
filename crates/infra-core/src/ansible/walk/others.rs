//! Variables of other hosts, which a play reads through `hostvars`.
//!
//! `vars/hostvars.py`: the value of `hostvars[h].x` is templated with the variables of `h`
//! that the inventory, the files of variables beside it and beside the playbook, and the
//! extra variables give it. So what counts is what those say of `x`, and of each variable
//! that could occur in such a value.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::Walker;
use super::context::{Context, Via};
use super::mentions::Mentions;
use super::record::Text;
use super::scope::names_of_hosts;
use crate::ansible::closure::Reach;
use crate::ansible::fingerprinter::is_fact;
use crate::ansible::jinja::LookupCall;
use crate::ansible::layers::{Layers, Owner};
use crate::ansible::path_text::PathText;
use crate::ansible::reads::{HostSelection, HostVariableRead, Names};
use crate::ansible::source::{Variables, analyse_node};
use crate::ansible::tree::Kind;
use crate::ansible::values::{Definition, Scope};
use crate::ansible::yaml::{Node, Shape, digest_of};
use crate::inventory::Host;

impl Walker<'_> {
    /// The variables that a play reads of other hosts, and those that occur in their values.
    pub(super) fn other_hosts(&mut self, play: usize, dirs: &[Utf8PathBuf]) {
        let Some(state) = self.plays.get(play) else {
            return;
        };
        let via = Via::root(state.inputs.place.clone());
        for read in state.inputs.reads.hostvars.clone() {
            // All that they say counts already, and there is no more of it.
            let whole = (play, read.hosts.clone(), dirs.to_vec());
            if self.whole_of.contains(&whole) {
                continue;
            }
            let hosts = self.selected(play, &read.hosts);
            if hosts.is_empty() {
                continue;
            }
            let owners = self.owners(&hosts);
            let mut files: Vec<(Owner, Utf8PathBuf)> = Vec::new();
            for owner in owners {
                for dir in dirs {
                    let found = self.owned(dir, &owner);
                    files.extend(found.iter().map(|path| (owner.clone(), path.clone())));
                }
            }
            match self.names_in(play, &read, &hosts, &files, &via) {
                Names::All => {
                    for (owner, path) in &files {
                        self.whole(play, owner, path, &via);
                    }
                    self.read_of_others(play, &read.hosts, &Names::All);
                    self.whole_of.insert(whole);
                }
                names @ Names::Some(_) => self.read_of_others(play, &read.hosts, &names),
            }
        }
    }

    fn read_of_others(&mut self, play: usize, hosts: &HostSelection, names: &Names) {
        let Some(state) = self.plays.get_mut(play) else {
            return;
        };
        let reads = &mut state.inputs.reads;
        // Which groups another host is in, the members of all groups tell.
        if names.contains("group_names") && reads.groups != Names::All {
            reads.groups = Names::All;
            self.grew = true;
        }
        self.grew |= reads.add_hostvar(hosts.clone(), names);
    }

    /// The names that are read, with all that occur in the values of such names.
    ///
    /// Behind a cipher can be a template of any variables. Of what a play reads of one of its own
    /// hosts it is taken for a plain value, which every host of the play has as an input already:
    /// who encrypts values would else have each host depend on all there is of all hosts.
    fn names_in(
        &mut self,
        play: usize,
        read: &HostVariableRead,
        hosts: &BTreeSet<String>,
        files: &[(Owner, Utf8PathBuf)],
        via: &Arc<Via>,
    ) -> Names {
        let in_play = read.hosts == HostSelection::OneOfPlay;
        let selection = &read.hosts;
        let Names::Some(read) = &read.names else {
            return Names::All;
        };
        let mut said: Vec<(&Utf8Path, Arc<Variables>)> = Vec::new();
        let mut closed = false;
        for (owner, path) in files {
            // What it says of the names that are read could name any variable.
            let Some(variables) = self.variables_in(path) else {
                match owner {
                    Owner::Host(_) if in_play => self.whole(play, owner, path, via),
                    Owner::Host(_) => return Names::All,
                    Owner::Group(_) => closed = true,
                }
                continue;
            };
            let via = via.then(owner.to_string());
            self.add_yaml(path, Reach::Others(play), &via, false, Shape::Variables);
            if self.defined.insert(PathText(path.clone())) {
                for (name, value) in variables.iter() {
                    self.values.define_member(name, value);
                }
            }
            said.push((path, variables));
        }
        let mut extra: Vec<Arc<Variables>> = Vec::new();
        for path in &self.request.var_files {
            match self.variables_in(path) {
                Some(variables) => extra.push(variables),
                None => return Names::All,
            }
        }
        let mut names: BTreeSet<Arc<str>> = BTreeSet::new();
        let mut met: HashSet<Arc<str>> = HashSet::new();
        let mut waiting: Vec<Arc<str>> = read.iter().cloned().collect();
        while let Some(name) = waiting.pop() {
            if !names.insert(Arc::clone(&name)) {
                continue;
            }
            if closed && !in_play && !self.is_given_to_each(&name, hosts) {
                return Names::All;
            }
            let mut mentions = Mentions::default();
            for (path, variables) in &said {
                if let Some(value) = variables.get(&*name) {
                    mentions.node(value);
                    self.mention_value(play, path, &name, value, via);
                }
                for call in std::mem::take(&mut mentions.lookups) {
                    self.look_up_for_others((play, path), (selection, hosts), call, via);
                }
            }
            for value in extra.iter().filter_map(|file| file.get(&*name)) {
                mentions.node(value);
            }
            self.in_inventory(&name, hosts, &mut mentions);
            if in_play {
                // What else gives it a value in the play: roles, tasks, loops.
                let definitions = self.values.by_name.get(&*name);
                let definitions = definitions.map_or(&[][..], Vec::as_slice);
                mentions.add(self.said_by.of(&name, definitions));
            }
            for call in std::mem::take(&mut mentions.lookups) {
                let playbook = &self.request.playbook;
                self.look_up_for_others((play, playbook), (selection, hosts), call, via);
            }
            if mentions.any || mentions.vaulted && !in_play {
                return Names::All;
            }
            waiting.extend((mentions.words.into_iter()).filter(|word| {
                met.insert(Arc::clone(word))
                    && (&**word == "group_names" || is_fact(word) || self.is_variable(word))
            }));
        }
        Names::Some(names)
    }

    /// A lookup in the value of a variable that a play reads of other hosts: `inventory_hostname`
    /// in it is the name of each of those.
    fn look_up_for_others(
        &mut self,
        (play, file): (usize, &Utf8Path),
        (selection, hosts): (&HostSelection, &BTreeSet<String>),
        call: LookupCall,
        via: &Arc<Via>,
    ) {
        if !(self.of_others).insert((play, selection.clone(), call.clone())) {
            return;
        }
        let names = names_of_hosts(hosts.iter());
        let mut scope = Scope::default();
        let name = "inventory_hostname".to_owned();
        (scope.local).insert(name, vec![Definition::Patterns(names)]);
        self.look_up_anywhere(play, file, call, scope, via);
    }

    fn in_inventory(&self, name: &str, hosts: &BTreeSet<String>, mentions: &mut Mentions) {
        let inventory = self.request.inventory;
        // Values of all groups: which of them applies is no matter here.
        let maps = [&inventory.vars, &self.request.extra_vars]
            .into_iter()
            .chain(inventory.groups.values().map(|group| &group.vars))
            .chain(
                hosts
                    .iter()
                    .filter_map(|host| inventory.hosts.get(host))
                    .map(|host| &host.vars),
            );
        for value in maps.filter_map(|map| map.get(name)) {
            mentions.json(value);
        }
    }

    /// Whether the inventory gives each host the variable itself, so that no file for a group has a
    /// say in it: [precedence][doc] 8 is over 4 to 7.
    ///
    /// [doc]: https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_variables.html#understanding-variable-precedence
    fn is_given_to_each(&self, name: &str, hosts: &BTreeSet<String>) -> bool {
        let known = &self.request.inventory.hosts;
        let has = |host| (known.get(host)).is_some_and(|host: &Host| host.vars.contains_key(name));
        !self.settings.merge_hashes && hosts.iter().all(has)
    }

    /// Whether anything gives a name a value.
    pub(super) fn is_variable(&self, word: &str) -> bool {
        self.values.defines(word) || self.plays.iter().any(|play| play.sets.contains(word))
    }

    /// A value of another host's variable: what it reads, the play reads.
    fn mention_value(
        &mut self,
        play: usize,
        path: &Utf8Path,
        name: &Arc<str>,
        value: &Arc<Node>,
        via: &Arc<Via>,
    ) {
        let key = (play, path.into(), Arc::clone(name));
        if !self.values_mentioned.insert(key) {
            return;
        }
        let (analysis, words, qualified) = analyse_node(value);
        let context: Option<&Context> = None;
        self.note(play, &analysis, words, qualified, path, context, via);
    }

    /// A file of which everything counts.
    fn whole(&mut self, play: usize, owner: &Owner, path: &Utf8Path, via: &Arc<Via>) {
        let via = via.then(owner.to_string());
        self.add_yaml(path, Reach::Play(play), &via, false, Shape::Variables);
        self.yaml(path, play);
        self.mention(play, path, Text::Yaml, None, &via);
    }

    /// The variables of a file by name. None: it doesn't say so plainly.
    pub(super) fn variables_in(&self, path: &Utf8Path) -> Option<Arc<Variables>> {
        let source = self.sources.read(path).ok().flatten()?;
        source.variables()
    }

    /// The hosts that a play selects, without the one that it runs on.
    pub(super) fn selected(&self, play: usize, selection: &HostSelection) -> BTreeSet<String> {
        match selection {
            HostSelection::This => BTreeSet::new(),
            HostSelection::OneOfPlay => (self.plays.get(play))
                .map(|play| play.inputs.hosts.iter().cloned().collect())
                .unwrap_or_default(),
            HostSelection::Host(host) => BTreeSet::from([host.clone()]),
            // Who is in a group that tasks fill, is not known.
            HostSelection::Group(group) if self.is_made(group, usize::MAX) => {
                self.request.inventory.hosts.keys().cloned().collect()
            }
            HostSelection::Group(group) => (self.members.get(group.as_str()))
                .into_iter()
                .flatten()
                .map(|host| (*host).to_owned())
                .collect(),
            HostSelection::All => self.request.inventory.hosts.keys().cloned().collect(),
        }
    }

    /// Whose files of variables apply to some hosts.
    pub(super) fn owners(&self, hosts: &BTreeSet<String>) -> BTreeSet<Owner> {
        let mut owners = BTreeSet::new();
        for host in hosts {
            owners.insert(Owner::Group("all".to_owned()));
            owners.insert(Owner::Host(host.clone()));
            for group in self.membership.groups_of(host) {
                owners.insert(Owner::Group((*group).to_owned()));
            }
        }
        owners
    }

    /// The files of variables of one owner in one directory.
    pub(super) fn owned(&mut self, dir: &Utf8Path, owner: &Owner) -> Arc<Vec<Utf8PathBuf>> {
        let (folder, name) = match owner {
            Owner::Group(name) => (dir.join("group_vars"), name),
            Owner::Host(name) => (dir.join("host_vars"), name),
        };
        let key = (PathText(folder), name.clone());
        if let Some(known) = self.owned.get(&key) {
            return Arc::clone(known);
        }
        let (folder, name) = &key;
        // A host that is named after a path, such as a chroot.
        let odd = name.starts_with('/') || name.contains("..");
        let folder = &folder.0;
        let files = match self.sources.kind(folder) {
            _ if odd => Vec::new(),
            Some(Kind::Dir) => {
                // A tree that has listed a directory knows what is not in it.
                self.sources.list(folder);
                let extensions = self.extensions();
                self.vars_files(folder, name, &extensions, true)
            }
            _ => {
                self.add_absent(folder.clone());
                Vec::new()
            }
        };
        let files = Arc::new(files);
        self.owned.insert(key, Arc::clone(&files));
        files
    }

    /// What the files say of what is read of other hosts.
    pub(super) fn layers(&mut self) -> Layers {
        let mut layers = Layers::default();
        for play in 0..self.plays.len() {
            let dirs = self.vars_dirs(play);
            let Some(state) = self.plays.get(play) else {
                continue;
            };
            let reads = state.inputs.reads.hostvars.clone();
            for read in reads.iter().filter(|read| read.names != Names::All) {
                for owner in self.owners(&self.selected(play, &read.hosts)) {
                    let key = (play, owner);
                    if layers.files.contains_key(&key) {
                        continue;
                    }
                    let mut paths = Vec::new();
                    for dir in &dirs {
                        paths.extend(self.owned(dir, &key.1).iter().cloned());
                    }
                    paths.retain(|path| self.files.contains_key(path.as_str()));
                    for path in &paths {
                        if layers.values.contains_key(path.as_str()) {
                            continue;
                        }
                        let variables = self.variables_in(path).unwrap_or_default();
                        let said = (variables.iter())
                            .map(|(name, value)| (name.clone(), digest_of(value)))
                            .collect();
                        layers.values.insert(PathText(path.clone()), said);
                    }
                    if !paths.is_empty() {
                        layers.files.insert(key, paths);
                    }
                }
            }
        }
        layers
    }
}
