//! From a closure to the answer.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;
use infra_core::ansible::{Closure, FileInput, HostSelection, Names, Reads, Tools, Unresolved};
use infra_core::decision::FORMAT_VERSION;
use infra_core::inventory::Inventory;

use super::answer::{Collection, HostVariables, InputFile, InputsAnswer, Play, UnresolvedInput};
use super::error::InputsError;

/// What an answer is made of.
pub(super) struct Found<'a> {
    pub(super) closure: &'a Closure,
    pub(super) inventory: &'a Inventory,
    pub(super) tools: &'a Tools,
    pub(super) root: &'a Utf8Path,
}

impl Found<'_> {
    /// Everything that decides.
    pub(super) fn everywhere(&self) -> InputsAnswer {
        let plays: BTreeSet<usize> = (0..self.closure.plays.len()).collect();
        self.answer(
            None,
            &plays,
            self.closure.files(),
            self.closure.modes(),
            self.closure.unresolved().iter(),
        )
    }

    /// What decides on one host.
    pub(super) fn on(&self, host: &str) -> Result<InputsAnswer, InputsError> {
        let Some(inputs) = self.closure.for_host(host) else {
            return Err(InputsError::UnknownHost {
                playbook: self.closure.playbook.clone(),
                host: host.to_owned(),
                hosts: self
                    .closure
                    .hosts()
                    .into_iter()
                    .map(str::to_owned)
                    .collect(),
            });
        };
        Ok(self.answer(
            Some(host),
            inputs.plays(),
            inputs.files(),
            inputs.modes(),
            inputs.unresolved(),
        ))
    }

    fn answer<'f>(
        &self,
        host: Option<&str>,
        plays: &BTreeSet<usize>,
        files: impl Iterator<Item = &'f FileInput>,
        modes: impl Iterator<Item = &'f Utf8Path>,
        unresolved: impl Iterator<Item = &'f Unresolved>,
    ) -> InputsAnswer {
        let files: Vec<&FileInput> = files.collect();
        let mut sources = self.sources(host, plays, &files);
        let plays: Vec<_> = plays
            .iter()
            .filter_map(|play| self.closure.plays.get(*play))
            .collect();
        let reads: Vec<&Reads> = plays.iter().map(|play| &play.reads).collect();
        let (variables, all_variables) = union(reads.iter().map(|reads| &reads.variables), || {
            self.known_variables(host)
        });
        let (groups, all_groups) = union(reads.iter().map(|reads| &reads.groups), || {
            self.inventory.groups.keys().cloned().collect()
        });
        let given = self.known_variables(host);
        for name in variables.iter().filter(|name| given.contains(*name)) {
            let places = sources.entry(name.clone()).or_default();
            places.insert(0, "the inventory".to_owned());
        }
        let all_names: BTreeSet<String> = variables
            .into_iter()
            .chain(sources.keys().cloned())
            .collect();
        InputsAnswer {
            format_version: FORMAT_VERSION,
            playbook: self.closure.playbook.clone(),
            root: self.root.to_owned(),
            host: host.map(str::to_owned),
            plays: plays
                .iter()
                .map(|play| Play {
                    place: play.place.clone(),
                    hosts: play.hosts.iter().cloned().collect(),
                    widened: play.widened,
                })
                .collect(),
            files: files.into_iter().map(input_file).collect(),
            modes: modes.map(Utf8Path::to_owned).collect(),
            absent: self.closure.absent().map(Utf8Path::to_owned).collect(),
            variables: all_names.into_iter().collect(),
            variables_from: sources,
            all_variables,
            hostvars: self.hostvars(&reads),
            groups,
            all_groups,
            group_names: reads.iter().any(|reads| reads.group_names),
            play_hosts: reads.iter().any(|reads| reads.play_hosts),
            environment: self.closure.environment().map(str::to_owned).collect(),
            collections: self
                .closure
                .collections()
                .map(|collection| Collection {
                    name: collection.name.clone(),
                    version: collection.version.clone(),
                    path: collection.path.clone(),
                })
                .collect(),
            unresolved: unresolved.map(unresolved_input).collect(),
            tools: tools(self.tools),
        }
    }

    /// The variables that are read and that files of the closure set, with the places that
    /// matter here: those in files that the host doesn't reach are left out.
    fn sources(
        &self,
        host: Option<&str>,
        plays: &BTreeSet<usize>,
        files: &[&FileInput],
    ) -> BTreeMap<String, Vec<String>> {
        let reached: BTreeSet<&Utf8Path> = files.iter().map(|file| file.path.as_path()).collect();
        let mut sources = BTreeMap::new();
        for (name, origins) in self.closure.origins(plays) {
            let here = origins.iter().filter(|origin| {
                let file = origin.file.as_deref();
                host.is_none() || file.is_none_or(|file| reached.contains(file))
            });
            let places: Vec<String> = here.map(ToString::to_string).collect();
            if !places.is_empty() {
                sources.insert(name.to_owned(), places);
            }
        }
        sources
    }

    fn hostvars(&self, reads: &[&Reads]) -> Vec<HostVariables> {
        let mut by_hosts: BTreeMap<&HostSelection, Vec<&Names>> = BTreeMap::new();
        for read in reads.iter().flat_map(|reads| &reads.hostvars) {
            by_hosts.entry(&read.hosts).or_default().push(&read.names);
        }
        by_hosts
            .into_iter()
            .map(|(hosts, names)| {
                let (names, all) = union(names.into_iter(), || self.known_variables(None));
                let of = match hosts {
                    HostSelection::This => "this host".to_owned(),
                    HostSelection::Host(host) => format!("host {host}"),
                    HostSelection::Group(group) => format!("group {group}"),
                    HostSelection::OneOfPlay => "the host that runs once".to_owned(),
                    HostSelection::All => "all hosts".to_owned(),
                };
                HostVariables { of, names, all }
            })
            .collect()
    }

    /// The names of variables that the inventory gives to a host, or to any.
    fn known_variables(&self, host: Option<&str>) -> BTreeSet<String> {
        let of_hosts = self
            .inventory
            .hosts
            .iter()
            .filter(|(name, _)| host.is_none_or(|host| host == *name))
            .flat_map(|(_, host)| host.vars.keys());
        let of_groups = self
            .inventory
            .groups
            .values()
            .flat_map(|group| group.vars.keys());
        of_hosts
            .chain(of_groups)
            .chain(self.inventory.vars.keys())
            .cloned()
            .collect()
    }
}

/// All names together, and whether any name may be among them.
fn union<'n>(
    names: impl Iterator<Item = &'n Names>,
    known: impl Fn() -> BTreeSet<String>,
) -> (Vec<String>, bool) {
    let mut all = false;
    let mut found = BTreeSet::new();
    for names in names {
        match names {
            Names::Some(names) => found.extend(names.iter().map(ToString::to_string)),
            Names::All => all = true,
        }
    }
    if all {
        found.extend(known());
    }
    (found.into_iter().collect(), all)
}

fn input_file(file: &FileInput) -> InputFile {
    InputFile {
        path: file.path.clone(),
        via: file.via.clone(),
        widened: file.widened,
        counted: file.counted,
    }
}

fn unresolved_input(item: &Unresolved) -> UnresolvedInput {
    UnresolvedInput {
        file: item.file.clone(),
        line: item.line,
        what: item.what.clone(),
        why: item.why.to_string(),
        self_changing: item.self_changing(),
    }
}

fn tools(tools: &Tools) -> BTreeMap<String, String> {
    let core = tools.ansible_core.as_ref();
    core.map(|version| ("ansible-core".to_owned(), version.clone()))
        .into_iter()
        .chain(tools.others.clone())
        .collect()
}
