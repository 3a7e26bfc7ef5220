//! Asking the gate about every playbook and host of a stack.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::iter::Peekable;
use std::sync::Arc;

use infra_core::ansible::{
    Closure, ClosureError, Fingerprint, Fingerprinter, Request, SecretKey, Section, Sources,
    Unresolved, closure_from,
};
use infra_core::config::Playbook;
use infra_core::decision::PlaybookDecision;
use infra_core::digest::Digest;
use infra_core::gate::{Action, Gate, HostDecision, Machine, Recorded, Standing, Values};
use infra_core::hint::Hint;
use infra_core::inventory::Inventory;
use infra_core::ledger::LastSuccess;
use infra_exec::process::{Interrupt, Level};
use infra_exec::tools::AnsibleCore;
use jiff::Timestamp;

use crate::Project;
use crate::files::FsTree;
use crate::input_cache::InputCache;
use crate::ledger::{Ledger, LedgerError};
use crate::localhost::LOCALHOST;
use crate::plan::inherit;

/// What the gate is asked about.
pub(crate) struct Question<'p, 'a> {
    pub(crate) project: &'p Project,
    pub(crate) inventory: &'a Inventory,
    /// What Terraform is about to do to the machines, by host; those not named stay
    pub(crate) machines: &'a BTreeMap<String, Machine>,
    pub(crate) ledger: &'a Ledger,
    pub(crate) key: &'a SecretKey,
    pub(crate) ansible: Option<&'a AnsibleCore>,
    /// Playbooks that run whatever their inputs; an empty list is all of them
    pub(crate) force: Option<&'a [String]>,
    /// A time before any file is looked at
    pub(crate) now: Timestamp,
    /// Whether what an earlier plan found of the inputs may be believed. An apply reads all.
    pub(crate) cached: bool,
    /// Whether somebody wants all this to stop
    pub(crate) interrupt: Interrupt,
}

/// What the gate says of one playbook.
pub(crate) struct Answer<'a> {
    pub(crate) playbook: &'a Playbook,
    pub(crate) decision: PlaybookDecision,
    /// What is recorded for each host if the playbook succeeds there
    pub(crate) fingerprints: BTreeMap<String, Fingerprint>,
    /// Whether a play runs on this machine itself, whichever hosts the run is limited to
    pub(crate) on_localhost: bool,
}

/// A playbook that can't be decided about.
#[derive(Debug, thiserror::Error)]
pub enum GateError {
    /// Its inputs can't be found
    #[error("playbook {playbook:?}: {source}")]
    Closure {
        /// The playbook
        playbook: String,
        /// Why
        source: ClosureError,
    },
    /// Its hosts aren't in the inventory
    #[error("playbook {playbook:?} (line {line}): the inventory has no host or group {name:?}")]
    UnknownHosts {
        /// The playbook
        playbook: String,
        /// The line of its block
        line: usize,
        /// The name that was given
        name: String,
        /// The names of groups that there are
        groups: Vec<String>,
    },
    /// Somebody wants to force a playbook that there is not
    #[error("there is no playbook {0:?}")]
    UnknownPlaybook(String, Vec<String>),
    /// What is recorded can't be read
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Somebody asked to stop
    #[error("interrupted while the inputs of playbook {0:?} were looked at")]
    Interrupted(String),
}

impl Hint for GateError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Closure { source, .. } => source.hints(),
            Self::UnknownHosts { groups, .. } if groups.is_empty() => Vec::new(),
            Self::UnknownHosts { groups, .. } => {
                vec![format!("its groups are: {}", groups.join(", "))]
            }
            Self::UnknownPlaybook(_, known) => vec![format!("there is: {}", known.join(", "))],
            Self::Ledger(error) => error.hints(),
            Self::Interrupted(_) => Vec::new(),
        }
    }
}

/// What the hosts of a playbook have in common while they are decided about.
struct Judging<'a> {
    gate: Gate<'a>,
    /// Sets of inputs of last successes
    recorded: BTreeMap<Digest, Arc<Section>>,
}

/// The last success of a host that is skipped, and the decision: hosts whose success was at the
/// same time have the same.
#[derive(Default)]
struct Unchanged(Option<(String, HostDecision)>);

impl<'p> Question<'p, '_> {
    /// Asks about every playbook, in the order of the configuration.
    pub(crate) async fn ask(&self) -> Result<Vec<Answer<'p>>, GateError> {
        let playbooks = &self.project.stack.playbooks;
        if let Some(unknown) = self
            .force
            .into_iter()
            .flatten()
            .find(|name| playbooks.iter().all(|p| p.name != **name))
        {
            let known = playbooks
                .iter()
                .map(|playbook| playbook.name.clone())
                .collect();
            return Err(GateError::UnknownPlaybook(unknown.clone(), known));
        }
        let tree = FsTree::new(&self.project.root);
        let sources = Sources::new(&tree);
        let interrupt = self.interrupt.clone();
        let stop = move || interrupt.level() >= Level::Stop;
        let requests: Vec<(&Playbook, Request<'_>)> = playbooks
            .iter()
            .map(|playbook| {
                let mut request = self.request(playbook, &tree);
                request.stop = Some(&stop);
                (playbook, request)
            })
            .collect();
        // Where nothing has succeeded everything runs, and there is no key to keep.
        let cached = self.cached && self.ledger.index().sequence > 0;
        let mut cache = cached.then(|| self.cache(&requests));
        let mut answers = Vec::new();
        for (number, (playbook, request)) in requests.iter().enumerate() {
            self.go_on(playbook).await?;
            let known = match &cache {
                Some(cache) => self.ask_cache(playbook, number, cache)?,
                None => None,
            };
            let answer = if let Some(answer) = known {
                answer
            } else {
                let learn = cache.as_mut().filter(|cache| !cache.holds());
                let learn = learn.map(|cache| (cache, number));
                self.ask_about(playbook, request, &sources, learn).await?
            };
            answers.push(answer);
        }
        if let Some(cache) = cache {
            cache.save(&tree);
        }
        Ok(answers)
    }

    /// Lets others have their turn, above all those who listen for signals: with ten thousand
    /// hosts this takes seconds. An error if somebody wants to stop.
    async fn go_on(&self, playbook: &Playbook) -> Result<(), GateError> {
        tokio::task::yield_now().await;
        if self.interrupt.level() >= Level::Stop {
            return Err(GateError::Interrupted(playbook.name.clone()));
        }
        Ok(())
    }

    /// What an earlier plan found of the inputs, if that is still so.
    fn cache(&self, requests: &[(&Playbook, Request<'_>)]) -> InputCache {
        let requests: Vec<(&Request<'_>, &[String])> = requests
            .iter()
            .map(|(playbook, request)| (request, playbook.hosts.as_slice()))
            .collect();
        InputCache::open(
            self.project.state_dir().join("cache/inputs"),
            self.key,
            &requests,
            self.inventory,
            &self.project.root,
            self.now,
        )
    }

    fn request<'t>(&'t self, playbook: &Playbook, tree: &'t FsTree) -> Request<'t> {
        request(self.project, playbook, self.inventory, tree, self.ansible)
    }

    /// Asks about one playbook, looking at its files anew.
    pub(crate) async fn ask_about_one(
        &self,
        playbook: &'p Playbook,
    ) -> Result<Answer<'p>, GateError> {
        let tree = FsTree::new(&self.project.root);
        let request = self.request(playbook, &tree);
        self.ask_about(playbook, &request, &Sources::new(&tree), None)
            .await
    }

    async fn ask_about(
        &self,
        playbook: &'p Playbook,
        request: &Request<'_>,
        sources: &Sources<'_>,
        learn: Option<(&mut InputCache, usize)>,
    ) -> Result<Answer<'p>, GateError> {
        let failed = |source| match source {
            ClosureError::Stopped(_) => GateError::Interrupted(playbook.name.clone()),
            source => GateError::Closure {
                playbook: playbook.name.clone(),
                source,
            },
        };
        let closure = closure_from(request, sources).map_err(failed)?;
        let fingerprinter =
            Fingerprinter::new(&closure, request, self.key.clone()).map_err(failed)?;
        let mut answer = Answer {
            playbook,
            decision: PlaybookDecision {
                name: playbook.name.clone(),
                hosts: Vec::new(),
                unresolved: closure
                    .unresolved()
                    .iter()
                    .map(ToString::to_string)
                    .collect(),
            },
            fingerprints: BTreeMap::new(),
            on_localhost: closure.hosts().contains(LOCALHOST),
        };
        let mut judging = Judging {
            gate: self.gate(playbook),
            recorded: BTreeMap::new(),
        };
        let mut digests: BTreeMap<&str, infra_core::ansible::Digest> = BTreeMap::new();
        let here = fingerprinter.host(LOCALHOST);
        for (number, host) in self
            .hosts(playbook, closure.hosts().into_iter())?
            .into_iter()
            .enumerate()
        {
            if number % 256 == 255 {
                self.go_on(playbook).await?;
            }
            // Plays for this machine come along, and others may rest on what they make.
            let fingerprint = fingerprinter.host(host).map(|own| match &here {
                Some(here) => own.and(here),
                None => own,
            });
            if let (Some(fingerprint), true) = (&fingerprint, learn.is_some()) {
                digests.insert(host, *fingerprint.digest());
            }
            // The inputs of a machine that is yet to be made are not known yet.
            let stays = !self.machines.contains_key(host);
            let fingerprint = fingerprint.filter(|_| stays);
            let decision = self
                .decide(playbook, &closure, host, fingerprint.as_ref(), &mut judging)
                .await?;
            answer.decision.hosts.push(decision);
            answer
                .fingerprints
                .extend(fingerprint.map(|fingerprint| (host.to_owned(), fingerprint)));
        }
        if let Some((cache, number)) = learn {
            let hosts = closure.hosts().into_iter();
            let hosts = hosts.map(|host| (host, digests.get(host).copied()));
            cache.learn(number, &closure, hosts);
        }
        Ok(answer)
    }

    /// Answers from what is known of a playbook's inputs, if none has changed and nothing is to
    /// run: what runs, and why, only the inputs themselves tell.
    fn ask_cache(
        &self,
        playbook: &'p Playbook,
        number: usize,
        cache: &InputCache,
    ) -> Result<Option<Answer<'p>>, GateError> {
        let Some(known) = cache.known(number) else {
            return Ok(None);
        };
        let named = self.named(playbook)?;
        let mut named = named.as_ref().map(|named| named.iter().peekable());
        let mut successes = self.ledger.index().successes.of(&playbook.name).peekable();
        let mut decision = PlaybookDecision {
            name: playbook.name.clone(),
            hosts: Vec::new(),
            unresolved: known.unresolved().to_vec(),
        };
        let mut alike = Unchanged::default();
        // All of these are in the order of the hosts' names, so each is gone through once.
        for (host, fingerprint) in known.hosts() {
            if let Some(named) = &mut named
                && go_to(named, |name| (**name).cmp(host)).is_none()
            {
                continue;
            }
            let success = go_to(&mut successes, |(name, _)| (*name).cmp(host));
            let skipped = fingerprint
                .filter(|_| !self.machines.contains_key(&**host))
                .zip(success)
                .and_then(|(fingerprint, (_, success))| {
                    self.skip(playbook, host, &fingerprint, success, &mut alike)
                });
            match skipped {
                Some(skipped) => decision.hosts.push(skipped),
                None => return Ok(None),
            }
        }
        Ok(Some(Answer {
            playbook,
            on_localhost: known.hosts().any(|(host, _)| **host == *LOCALHOST),
            decision,
            fingerprints: BTreeMap::new(),
        }))
    }

    /// The decision for a host with this fingerprint, if it is to skip the host.
    fn skip(
        &self,
        playbook: &Playbook,
        host: &Arc<str>,
        fingerprint: &infra_core::ansible::Digest,
        success: LastSuccess<'_>,
        alike: &mut Unchanged,
    ) -> Option<HostDecision> {
        let index = self.ledger.index();
        if success.fingerprint() != Digest::from(*fingerprint)
            || index.failure(&playbook.name, host).is_some()
        {
            return None;
        }
        if let Some((at, decision)) = &alike.0
            && at == success.at()
        {
            return Some(HostDecision {
                host: Arc::clone(host),
                action: decision.action,
                reasons: Arc::clone(&decision.reasons),
            });
        }
        // Of equal fingerprints the inputs are no matter.
        let same = Fingerprint::new(Vec::new());
        let standing = Standing {
            host,
            forced: self.forces(playbook),
            recorded: Some(Recorded {
                fingerprint: &same,
                at: success.at().parse().unwrap_or(Timestamp::UNIX_EPOCH),
            }),
            failure: None,
            machine: Machine::Stays,
            fingerprint: Some(&same),
            unresolved: Vec::new(),
        };
        let decision = self.gate(playbook).decide(&standing);
        if decision.action == Action::Run {
            return None;
        }
        alike.0 = Some((success.at().to_owned(), decision.clone()));
        Some(decision)
    }

    fn forces(&self, playbook: &Playbook) -> bool {
        self.force
            .is_some_and(|names| names.is_empty() || names.contains(&playbook.name))
    }

    /// The hosts that a playbook is for: those that it names in the configuration, as far
    /// as one of its plays runs on them.
    fn hosts<'h>(
        &'h self,
        playbook: &Playbook,
        reached: impl Iterator<Item = &'h str>,
    ) -> Result<Vec<&'h str>, GateError> {
        Ok(match self.named(playbook)? {
            None => reached.collect(),
            Some(named) => reached.filter(|host| named.contains(host)).collect(),
        })
    }

    /// The hosts that a playbook names in the configuration. None: it names none, and is for all.
    fn named(&self, playbook: &Playbook) -> Result<Option<BTreeSet<&str>>, GateError> {
        if playbook.hosts.is_empty() {
            return Ok(None);
        }
        let mut named = BTreeSet::new();
        for name in &playbook.hosts {
            if name == "all" {
                named.extend(self.inventory.hosts.keys().map(String::as_str));
            } else if self.inventory.groups.contains_key(name) {
                named.extend(self.inventory.members_of(name));
            } else if let Some((host, _)) = self.inventory.hosts.get_key_value(name) {
                named.insert(host.as_str());
            } else if !self.is_configured_group(name) {
                return Err(GateError::UnknownHosts {
                    playbook: playbook.name.clone(),
                    line: playbook.line,
                    name: name.clone(),
                    groups: self.inventory.groups.keys().cloned().collect(),
                });
            }
        }
        Ok(Some(named))
    }

    /// Whether the configuration can put hosts into a group, so that an absent group is an
    /// empty one and no typing error.
    fn is_configured_group(&self, name: &str) -> bool {
        let rules = &self.project.stack.inventory;
        self.inventory.hosts.is_empty()
            || rules.groups.contains_key(name)
            || rules
                .hosts
                .iter()
                .any(|rule| rule.groups.iter().any(|group| group == name))
    }

    async fn decide(
        &self,
        playbook: &Playbook,
        closure: &Closure,
        host: &str,
        fingerprint: Option<&Fingerprint>,
        judging: &mut Judging<'_>,
    ) -> Result<HostDecision, GateError> {
        let index = self.ledger.index();
        let machine = self.machines.get(host).copied().unwrap_or(Machine::Stays);
        let old = match index.success(&playbook.name, host) {
            None => None,
            Some(entry) => {
                let same =
                    fingerprint.filter(|new| Digest::from(*new.digest()) == entry.fingerprint());
                let old = match same {
                    Some(new) => new.clone(),
                    None => {
                        self.recorded(&entry.sections(), &mut judging.recorded)
                            .await?
                    }
                };
                Some((old, entry.at().parse().unwrap_or(Timestamp::UNIX_EPOCH)))
            }
        };
        let standing = Standing {
            host,
            forced: self.forces(playbook),
            recorded: old.as_ref().map(|(fingerprint, at)| Recorded {
                fingerprint,
                at: *at,
            }),
            failure: index.failure(&playbook.name, host),
            machine,
            fingerprint,
            unresolved: unresolved(closure, host),
        };
        Ok(judging.gate.decide(&standing))
    }

    fn gate<'g>(&'g self, playbook: &'g Playbook) -> Gate<'g> {
        let values = Values {
            before: &self.ledger.index().inventory,
            after: self.inventory,
        };
        Gate::new(playbook, values, self.now)
    }

    /// The fingerprint that some recorded sets of inputs make up.
    async fn recorded(
        &self,
        sections: &[Digest],
        known: &mut BTreeMap<Digest, Arc<Section>>,
    ) -> Result<Fingerprint, LedgerError> {
        let new = sections
            .iter()
            .filter(|digest| !known.contains_key(*digest));
        for (digest, section) in self.ledger.sections(new).await? {
            known.insert(digest, Arc::new(section));
        }
        let found = sections.iter().filter_map(|digest| known.get(digest));
        Ok(Fingerprint::new(found.map(Arc::clone).collect()))
    }
}

/// The one that is looked for among things in order, which are gone through as far as it.
fn go_to<T>(
    things: &mut Peekable<impl Iterator<Item = T>>,
    order: impl Fn(&T) -> Ordering,
) -> Option<T> {
    loop {
        match order(things.peek()?) {
            Ordering::Less => things.next()?,
            Ordering::Equal => return things.next(),
            Ordering::Greater => return None,
        };
    }
}

/// What can't be known of the plays that run when the playbook runs on a host.
fn unresolved<'c>(closure: &'c Closure, host: &'c str) -> Vec<&'c Unresolved> {
    let mut found: Vec<&Unresolved> = Vec::new();
    for inputs in [host, LOCALHOST]
        .into_iter()
        .filter_map(|host| closure.for_host(host))
    {
        for item in inputs.unresolved() {
            if !found.contains(&item) {
                found.push(item);
            }
        }
    }
    found
}

/// How the inputs of a playbook of a project are asked for.
pub(crate) fn request<'t>(
    project: &Project,
    playbook: &Playbook,
    inventory: &'t Inventory,
    tree: &'t FsTree,
    ansible: Option<&AnsibleCore>,
) -> Request<'t> {
    let mut request = Request::new(tree, &project.root, &playbook.path, inventory);
    inherit(&mut request, ansible);
    request.with_config(&project.stack.ansible, playbook)
}

#[cfg(test)]
mod tests {
    use crate::plan::{PlanOptions, RecordedPlan};
    use crate::verbs::scene::Scene;

    #[tokio::test(flavor = "current_thread")]
    async fn an_interrupt_is_heard_while_inputs_are_looked_at() {
        let scene = Scene::new();
        let options = PlanOptions {
            recorded: Some(RecordedPlan {
                plan: scene.root.join("plan.json"),
                state: None,
            }),
            ..PlanOptions::default()
        };
        let project = scene.project();
        let planned = crate::plan(scene.context(), &project, &options).await;
        assert!(planned.is_ok());
        scene.interrupter.raise();
        let interrupted = crate::plan(scene.context(), &project, &options).await;
        let error = interrupted.err().unwrap().to_string();
        assert!(error.contains("interrupted while"), "{error}");
    }
}
