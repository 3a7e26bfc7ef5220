//! The cache of one stack in one checkout.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use infra_core::ansible::{Closure, Digest, Reason, Request, SecretKey};
use infra_core::inventory::Inventory;
use jiff::Timestamp;

use super::absent::{Absence, Absences};
use super::check::check;
use super::format::{self, Head, Kept, Playbook};
use super::keyed::CacheKey;
use super::record::Record;
use super::surroundings::{of_program, of_requests};
use crate::files::account::Answers;
use crate::files::times::Times;
use crate::files::{FsTree, atomic};

/// What the inputs of all playbooks of a stack were, and whether they still are the same.
pub struct InputCache {
    file: Utf8PathBuf,
    key: CacheKey,
    /// None: which program this is can't be told, so that nothing is kept
    head: Option<Head>,
    /// The environment that Ansible inherits
    environment: Arc<BTreeMap<String, String>>,
    /// What is kept, if all of it is still so
    kept: Option<Kept>,
    /// Whether something is to be written although nothing was learned
    renewed: bool,
    /// By the number of the request. None: what was found of it can't be kept
    learned: BTreeMap<usize, Option<Playbook<Vec<u8>>>>,
}

/// What is known of a playbook none of whose inputs have changed.
pub struct Known<'c> {
    playbook: &'c Playbook<Range<usize>>,
    fingerprints: &'c [u8],
}

impl Known<'_> {
    /// The hosts that its plays run on, by name, with their fingerprints. None: that one was
    /// not made.
    pub fn hosts(&self) -> impl ExactSizeIterator<Item = (&Arc<str>, Option<Digest>)> {
        let digests = self.fingerprints.chunks_exact(32).map(|bytes| {
            let digest = Digest::from_bytes(bytes.try_into().unwrap_or_default());
            (bytes != [0; 32]).then_some(digest)
        });
        self.playbook.hosts.iter().zip(digests)
    }

    /// What can't be known of its inputs: `file:line: what: why`.
    pub fn unresolved(&self) -> &[String] {
        &self.playbook.unresolved
    }
}

impl InputCache {
    /// Reads what is kept in a file, and asks all its questions again of the files below
    /// `root`. If there is no file, it is odd, or any answer is another, nothing is known.
    ///
    /// The requests are those for the playbooks of the stack, each with the names of hosts and
    /// groups that it is for. `begun` is a time before anything was asked of the tree that
    /// [`save`](Self::save) is given.
    pub fn open(
        file: Utf8PathBuf,
        key: &SecretKey,
        requests: &[(&Request<'_>, &[String])],
        inventory: &Inventory,
        root: &Utf8Path,
        begun: Timestamp,
    ) -> Self {
        let (key, begun) = (CacheKey::new(key), begun.as_nanosecond());
        let head = of_program().map(|program| Head {
            written: begun,
            program,
            surroundings: of_requests(requests, inventory, &key),
            environment: BTreeMap::new(),
        });
        let environment = (requests.first()).and_then(|(request, _)| request.environment.clone());
        let mut this = Self {
            kept: None,
            renewed: false,
            learned: BTreeMap::new(),
            file,
            key,
            head,
            environment: environment.unwrap_or_default(),
        };
        let same = |kept: &Kept| {
            this.head.as_ref().is_some_and(|head| {
                let Head {
                    written,
                    program,
                    surroundings,
                    environment,
                } = &kept.head;
                // A clock that went back could let a change look older than the last look.
                *written < begun
                    && *program == head.program
                    && *surroundings == head.surroundings
                    && environment
                        .iter()
                        .all(|(name, value)| this.said(name) == *value)
            }) && kept.playbooks.len() == requests.len()
        };
        let kept = format::read(&this.file, &this.key).filter(same);
        if let Some(mut kept) = kept
            && let Ok(renewed) = check(root, &mut kept.records, begun, &this.key)
        {
            this.renewed = renewed;
            if let Some(head) = &mut this.head {
                head.environment.clone_from(&kept.head.environment);
            }
            this.kept = Some(kept);
        }
        this
    }

    /// What the environment says of a variable.
    fn said(&self, name: &str) -> Digest {
        self.key.value(self.environment.get(name))
    }

    /// Whether what is kept is still so. Then there is nothing to learn.
    pub fn holds(&self) -> bool {
        self.kept.is_some()
    }

    /// What is known of the playbook of a request, by its number.
    pub fn known(&self, request: usize) -> Option<Known<'_>> {
        let kept = self.kept.as_ref()?;
        let playbook = kept.playbooks.get(request)?.as_ref()?;
        Some(Known {
            fingerprints: kept.fingerprints(playbook),
            playbook,
        })
    }

    /// Keeps what was found of the playbook of a request, by its number.
    pub fn learn<'h>(
        &mut self,
        request: usize,
        closure: &Closure,
        hosts: impl Iterator<Item = (&'h str, Option<Digest>)>,
    ) {
        let looked_up = closure.environment();
        let looked_up = looked_up.map(|name| (name.to_owned(), self.said(name)));
        let looked_up: Vec<_> = looked_up.collect();
        if let Some(head) = &mut self.head {
            head.environment.extend(looked_up);
        }
        let unresolved = closure.unresolved();
        let playbook = unresolved
            .iter()
            .all(|item| can_be_kept(item.why))
            .then(|| {
                let mut fingerprints = Vec::new();
                let hosts = hosts.map(|(host, digest)| {
                    let digest = digest.map_or([0; 32], |digest| *digest.as_bytes());
                    fingerprints.extend_from_slice(&digest);
                    host.into()
                });
                Playbook {
                    hosts: Arc::new(hosts.collect()),
                    fingerprints,
                    unresolved: unresolved.iter().map(ToString::to_string).collect(),
                }
            });
        self.learned.insert(request, playbook);
    }

    /// Writes the file, if there is anything new. `tree` is the one that was asked about all
    /// that was learned. Losing the file costs time, nothing else.
    pub fn save(self, tree: &FsTree) {
        let Some(bytes) = self.text(tree) else { return };
        if let Err(error) = self.write(&bytes) {
            tracing::debug!(path = %self.file, %error, "what was found of inputs is not kept");
        }
    }

    fn write(&self, bytes: &[u8]) -> io::Result<()> {
        if let Some(dir) = self.file.parent() {
            atomic::private_dir(dir)?;
            // Where no apply has run yet, nothing else keeps it out of git.
            let ignore = dir.join(".gitignore");
            if !ignore.exists() {
                atomic::create(&ignore, b"*\n")?;
            }
        }
        atomic::replace_unsynced(&self.file, bytes)
    }

    fn text(&self, tree: &FsTree) -> Option<Vec<u8>> {
        let head = self.head.as_ref()?;
        if let Some(kept) = &self.kept {
            let same = |playbook: &Playbook<Range<usize>>| Playbook {
                hosts: Arc::clone(&playbook.hosts),
                fingerprints: kept.fingerprints(playbook),
                unresolved: playbook.unresolved.clone(),
            };
            let playbooks = kept.playbooks.iter().map(|kept| kept.as_ref().map(same));
            let playbooks: Vec<_> = playbooks.collect();
            return self
                .renewed
                .then(|| format::write(&self.key, head, &kept.records, &playbooks))
                .flatten();
        }
        self.learned.values().flatten().next()?;
        let records = records(tree.answers()?, tree.root(), head.written, &self.key)?;
        let playbooks: Vec<_> = self.learned.values().cloned().collect();
        format::write(&self.key, head, &records, &playbooks)
    }
}

/// The answers, by path. None: what was not there is there by now.
fn records(
    answers: Vec<Answers>,
    root: &Utf8Path,
    begun: i128,
    key: &CacheKey,
) -> Option<Vec<Record>> {
    let mut records: BTreeMap<String, Record> = BTreeMap::new();
    let mut absences = Absences::new(root, key);
    let times = Times::default();
    let mut absent = Vec::new();
    for answers in answers {
        // A path with a slash at the end has no name.
        if answers.path.ends_with('/') && answers.path != "/" {
            return None;
        }
        if answers.is_absence() {
            absent.push(absences.of(Utf8Path::new(&answers.path))?);
            continue;
        }
        let path = root.join(&answers.path);
        let record = Record::of(answers, key, |stat| times.vouch_for(&path, stat, begun));
        records.insert(record.path.clone(), record);
    }
    for absence in absent {
        let (Absence::Name(path, _) | Absence::Kind(path, _)) = &absence;
        let record = records.entry(path.to_string()).or_insert_with(|| Record {
            path: path.to_string(),
            ..Record::default()
        });
        match absence {
            Absence::Name(_, name) => record.missing.push(name),
            Absence::Kind(_, kind) if record.kind.is_none() || record.kind == kind => {
                record.kind = kind;
            }
            Absence::Kind(..) => return None,
        }
    }
    for record in records.values_mut() {
        record
            .missing
            .sort_by(|a, b| a.as_bytes().cmp(b.as_bytes()));
        record.missing.dedup();
    }
    Some(records.into_values().collect())
}

/// Whether a playbook with something that can't be resolved for this reason can be kept. What
/// may change by itself is a reason to run, which the cache never tells; of files that can't be
/// read, or can't be understood, what is said can be a part of their text.
fn can_be_kept(why: Reason) -> bool {
    let is_told_by_names = matches!(
        why,
        Reason::TemplatedName
            | Reason::AnyName
            | Reason::PythonPlugin
            | Reason::DynamicInventory
            | Reason::CachedFacts
            | Reason::Prompt
            | Reason::Encrypted
            | Reason::Missing
            | Reason::Cycle
            | Reason::OutsideTree
    );
    is_told_by_names && !why.self_changing()
}
