//! Asking the gate about every playbook and host of a stack.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use infra_core::ansible::{
    Closure, ClosureError, Fingerprint, Fingerprinter, Request, SecretKey, Section, Sources,
    closure_from,
};
use infra_core::config::Playbook;
use infra_core::decision::PlaybookDecision;
use infra_core::digest::Digest;
use infra_core::gate::{self, HostDecision, Machine, Recorded, Standing, Values};
use infra_core::hint::Hint;
use infra_core::inventory::Inventory;
use infra_exec::tools::AnsibleCore;
use jiff::Timestamp;

use crate::files::FsTree;
use crate::ledger::{Ledger, LedgerError};
use crate::{Project, tools};

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
    pub(crate) now: Timestamp,
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
        }
    }
}

/// The name of the machine that infra itself runs on, as plays call it.
pub(crate) const LOCALHOST: &str = "localhost";

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
        let mut answers = Vec::new();
        for playbook in playbooks {
            answers.push(self.ask_about(playbook, &tree, &sources).await?);
        }
        Ok(answers)
    }

    /// Asks about one playbook, looking at its files anew.
    pub(crate) async fn ask_about_one(
        &self,
        playbook: &'p Playbook,
    ) -> Result<Answer<'p>, GateError> {
        let tree = FsTree::new(&self.project.root);
        self.ask_about(playbook, &tree, &Sources::new(&tree)).await
    }

    async fn ask_about(
        &self,
        playbook: &'p Playbook,
        tree: &FsTree,
        sources: &Sources<'_>,
    ) -> Result<Answer<'p>, GateError> {
        let failed = |source| GateError::Closure {
            playbook: playbook.name.clone(),
            source,
        };
        let request = request(self.project, playbook, self.inventory, tree, self.ansible);
        let closure = closure_from(&request, sources).map_err(failed)?;
        let fingerprinter =
            Fingerprinter::new(&closure, &request, self.key.clone()).map_err(failed)?;
        let mut answer = Answer {
            playbook,
            decision: PlaybookDecision {
                name: playbook.name.clone(),
                hosts: Vec::new(),
                unresolved: closure
                    .unresolved()
                    .iter()
                    .map(|item| format!("{}:{}: {}: {}", item.file, item.line, item.what, item.why))
                    .collect(),
            },
            fingerprints: BTreeMap::new(),
            on_localhost: closure.hosts().contains(LOCALHOST),
        };
        let mut known = BTreeMap::new();
        for host in self.hosts(playbook, &closure)? {
            // The inputs of a machine that is yet to be made are not known yet.
            let stays = !self.machines.contains_key(host);
            let fingerprint = fingerprinter.host(host).filter(|_| stays);
            let decision = self
                .decide(playbook, &closure, host, fingerprint.as_ref(), &mut known)
                .await?;
            answer.decision.hosts.push(decision);
            answer
                .fingerprints
                .extend(fingerprint.map(|fingerprint| (host.to_owned(), fingerprint)));
        }
        Ok(answer)
    }

    /// The hosts that a playbook is for: those that it names in the configuration, as far
    /// as one of its plays runs on them.
    fn hosts<'h>(
        &'h self,
        playbook: &Playbook,
        closure: &'h Closure,
    ) -> Result<BTreeSet<&'h str>, GateError> {
        let reached = closure.hosts();
        if playbook.hosts.is_empty() {
            return Ok(reached);
        }
        let mut named = BTreeSet::new();
        for name in &playbook.hosts {
            if name == "all" {
                named.extend(self.inventory.hosts.keys().map(String::as_str));
            } else if self.inventory.groups.contains_key(name) {
                let members = self.inventory.hosts.keys().map(String::as_str);
                named.extend(
                    members.filter(|host| self.inventory.groups_of(host).contains(name.as_str())),
                );
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
        Ok(reached
            .into_iter()
            .filter(|host| named.contains(host))
            .collect())
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
        known: &mut BTreeMap<Digest, Arc<Section>>,
    ) -> Result<HostDecision, GateError> {
        let index = self.ledger.index();
        let machine = self.machines.get(host).copied().unwrap_or(Machine::Stays);
        let old = match index.success(&playbook.name, host) {
            None => None,
            Some(entry) => {
                let same =
                    fingerprint.filter(|new| Digest::from(*new.digest()) == entry.fingerprint);
                let old = match same {
                    Some(new) => new.clone(),
                    None => self.recorded(&entry.sections, known).await?,
                };
                Some((old, entry.at.parse().unwrap_or(Timestamp::UNIX_EPOCH)))
            }
        };
        let standing = Standing {
            host,
            forced: self
                .force
                .is_some_and(|names| names.is_empty() || names.contains(&playbook.name)),
            recorded: old.as_ref().map(|(fingerprint, at)| Recorded {
                fingerprint,
                at: *at,
            }),
            failure: index.failure(&playbook.name, host),
            machine,
            fingerprint,
            unresolved: closure
                .for_host(host)
                .into_iter()
                .flat_map(|inputs| inputs.unresolved().collect::<Vec<_>>())
                .collect(),
        };
        let values = Values {
            before: &index.inventory,
            after: self.inventory,
        };
        Ok(gate::decide(playbook, &standing, values, self.now))
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

/// How the inputs of a playbook of a project are asked for.
pub(crate) fn request<'t>(
    project: &Project,
    playbook: &Playbook,
    inventory: &'t Inventory,
    tree: &'t FsTree,
    ansible: Option<&AnsibleCore>,
) -> Request<'t> {
    let mut request = Request::new(tree, &project.root, &playbook.path, inventory);
    request.home = std::env::home_dir().and_then(|dir| dir.try_into().ok());
    request.env = inherited_settings();
    request.collection_paths = tools::collection_paths(ansible);
    request.tools = tools::versions(ansible);
    request.with_config(&project.stack.ansible, playbook)
}

/// The settings of Ansible in this process's environment that change what it reads. Others,
/// such as those for colours, change nothing on a host.
pub(crate) fn inherited_settings() -> BTreeMap<String, String> {
    const NAMES: [&str; 11] = [
        "ANSIBLE_CONFIG",
        "ANSIBLE_ROLES_PATH",
        "ANSIBLE_COLLECTIONS_PATH",
        "ANSIBLE_COLLECTIONS_PATHS",
        "ANSIBLE_LIBRARY",
        "ANSIBLE_MODULE_UTILS",
        "ANSIBLE_HASH_BEHAVIOUR",
        "ANSIBLE_JINJA2_EXTENSIONS",
        "ANSIBLE_PLAYBOOK_DIR",
        "ANSIBLE_PLAYBOOK_VARS_ROOT",
        "ANSIBLE_VARS_ENABLED",
    ];
    std::env::vars()
        .filter(|(name, _)| {
            NAMES.contains(&name.as_str())
                || (name.starts_with("ANSIBLE_") && name.ends_with("_PLUGINS"))
        })
        .collect()
}
