//! Putting the closure together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use globset::{Glob, GlobSet, GlobSetBuilder};

use super::Walker;
use super::context::Via;
use crate::ansible::builtin::is_given;
use crate::ansible::closure::{Closure, Content, PlayInputs, Reach};
use crate::ansible::input::InputId;
use crate::ansible::reads::{HostSelection, Names, Reads};
use crate::ansible::request::ClosureError;
use crate::ansible::tree::Kind;
use crate::ansible::unresolved::{Reason, Unresolved};
use crate::ansible::values::Beyond;
use crate::ansible::yaml::Shape;
use crate::inventory::is_connection_variable;

impl Walker<'_> {
    /// The closure of all that was found.
    pub(super) fn finish(mut self) -> Result<Closure, ClosureError> {
        self.declared()?;
        let ignored = globs(&self.request.ignore)?;
        self.files.retain(|path, _| !ignored.is_match(&path.0));
        self.attributes.retain(|path, _| !ignored.is_match(&path.0));
        self.absent
            .retain(|path| !self.files.contains_key(path.as_str()));
        if self.values.beyond != Beyond::Nothing {
            // What was taken for undefined before tasks were found that may give it a value.
            (self.unresolved).retain(|(.., why), _| *why != Reason::Undefined);
        }
        self.says();
        self.widen_reads();
        let layers = self.layers();
        let known = self.known_variables();
        let follows = self.follows();
        let origins = self.origins();
        let unread = std::mem::take(&mut self.unread);
        let plays: Vec<PlayInputs> = std::mem::take(&mut self.plays)
            .into_iter()
            .zip(follows)
            .enumerate()
            .map(|(at, (play, follows))| {
                let mut inputs = play.inputs;
                inputs.named = inputs.reads.variables.clone();
                for word in play
                    .code_words
                    .iter()
                    .filter(|word| origins.contains_key(&***word))
                {
                    inputs.named.insert(word);
                }
                let words = (!unread.contains(&at)).then_some(&play.words);
                inputs.reads = narrowed(inputs.reads, words, &play.code_words, &known);
                inputs.follows = follows;
                inputs
            })
            .collect();
        let groups_of = plays
            .iter()
            .flat_map(|play| play.hosts.iter())
            .map(|host| {
                (
                    host.clone(),
                    self.membership
                        .groups_of(host)
                        .iter()
                        .map(|group| (*group).to_owned())
                        .collect(),
                )
            })
            .collect();
        let settings = self.settings_inputs();
        let unresolved = std::mem::take(&mut self.unresolved)
            .into_iter()
            .filter(|((file, ..), _)| !ignored.is_match(file))
            .map(|((file, line, what, why), plays)| Unresolved {
                file,
                line,
                what,
                why,
                plays,
            })
            .collect();
        Ok(Closure {
            playbook: self.request.playbook.clone(),
            plays,
            files: self.files,
            attributes: self.attributes,
            absent: self.absent,
            collections: self.collections,
            unresolved,
            settings,
            environment: self.environment,
            merge_hashes: self.settings.merge_hashes,
            layers,
            groups_of,
            origins,
        })
    }

    /// Digests what the YAML files say that are read in no other way.
    fn says(&mut self) {
        // Who goes through all variables goes through them in the order of their files.
        let in_order = self.plays.iter().any(|play| {
            let reads = &play.inputs.reads;
            reads.variables == Names::All
                || reads.hostvars.iter().any(|read| read.names == Names::All)
        });
        for (path, file) in &mut self.files {
            if let Content::Yaml(shape) = file.content {
                let shape = if in_order { Shape::Value } else { shape };
                let source = self.sources.read(path).ok().flatten();
                file.content = source
                    .and_then(|source| source.says(shape))
                    .map_or(Content::Bytes, Content::Says);
            }
        }
    }

    /// `inputs = [...]` of `infra.hcl`.
    fn declared(&mut self) -> Result<(), ClosureError> {
        if self.request.inputs.is_empty() {
            return Ok(());
        }
        let wanted = globs(&self.request.inputs)?;
        let via = Via::root("infra.hcl inputs");
        for (path, kind) in self.below(camino::Utf8Path::new(""), None).iter() {
            if matches!(kind, Kind::File { .. }) && wanted.is_match(path) {
                self.add_file(path, Reach::Everywhere, &via, false);
            }
        }
        Ok(())
    }

    /// The names of all variables that the inventory gives some host.
    fn known_variables(&self) -> BTreeSet<Arc<str>> {
        let inventory = self.request.inventory;
        std::iter::once(&inventory.vars)
            .chain(inventory.groups.values().map(|group| &group.vars))
            .chain(inventory.hosts.values().map(|host| &host.vars))
            .flat_map(BTreeMap::keys)
            .map(|name| Arc::from(name.as_str()))
            .collect()
    }

    /// Which plays each play depends on: it reads, through `hostvars`, what their tasks or
    /// its own set on other hosts.
    fn follows(&mut self) -> Vec<BTreeSet<usize>> {
        let mut reads = self.plays.iter().map(|play| &play.inputs.reads.hostvars);
        let asked = reads.any(|reads| !reads.is_empty());
        let set_facts: Vec<bool> = (0..self.plays.len())
            .map(|play| asked && !self.facts_of(play).iter().all(|facts| facts.none))
            .collect();
        self.plays
            .iter()
            .enumerate()
            .map(|(at, play)| {
                let mut follows = self.fillers(at);
                follows.extend(self.setters_elsewhere(at));
                for read in &play.inputs.reads.hostvars {
                    let hosts = self.selected(at, &read.hosts);
                    let one = read.hosts == HostSelection::OneOfPlay;
                    // What nothing else gives a value, a module may have set as a fact.
                    let stray = match &read.names {
                        _ if one => false,
                        Names::All => true,
                        Names::Some(names) => names.iter().any(|name| self.is_stray(name)),
                    };
                    for (earlier, other) in self.plays.iter().enumerate().take(at + 1) {
                        // What a task sets for all hosts depends on what is read for it already.
                        let set = if one { &other.sets_each } else { &other.sets };
                        let sets = other.sets_any
                            || stray && set_facts.get(earlier) == Some(&true)
                            || set.iter().any(|name| read.names.contains(name));
                        let anywhere = other.sets_elsewhere();
                        let there = || hosts.iter().any(|host| other.inputs.hosts.contains(host));
                        if sets && (anywhere || there()) {
                            follows.insert(earlier);
                        }
                    }
                }
                follows
            })
            .collect()
    }

    /// The plays up to one whose tasks may set variables of its hosts from any other host, by
    /// `delegate_facts` or `add_host`. `_set_hosts_cache` and `_add_host` of
    /// `plugins/strategy/__init__.py`.
    fn setters_elsewhere(&self, at: usize) -> impl Iterator<Item = usize> {
        let words = self.plays.get(at).map(|play| &play.words);
        let reads = move |name: &String| words.is_some_and(|words| words.contains(name.as_str()));
        let earlier = self.plays.iter().enumerate().take(at + 1);
        earlier
            .filter(|(_, play)| play.sets_elsewhere())
            .filter(move |(_, play)| play.sets_any || play.sets.iter().any(reads))
            .map(|(earlier, _)| earlier)
    }

    /// Whether a variable of another host can only be a fact that a module of somebody's sets.
    fn is_stray(&self, name: &str) -> bool {
        name == "ansible_facts" || !(is_given(name) || self.is_variable(name))
    }

    fn settings_inputs(&self) -> BTreeMap<InputId, String> {
        let request = self.request;
        let mut settings = BTreeMap::new();
        if let Some(version) = &request.tools.ansible_core {
            settings.insert(InputId::AnsibleCore, version.clone());
        }
        for (name, version) in &request.tools.others {
            settings.insert(InputId::Tool(name.clone()), version.clone());
        }
        for (name, value) in &request.env {
            settings.insert(InputId::Environment(name.clone()), value.clone());
        }
        let inherited = request.environment.as_deref();
        for (name, value) in inherited.into_iter().flatten() {
            if self.environment.contains(name) {
                settings.insert(InputId::Environment(name.clone()), value.clone());
            }
        }
        for (name, value) in &request.extra_vars {
            settings.insert(InputId::ExtraVariable(name.clone()), value.to_string());
        }
        for (name, value) in &request.settings {
            settings.insert(InputId::Setting(name.clone()), value.clone());
        }
        settings
    }
}

/// What a play reads, of the variables that there are. A variable that is a word of any
/// text counts as read, wherever it stands, and if not all of the text is known, any is but
/// `infra_addresses`, which changes with each start of a machine. One that only says how to connect is often set
/// and asked of other hosts: it counts where an expression, or code in Python, names it.
fn narrowed(
    mut reads: Reads,
    words: Option<&BTreeSet<Arc<str>>>,
    code: &BTreeSet<Arc<str>>,
    known: &BTreeSet<Arc<str>>,
) -> Reads {
    let is_read = |name: &&Arc<str>| {
        let named = reads.variables.contains(name);
        let word = || match words {
            Some(words) => words.contains(*name),
            None => &***name != "infra_addresses",
        };
        named || code.contains(*name) || !is_connection_variable(name) && word()
    };
    if reads.variables != Names::All {
        reads.variables = Names::Some(known.iter().filter(is_read).cloned().collect());
    }
    reads
}

fn globs(texts: &[String]) -> Result<GlobSet, ClosureError> {
    let fail = |glob: &str, error: &globset::Error| ClosureError::Glob {
        glob: glob.to_owned(),
        problem: error.to_string(),
    };
    let mut set = GlobSetBuilder::new();
    for text in texts {
        set.add(Glob::new(text).map_err(|error| fail(text, &error))?);
    }
    set.build().map_err(|error| fail("", &error))
}
