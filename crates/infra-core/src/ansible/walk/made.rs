//! Groups and hosts that tasks make: `group_by` and `add_host`.
//!
//! `inventory/manager.py` and `plugins/strategy/__init__.py`: what a task makes is there for
//! the rest of the run. A host that comes into a group has the group's files of variables from
//! then on, and plays on that group run on it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Walker;
use super::args::Args;
use super::context::{Context, Via};
use super::record::Text;
use crate::ansible::closure::Reach;
use crate::ansible::layers::Owner;
use crate::ansible::name::{Name, Pattern};
use crate::ansible::pattern::names_in;
use crate::ansible::reads::{HostSelection, Names};
use crate::ansible::unresolved::Reason;
use crate::ansible::values::Scope;
use crate::ansible::yaml::Shape;

/// A task that makes groups or a host.
#[derive(Clone)]
pub(super) struct Maker {
    context: Context,
    scope: Scope,
    groups: Vec<Name>,
    hosts: Vec<Name>,
}

impl Walker<'_> {
    /// Notes a task that makes groups or a host.
    pub(super) fn makes(&mut self, context: &Context, args: &Args, scope: &Scope, name: &str) {
        let names = |keys: &[&str]| -> Vec<Name> {
            let nodes = keys.iter().filter_map(|key| args.get(key));
            nodes
                .flat_map(|node| super::playbook::texts(node))
                .flat_map(|text| {
                    // An expression can have commas of its own.
                    let whole = crate::ansible::jinja::is_template(&text);
                    let parts = if whole {
                        vec![text.as_str()]
                    } else {
                        text.split(',').collect()
                    };
                    parts
                        .into_iter()
                        .map(|part| Name::new(part.trim()))
                        .collect::<Vec<_>>()
                })
                .collect()
        };
        self.makers.push(Maker {
            context: context.clone(),
            scope: scope.clone(),
            groups: if name == "group_by" {
                names(&["key", "parents"])
            } else {
                names(&["groups", "group", "groupname"])
            },
            hosts: if name == "add_host" {
                names(&["name", "hostname", "host"])
            } else {
                Vec::new()
            },
        });
        self.grew = true;
    }

    /// Adds what belongs to the groups and hosts that tasks make, as far as their names are
    /// known now.
    pub(super) fn made_groups(&mut self, widest: bool) {
        for maker in self.makers.clone() {
            let scope = self.scope(&maker.context, &maker.scope);
            let resolve = |names: &[Name]| -> BTreeSet<Pattern> {
                let found = names
                    .iter()
                    .flat_map(|name| self.values.resolve(name, &scope));
                found
                    .filter(|pattern| widest || !pattern.is_any())
                    .map(|pattern| pattern.map(|text| text.replace(' ', "-")))
                    .collect()
            };
            let (groups, hosts) = (resolve(&maker.groups), resolve(&maker.hosts));
            let from = maker.context.play;
            for group in &groups {
                self.grew |= self.made.insert((from, group.clone()));
            }
            for play in from..self.plays.len() {
                for dir in self.vars_dirs(play) {
                    for (folder, patterns) in [("group_vars", &groups), ("host_vars", &hosts)] {
                        for name in self.names_of(&dir.join(folder), patterns) {
                            let owner = match folder {
                                "group_vars" => Owner::Group(name),
                                _ => Owner::Host(name),
                            };
                            self.made_owner(play, &dir, &owner);
                        }
                    }
                }
            }
        }
        self.widen_plays();
    }

    /// The names that files of variables in a folder are for, of those that fit.
    fn names_of(
        &mut self,
        folder: &camino::Utf8Path,
        patterns: &BTreeSet<Pattern>,
    ) -> BTreeSet<String> {
        let extensions = self.extensions();
        let mut names: BTreeSet<String> = patterns.iter().filter_map(Pattern::as_literal).collect();
        for (name, _, exact) in self
            .sources
            .list(folder)
            .iter()
            .flat_map(|list| list.iter())
        {
            for name in (extensions.iter()).filter_map(|end| name.strip_suffix(end.as_str())) {
                if *exact && patterns.iter().any(|pattern| pattern.matches(name)) {
                    names.insert(name.to_owned());
                }
            }
        }
        names.retain(|name| !name.is_empty());
        names
    }

    fn made_owner(&mut self, play: usize, dir: &camino::Utf8Path, owner: &Owner) {
        let reach = Reach::Play(play);
        if !self
            .vars_done
            .insert((dir.into(), owner.clone(), reach.clone()))
        {
            return;
        }
        let via = Via::root("made in the run").then(owner.to_string());
        for file in self.owned(dir, owner).iter() {
            self.add_yaml(file, reach.clone(), &via, false, Shape::Variables);
            self.yaml(file, play);
            self.mention(play, file, Text::Yaml, None, &via);
        }
    }

    /// Plays on groups that an earlier play may fill can run on any host.
    fn widen_plays(&mut self) {
        if self.made.is_empty() {
            return;
        }
        let every = self.every_host(self.makes_localhost());
        for at in 0..self.plays.len() {
            let Some(play) = self.plays.get(at).filter(|play| !play.inputs.widened) else {
                continue;
            };
            let filled: Vec<String> = names_in(&play.patterns)
                .into_iter()
                .filter(|name| self.is_made(name, at))
                .collect();
            if filled.is_empty() {
                continue;
            }
            let (file, line) = play.inputs.place.rsplit_once(':').unwrap_or_default();
            let (file, line) = (camino::Utf8PathBuf::from(file), line.parse().unwrap_or(0));
            self.unresolved(
                &file,
                line,
                &filled.join(","),
                Reason::DynamicInventory,
                Some(at),
            );
            if let Some(play) = self.plays.get_mut(at) {
                play.inputs.hosts = Arc::new(every.clone());
                play.inputs.widened = true;
                play.vars_of = None;
            }
            self.grew = true;
        }
    }

    /// The hosts of the inventory, and `localhost`, which need not be in it, if it may be meant.
    pub(super) fn every_host(&self, localhost: bool) -> BTreeSet<String> {
        let known = self.request.inventory.hosts.keys().cloned();
        known
            .chain(localhost.then(|| "localhost".to_owned()))
            .collect()
    }

    /// Whether tasks may put `localhost` into a group: by name, or as the host that they run for.
    pub(super) fn makes_localhost(&self) -> bool {
        self.makers.iter().any(|maker| {
            let mut names = maker.hosts.iter();
            let play = self.plays.get(maker.context.play);
            names.any(|name| name.text.contains("localhost"))
                || maker.hosts.is_empty()
                    && play.is_some_and(|play| play.inputs.hosts.contains("localhost"))
        })
    }

    /// Whether a play before this one, or itself, may put hosts into a group. What only a fact
    /// names is a group of its own, and not one that the inventory has.
    pub(super) fn is_made(&self, group: &str, by: usize) -> bool {
        let known = self.members.contains_key(group);
        (self.made.iter())
            .filter(|(play, _)| *play <= by)
            .any(|(_, pattern)| {
                pattern.matches(group) && !(known && *pattern == Pattern::segment())
            })
    }

    /// The plays whose tasks fill groups that this one reads.
    pub(super) fn fillers(&self, play: usize) -> BTreeSet<usize> {
        let Some(state) = self.plays.get(play) else {
            return BTreeSet::new();
        };
        let reads = &state.inputs.reads;
        let reads_made = match &reads.groups {
            Names::All => true,
            Names::Some(groups) => groups.iter().any(|group| self.is_made(group, play)),
        };
        if !(reads_made || reads.play_hosts && state.inputs.widened) {
            return BTreeSet::new();
        }
        let before = self.made.iter().map(|(from, _)| *from);
        before.filter(|from| *from <= play).collect()
    }

    /// Of groups that are filled in the run, the inventory doesn't know the members: whoever
    /// reads them, or variables of them, reads all hosts.
    pub(super) fn widen_reads(&mut self) {
        for at in 0..self.plays.len() {
            let fillers = !self.fillers(at).is_empty();
            let selections: Vec<HostSelection> = (self.plays.get(at).into_iter())
                .flat_map(|play| play.inputs.reads.hostvars.iter())
                .map(|read| read.hosts.clone())
                .collect();
            let made: Vec<bool> = selections
                .iter()
                .map(
                    |hosts| matches!(hosts, HostSelection::Group(group) if self.is_made(group, at)),
                )
                .collect();
            let Some(play) = self.plays.get_mut(at) else {
                continue;
            };
            if fillers {
                play.inputs.reads.groups = Names::All;
            }
            let reads = std::mem::take(&mut play.inputs.reads.hostvars);
            for (read, made) in reads.into_iter().zip(made) {
                let hosts = if made { HostSelection::All } else { read.hosts };
                play.inputs.reads.add_hostvar(hosts, &read.names);
            }
        }
    }
}
