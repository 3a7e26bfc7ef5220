//! Makes the fingerprints of the hosts of a playbook.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::closure::{Closure, Content, FileInput, Reach};
use super::fingerprint::{Fingerprint, SecretKey, Section};
use super::input::InputId;
use super::membership::Membership;
use super::reaching::Reaching;
use super::reads::{HostSelection, Names};
use super::request::{ClosureError, Request};
use super::tree::Digest;
use crate::inventory::{Inventory, is_connection_variable};
use crate::json::Value;

/// Makes the fingerprints of all hosts of a playbook; what they share is digested once.
pub struct Fingerprinter<'a> {
    closure: &'a Closure,
    inventory: &'a Inventory,
    membership: Membership<'a>,
    /// Groups that have files of variables
    with_files: BTreeSet<&'a str>,
    key: SecretKey,
    /// Files and settings by where they apply
    reaching: Reaching,
    /// Per play: groups and other hosts' variables
    by_play: Vec<Arc<Section>>,
}

impl<'a> Fingerprinter<'a> {
    /// Digests all files of a closure, and all that doesn't depend on the host.
    pub fn new(
        closure: &'a Closure,
        request: &Request<'a>,
        key: SecretKey,
    ) -> Result<Self, ClosureError> {
        let mut by_reach: BTreeMap<BTreeSet<Reach>, BTreeMap<InputId, Digest>> = BTreeMap::new();
        for file in closure.files().filter(|file| file.counted) {
            let (id, digest) = (InputId::File(file.path.clone()), content(request, file)?);
            for reach in apart(&file.reach) {
                by_reach
                    .entry(reach)
                    .or_default()
                    .insert(id.clone(), digest);
            }
        }
        for (path, input) in &closure.attributes {
            let attributes = request.tree.attributes(path)?;
            let digest = attributes.map(|found| found.digest(input.mode, input.link));
            let digest = digest.unwrap_or_else(absent);
            for reach in apart(&input.reach) {
                let id = InputId::Attributes(path.0.clone());
                by_reach.entry(reach).or_default().insert(id, digest);
            }
        }
        let everywhere = by_reach
            .entry(BTreeSet::from([Reach::Everywhere]))
            .or_default();
        for (input, value) in &closure.settings {
            everywhere.insert(input.clone(), keyed(&key, value));
        }
        for collection in closure.collections() {
            let version = collection.version.as_deref().unwrap_or_default();
            everywhere.insert(
                InputId::Collection(collection.name.clone()),
                blake3::hash(version.as_bytes()),
            );
        }
        let membership = Membership::new(request.inventory, closure.merge_hashes);
        let mut this = Self {
            closure,
            inventory: request.inventory,
            membership,
            with_files: closure
                .files()
                .flat_map(|file| &file.reach)
                .filter_map(|reach| match reach {
                    Reach::Group(_, group) => Some(group.as_str()),
                    _ => None,
                })
                .collect(),
            key,
            reaching: Reaching::new(closure, by_reach),
            by_play: Vec::new(),
        };
        this.by_play = this.shared_reads();
        Ok(this)
    }

    /// The fingerprint of one host. None: no play runs on it.
    pub fn host(&self, host: &str) -> Option<Fingerprint> {
        let plays = self.closure.plays_of(host);
        if plays.is_empty() {
            return None;
        }
        let followed = self.closure.followed(host, &plays);
        let groups = self.closure.groups_of.get(host);
        let mut sections = self.reaching.sections(
            host,
            groups.map(Vec::as_slice).unwrap_or_default(),
            &plays,
            &followed,
        );
        sections.extend(
            plays
                .iter()
                .filter_map(|play| self.by_play.get(*play))
                .cloned(),
        );
        sections.push(Arc::new(Section::new(self.own(host, &plays))));
        Some(Fingerprint::new(sections))
    }

    /// What only this host has: its machine, its groups, its variables.
    fn own(&self, host: &str, plays: &BTreeSet<usize>) -> BTreeMap<InputId, Digest> {
        let mut inputs = BTreeMap::new();
        if let Some(identity) = self
            .inventory
            .hosts
            .get(host)
            .and_then(|host| host.identity.as_ref())
        {
            inputs.insert(InputId::Machine, blake3::hash(identity.as_bytes()));
        }
        let reads: Vec<_> = plays
            .iter()
            .filter_map(|play| self.closure.plays.get(*play))
            .map(|play| &play.reads)
            .collect();
        let mut groups = self.membership.groups_of(host).to_vec();
        if !reads.iter().any(|reads| reads.group_names) {
            // Of files for several groups, the order of the groups decides which one wins.
            groups.retain(|group| self.with_files.contains(group));
            if groups.len() < 2 {
                groups.clear();
            }
        }
        if !groups.is_empty() {
            let names = groups.join("\n");
            inputs.insert(InputId::GroupNames, blake3::hash(names.as_bytes()));
        }
        for (name, value) in self.membership.variables(host) {
            let read = reads.iter().any(|reads| reads.variables.contains(name));
            // Names like ansible_become and ansible_python_interpreter change what a task
            // does without any text reading them.
            if read || is_fact(name) {
                let digest = self.given(host, name, &value);
                inputs.insert(InputId::Variable(name.to_owned()), digest);
            }
        }
        inputs
    }

    /// The digest of a value that the inventory gives, with where it does: a file for a group wins
    /// over the inventory's groups, and gives way to what the inventory says of the host. It counts
    /// whether or not a file does, so that a file which appears counts only for its own hosts.
    fn given(&self, host: &str, name: &str, value: &Value<'_>) -> Digest {
        let value = self.value(host, name, value);
        let levels = self.membership.levels(host, name);
        // As Terraform's hosts have them all.
        let of_host_alone = match &levels {
            [_, _, None] => false,
            [None, None, Some(_)] => true,
            [_, _, Some(_)] => !self.closure.merge_hashes,
        };
        if of_host_alone {
            return value;
        }
        let mut hasher = blake3::Hasher::new();
        hasher.update(value.as_bytes());
        for (level, said) in levels.iter().enumerate().rev() {
            let Some(said) = said else { continue };
            hasher.update(&[u8::try_from(level).unwrap_or(u8::MAX)]);
            if !self.closure.merge_hashes {
                break;
            }
            hasher.update(self.value(host, name, said).as_bytes());
        }
        hasher.finalize()
    }

    fn value(&self, host: &str, name: &str, value: &Value<'_>) -> Digest {
        let secret = self
            .inventory
            .hosts
            .get(host)
            .is_some_and(|host| host.secret.contains(name));
        let text = value.to_string();
        if secret {
            keyed(&self.key, &text)
        } else {
            blake3::hash(text.as_bytes())
        }
    }

    /// The variables of another host that a play reads: what the inventory says of each,
    /// and what files say. Of what is read without naming it, the files count whole.
    fn of_other(&self, play: usize, host: &str, names: &Names) -> BTreeMap<InputId, Digest> {
        let mut found = BTreeMap::new();
        let variables = self.membership.variables(host);
        let given: BTreeMap<&str, Digest> = variables
            .iter()
            .filter(|(name, _)| names.contains(name))
            .map(|(name, value)| (*name, self.given(host, name, value)))
            .collect();
        let mut add = |name: &str, digest: Digest| {
            found.insert(host_variable(host, name), digest);
        };
        for (name, digest) in &given {
            add(name, *digest);
        }
        if let Names::Some(names) = names {
            let groups = self.membership.groups_of(host);
            for name in names {
                if let Some(mut said) = self.closure.layers.value(play, host, groups, name) {
                    if let Some(digest) = given.get(&**name) {
                        said.update(b"inventory").update(digest.as_bytes());
                    }
                    add(name, said.finalize());
                }
            }
        } else {
            // Of files that count whole, the order of the groups decides which one wins.
            let groups = self.membership.groups_of(host).join("\n");
            add("group_names", blake3::hash(groups.as_bytes()));
        }
        let facts = match names {
            Names::All => true,
            Names::Some(names) => names.iter().any(|name| is_fact(name)),
        };
        if facts {
            self.add_machine(host, &mut found);
        }
        found
    }

    /// The variables that a play reads of whichever of its hosts comes first. Where all have the
    /// same, it is no matter which host that is, nor how many there are.
    fn of_one(
        &self,
        play: usize,
        hosts: &BTreeSet<String>,
        names: &Names,
    ) -> BTreeMap<InputId, Digest> {
        let mut by_name: BTreeMap<String, Vec<(&str, Digest)>> = BTreeMap::new();
        for host in hosts {
            for (input, digest) in self.of_other(play, host, names) {
                if let InputId::HostVariable { name, .. } = input {
                    by_name.entry(name).or_default().push((host, digest));
                }
            }
        }
        let digest = |said: &[(&str, Digest)]| match said {
            [(_, first), rest @ ..]
                if said.len() == hosts.len() && rest.iter().all(|(_, other)| other == first) =>
            {
                *first
            }
            said => {
                let mut hasher = blake3::Hasher::new();
                for (host, digest) in said {
                    hasher.update(host.as_bytes()).update(b"\n");
                    hasher.update(digest.as_bytes());
                }
                hasher.finalize()
            }
        };
        by_name
            .into_iter()
            .map(|(name, said)| (InputId::OneHostVariable(name), digest(&said)))
            .collect()
    }

    /// What facts of another host say, or results of its tasks, its machine decides.
    fn add_machine(&self, host: &str, found: &mut BTreeMap<InputId, Digest>) {
        let known = self.inventory.hosts.get(host);
        if let Some(identity) = known.and_then(|host| host.identity.as_ref()) {
            let id = host_variable(host, "ansible_machine_id");
            found.insert(id, blake3::hash(identity.as_bytes()));
        }
    }

    /// What decides, besides variables and files, what the tasks of an earlier play do on
    /// another host: its machine, and which of the files are for it.
    fn of_followed(&self, host: &str, group_names: bool, found: &mut BTreeMap<InputId, Digest>) {
        self.add_machine(host, found);
        let mut groups = self.membership.groups_of(host).to_vec();
        groups.retain(|group| group_names || self.with_files.contains(group));
        if !groups.is_empty() {
            // One that is read whole has all groups there already.
            let digest = blake3::hash(groups.join("\n").as_bytes());
            found
                .entry(host_variable(host, "group_names"))
                .or_insert(digest);
        }
    }

    /// Per play, what it reads of groups and of other hosts.
    fn shared_reads(&self) -> Vec<Arc<Section>> {
        let members = self.membership.members();
        self.closure
            .plays
            .iter()
            .enumerate()
            .map(|(at, play)| {
                let mut inputs = BTreeMap::new();
                if play.reads.play_hosts {
                    inputs.insert(
                        InputId::PlayHosts(play.number.clone()),
                        list(play.hosts.iter().map(String::as_str)),
                    );
                }
                match &play.reads.groups {
                    Names::All => {
                        inputs.insert(InputId::Groups, list(members.keys().copied()));
                        for (group, hosts) in &members {
                            inputs.insert(
                                InputId::Group((*group).to_owned()),
                                list(hosts.iter().copied()),
                            );
                        }
                    }
                    Names::Some(groups) => {
                        for group in groups {
                            let hosts = members.get(&**group).into_iter().flatten().copied();
                            inputs.insert(InputId::Group(group.to_string()), list(hosts));
                        }
                    }
                }
                let mut wanted: BTreeMap<&str, Names> = BTreeMap::new();
                for read in &play.reads.hostvars {
                    if read.hosts == HostSelection::OneOfPlay {
                        inputs.extend(self.of_one(at, &play.hosts, &read.names));
                    }
                    let hosts: Vec<&str> = match &read.hosts {
                        HostSelection::This | HostSelection::OneOfPlay => Vec::new(),
                        HostSelection::Host(host) => vec![host],
                        HostSelection::Group(group) => members
                            .get(group.as_str())
                            .into_iter()
                            .flatten()
                            .copied()
                            .collect(),
                        HostSelection::All => {
                            self.inventory.hosts.keys().map(String::as_str).collect()
                        }
                    };
                    for host in hosts {
                        wanted.entry(host).or_default().extend(&read.names);
                    }
                }
                let followed = || {
                    let earlier = play.follows.iter();
                    earlier.filter_map(|earlier| self.closure.plays.get(*earlier))
                };
                for earlier in followed() {
                    for host in earlier.hosts.iter() {
                        wanted
                            .entry(host)
                            .or_default()
                            .extend(&earlier.reads.variables);
                    }
                }
                for (host, names) in wanted {
                    inputs.extend(self.of_other(at, host, &names));
                }
                for earlier in followed() {
                    for host in earlier.hosts.iter() {
                        self.of_followed(host, earlier.reads.group_names, &mut inputs);
                    }
                }
                Arc::new(Section::new(inputs))
            })
            .collect()
    }
}

/// Where a file applies: the plays on all of whose hosts it does, and apart from them the groups
/// and hosts of other plays. Files that apply alike are one set, and if a play reads the variables of
/// thousands of hosts, their files are one set to it, though each applies elsewhere on its own host.
fn apart(reach: &BTreeSet<Reach>) -> impl Iterator<Item = BTreeSet<Reach>> {
    let is_whole = |reach: &&Reach| matches!(reach, Reach::Everywhere | Reach::Play(_));
    let mut whole: BTreeSet<Reach> = reach.iter().filter(is_whole).cloned().collect();
    let mut rest = BTreeSet::new();
    if whole.contains(&Reach::Everywhere) {
        whole = BTreeSet::from([Reach::Everywhere]);
    } else {
        let counts = |reach: &&Reach| match reach {
            Reach::Group(play, _) | Reach::Host(play, _) => !whole.contains(&Reach::Play(*play)),
            Reach::Everywhere | Reach::Play(_) | Reach::Others(_) => false,
        };
        rest = reach.iter().filter(counts).cloned().collect();
    }
    [whole, rest].into_iter().filter(|reach| !reach.is_empty())
}

/// The digest of what counts of a file.
fn content(request: &Request<'_>, file: &FileInput) -> Result<Digest, ClosureError> {
    if let Content::Says(digest) = file.content {
        return Ok(digest);
    }
    Ok(request.tree.digest(&file.path)?.unwrap_or_else(absent))
}

fn host_variable(host: &str, name: &str) -> InputId {
    InputId::HostVariable {
        host: host.to_owned(),
        name: name.to_owned(),
    }
}

/// Whether gathering facts may set a variable.
pub(super) fn is_fact(name: &str) -> bool {
    name.starts_with("ansible_") && !is_connection_variable(name)
}

/// Stands for what was there when the closure was made.
fn absent() -> Digest {
    blake3::hash(b"absent")
}

fn keyed(key: &SecretKey, text: &str) -> Digest {
    blake3::keyed_hash(&key.0, text.as_bytes())
}

fn list<'s>(names: impl Iterator<Item = &'s str>) -> Digest {
    let mut hasher = blake3::Hasher::new();
    for name in names {
        hasher.update(name.as_bytes()).update(b"\n");
    }
    hasher.finalize()
}
