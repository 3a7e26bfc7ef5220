//! The inputs of a playbook, and which of them apply to which host.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::layers::Layers;
use super::path_text::PathText;
use super::reads::{Names, Reads};
use super::tree::Digest;
use super::unresolved::Unresolved;
use super::yaml::Shape;

/// Everything that decides what a playbook does.
#[derive(Debug, Clone, Default)]
pub struct Closure {
    /// The playbook
    pub playbook: Utf8PathBuf,
    /// Its plays, those of imported playbooks included, in the order in which they run
    pub plays: Vec<PlayInputs>,
    pub(crate) files: BTreeMap<PathText, FileInput>,
    pub(crate) attributes: BTreeMap<PathText, AttributesInput>,
    pub(crate) absent: BTreeSet<PathText>,
    pub(crate) collections: BTreeMap<String, CollectionInput>,
    pub(crate) unresolved: Vec<Unresolved>,
    pub(crate) settings: BTreeMap<super::input::InputId, String>,
    /// Variables of the inherited environment that are looked up, whether or not they are set
    pub(crate) environment: BTreeSet<String>,
    pub(crate) merge_hashes: bool,
    pub(crate) layers: Layers,
    pub(crate) groups_of: BTreeMap<String, Vec<String>>,
    /// Where variables are set, the inventory apart; more of them than are read
    pub(crate) origins: BTreeMap<String, Vec<VariableOrigin>>,
}

/// A place that gives a variable a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct VariableOrigin {
    /// The file. None: the configuration of the stack
    pub file: Option<Utf8PathBuf>,
    /// The line, from 1; 0 where there is no file
    pub line: u32,
    /// What it is there: `variables file`, `vars`, `register`, `set_fact`, …
    pub how: &'static str,
}

/// As `ansible/roles/web/defaults/main.yml:3 variables file`.
impl std::fmt::Display for VariableOrigin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}:{} ", self.line)?;
        }
        f.write_str(self.how)
    }
}

/// A play and what it reads.
#[derive(Debug, Clone, Default)]
pub struct PlayInputs {
    /// Its place: `site.yml:3`
    pub place: String,
    /// Which play of its playbook it is, on whatever line: `2 of site.yml`
    pub number: String,
    /// The hosts it runs on, in the order of their names; `localhost` may be implied
    pub hosts: Arc<BTreeSet<String>>,
    /// Whether its hosts aren't known before it runs, so that `hosts` is all of them
    pub widened: bool,
    /// What it reads
    pub reads: Reads,
    /// Plays, this one or earlier, whose results on other hosts it reads
    pub follows: BTreeSet<usize>,
    /// The names of variables in its expressions, whether or not the inventory has them
    pub(crate) named: Names,
}

/// A file that is an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileInput {
    /// Relative to the root, or absolute if it is outside
    pub path: Utf8PathBuf,
    /// How it was reached, from the playbook on: `site.yml:4 roles`
    pub via: Vec<String>,
    /// Whether it is here only because a name could not be resolved
    pub widened: bool,
    /// Whether its content counts. The inventory's own files count by what they say of
    /// each host, not byte by byte; what ansible-galaxy is told to install, by what is
    /// installed; a password of a vault, not at all.
    pub counted: bool,
    /// What of its content counts
    pub(crate) content: Content,
    /// Where it applies
    pub reach: BTreeSet<Reach>,
}

/// A file or directory of which more counts than its content.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct AttributesInput {
    /// Whether its mode counts
    pub(crate) mode: bool,
    /// Whether it counts where it leads. If neither does, that it is there, as a directory or
    /// not, which of a directory with no file below it nothing else tells
    pub(crate) link: bool,
    /// Where it applies
    pub(crate) reach: BTreeSet<Reach>,
}

/// What of a file's content counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// Every byte
    Bytes,
    /// What it says as YAML, as it is read in no other way
    Yaml(Shape),
    /// The same, and its digest
    Says(Digest),
}

/// Where a file applies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// On every host of the playbook
    Everywhere,
    /// On the hosts of a play, by its index
    Play(usize),
    /// On the members of a group, in a play
    Group(usize, String),
    /// On one host, in a play
    Host(usize, String),
    /// On the hosts of a play, which read some of its variables of other hosts. What it
    /// says of those counts, and nothing else of it.
    Others(usize),
}

/// A collection that the closure uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectionInput {
    /// `namespace.name`
    pub name: String,
    /// Its release. None: its metadata doesn't say
    pub version: Option<String>,
    /// Where it was found
    pub path: Utf8PathBuf,
}

impl Closure {
    /// Every file, ordered by path.
    pub fn files(&self) -> impl Iterator<Item = &FileInput> {
        self.files.values()
    }

    /// The file at a path, if it is an input.
    pub fn file(&self, path: impl AsRef<Utf8Path>) -> Option<&FileInput> {
        self.files.get(path.as_ref().as_str())
    }

    /// Files and directories whose mode counts, and where they lead if they are links: they
    /// are copied with both, or started.
    pub fn modes(&self) -> impl Iterator<Item = &Utf8Path> {
        (self.attributes.iter())
            .filter(|(_, input)| input.mode || input.link)
            .map(|(path, _)| &**path)
    }

    /// Paths that Ansible looks for and that don't exist. If one of them appears, the
    /// next closure has it among its files.
    pub fn absent(&self) -> impl Iterator<Item = &Utf8Path> {
        self.absent.iter().map(|path| &**path)
    }

    /// The collections that are used, by name.
    pub fn collections(&self) -> impl Iterator<Item = &CollectionInput> {
        self.collections.values()
    }

    /// What can't be resolved, ordered by place.
    pub fn unresolved(&self) -> &[Unresolved] {
        &self.unresolved
    }

    /// The names of variables of the inherited environment that are looked up, whether or not
    /// they are set.
    pub fn environment(&self) -> impl Iterator<Item = &str> {
        self.environment.iter().map(String::as_str)
    }

    /// The names of variables that any play reads.
    pub fn variables(&self) -> Names {
        let mut names = Names::default();
        for play in &self.plays {
            names.extend(&play.reads.variables);
        }
        names
    }

    /// The variables that these plays read and that files of the closure set, or the
    /// configuration, each with every place that gives it a value.
    pub fn origins<'c>(
        &'c self,
        plays: &'c BTreeSet<usize>,
    ) -> impl Iterator<Item = (&'c str, &'c [VariableOrigin])> {
        self.origins
            .iter()
            .filter(|(name, _)| {
                plays
                    .iter()
                    .filter_map(|play| self.plays.get(*play))
                    .any(|play| play.named.contains(name))
            })
            .map(|(name, places)| (name.as_str(), places.as_slice()))
    }

    /// The names of all hosts that any play runs on, the implied `localhost` included.
    pub fn hosts(&self) -> BTreeSet<&str> {
        self.plays
            .iter()
            .flat_map(|play| play.hosts.iter().map(String::as_str))
            .collect()
    }

    /// What applies to one host. None: no play runs on it.
    pub fn for_host<'c>(&'c self, host: &'c str) -> Option<HostInputs<'c>> {
        let plays = self.plays_of(host);
        (!plays.is_empty()).then_some(HostInputs {
            closure: self,
            host,
            followed: self.followed(host, &plays),
            plays,
        })
    }

    /// The plays that run on a host, and the earlier ones whose results they read.
    pub(crate) fn plays_of(&self, host: &str) -> BTreeSet<usize> {
        let mut plays: BTreeSet<usize> = self
            .plays
            .iter()
            .enumerate()
            .filter(|(_, play)| play.hosts.contains(host))
            .map(|(n, _)| n)
            .collect();
        let mut waiting: Vec<usize> = plays.iter().copied().collect();
        while let Some(play) = waiting.pop() {
            for earlier in self
                .plays
                .get(play)
                .map(|play| &play.follows)
                .into_iter()
                .flatten()
            {
                if plays.insert(*earlier) {
                    waiting.push(*earlier);
                }
            }
        }
        plays
    }

    /// Of the plays that decide for a host, those whose results on other hosts it reads. What
    /// those hosts have there counts for it.
    pub(crate) fn followed(&self, host: &str, plays: &BTreeSet<usize>) -> BTreeSet<usize> {
        let elsewhere = plays.iter().copied().filter(|play| {
            self.plays
                .get(*play)
                .is_some_and(|play| !play.hosts.contains(host))
        });
        let read = plays.iter().filter_map(|play| self.plays.get(*play));
        elsewhere
            .chain(read.flat_map(|play| play.follows.iter().copied()))
            .collect()
    }

    /// Whether a host reaches a file, given the plays that decide for it and those of them
    /// that it follows.
    pub(crate) fn reached(
        &self,
        host: &str,
        plays: &BTreeSet<usize>,
        followed: &BTreeSet<usize>,
        reach: &Reach,
    ) -> bool {
        match reach {
            Reach::Everywhere => true,
            Reach::Play(play) | Reach::Others(play) => plays.contains(play),
            Reach::Group(play, group) => {
                plays.contains(play) && (followed.contains(play) || self.in_group(host, group))
            }
            Reach::Host(play, name) => {
                plays.contains(play) && (followed.contains(play) || name == host)
            }
        }
    }

    /// Whether a host is in a group, directly or through children.
    pub(crate) fn in_group(&self, host: &str, group: &str) -> bool {
        group == "all"
            || self
                .groups_of
                .get(host)
                .is_some_and(|groups| groups.iter().any(|name| name == group))
    }
}

/// The part of a [`Closure`] that applies to one host.
#[derive(Debug, Clone)]
pub struct HostInputs<'c> {
    closure: &'c Closure,
    host: &'c str,
    plays: BTreeSet<usize>,
    followed: BTreeSet<usize>,
}

impl<'c> HostInputs<'c> {
    /// The indexes of the plays that decide.
    pub fn plays(&self) -> &BTreeSet<usize> {
        &self.plays
    }

    /// The files that decide, ordered by path.
    pub fn files(&self) -> impl Iterator<Item = &'c FileInput> {
        self.closure
            .files
            .values()
            .filter(|file| file.reach.iter().any(|reach| self.reached(reach)))
    }

    /// Files and directories whose mode decides, and where they lead if they are links.
    pub fn modes(&self) -> impl Iterator<Item = &'c Utf8Path> {
        (self.closure.attributes.iter())
            .filter(|(_, input)| {
                (input.mode || input.link) && input.reach.iter().any(|reach| self.reached(reach))
            })
            .map(|(path, _)| &**path)
    }

    /// What the plays read.
    pub fn reads(&self) -> Reads {
        let mut reads = Reads::default();
        for play in self
            .plays
            .iter()
            .filter_map(|play| self.closure.plays.get(*play))
        {
            reads.extend(&play.reads);
        }
        reads
    }

    /// What can't be resolved and matters to this host.
    pub fn unresolved(&self) -> impl Iterator<Item = &'c Unresolved> {
        self.closure.unresolved.iter().filter(|item| {
            item.plays.is_empty() || item.plays.intersection(&self.plays).next().is_some()
        })
    }

    fn reached(&self, reach: &Reach) -> bool {
        self.closure
            .reached(self.host, &self.plays, &self.followed, reach)
    }
}
