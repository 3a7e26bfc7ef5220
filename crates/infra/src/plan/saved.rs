//! A saved decision: a plan file that also says what was decided, and on what grounds.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use infra_core::ansible::{Comparer, Fingerprint, Section};
use infra_core::digest::Digest;
use infra_core::hint::Hint;
use infra_core::ledger::StateId;
use infra_exec::rundir::{RunDir, RunDirError};
use serde::{Deserialize, Serialize};

use super::terraform::{MadePlan, state_id};
use super::verb::{Planned, RunSet};
use crate::files::atomic::{self, Created};
use crate::sections::{self, WrittenSection};

/// The version of the format that this version writes, and the only one that it reads.
const VERSION: u32 = 1;
/// The first bytes of the file.
const MAGIC: &[u8] = b"infra decision\n";

/// A decision that was saved: one line of JSON with what it pins, then Terraform's plan.
#[derive(Debug, Clone)]
pub struct SavedDecision {
    file: Utf8PathBuf,
    pins: Pins,
    plan: Vec<u8>,
}

/// The grounds of a decision. If any of them moves, it is no longer the decision that
/// somebody looked at.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Pins {
    version: u32,
    stack: String,
    plan: Digest,
    state: Option<StateId>,
    inventory: Digest,
    /// Per playbook and host the sets of inputs; none for a host that was yet to be made
    run_set: BTreeMap<String, BTreeMap<String, Option<Vec<Digest>>>>,
    /// What was to be done with names
    #[serde(default)]
    dns: Option<Digest>,
    /// Those sets
    sections: BTreeMap<Digest, WrittenSection>,
}

impl Pins {
    /// What was to run, with the inputs that it was decided on.
    fn runs(&self) -> RunSet {
        let sections: BTreeMap<&Digest, Arc<Section>> = self
            .sections
            .iter()
            .map(|(digest, written)| (digest, Arc::new(sections::read(written.clone()))))
            .collect();
        let fingerprint = |digests: &Vec<Digest>| {
            let found = digests
                .iter()
                .filter_map(|digest| sections.get(digest).cloned());
            Fingerprint::new(found.collect())
        };
        let hosts = |hosts: &BTreeMap<String, Option<Vec<Digest>>>| {
            hosts
                .iter()
                .map(|(host, digests)| (host.clone(), digests.as_ref().map(fingerprint)))
                .collect()
        };
        self.run_set
            .iter()
            .map(|(playbook, set)| (playbook.clone(), hosts(set)))
            .collect()
    }
}

/// The sets of inputs behind what is to run.
fn digests_of(fingerprint: &Fingerprint) -> Vec<Digest> {
    fingerprint
        .sections()
        .iter()
        .map(|section| Digest::from(*section.digest()))
        .collect()
}

/// A saved decision that can't be written, read, or carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SavedError {
    /// There is a file of this name
    #[error("{0} exists already")]
    Exists(Utf8PathBuf),
    /// It can't be written or read
    #[error("can't {what} {file}")]
    File {
        /// The file
        file: Utf8PathBuf,
        /// `write` or `read`
        what: &'static str,
        /// Why
        #[source]
        source: io::Error,
    },
    /// It is no saved decision
    #[error("{file} is no saved decision: {problem}")]
    Malformed {
        /// The file
        file: Utf8PathBuf,
        /// What is wrong
        problem: String,
    },
    /// It is of another stack
    #[error("{file} was saved for the stack {saved:?}, and this is {now:?}")]
    OtherStack {
        /// The file
        file: Utf8PathBuf,
        /// The stack it was saved for
        saved: String,
        /// The stack that it was given to
        now: String,
    },
    /// What it rests on has changed
    #[error("{file} is out of date: {}", moved.join("; "))]
    Moved {
        /// The file
        file: Utf8PathBuf,
        /// What has changed since
        moved: Vec<String>,
    },
    /// There is no place for the plan in it
    #[error(transparent)]
    RunDir(#[from] RunDirError),
}

impl Hint for SavedError {
    fn hints(&self) -> Vec<String> {
        vec![match self {
            Self::Exists(_) => {
                "remove it, or choose another name: a saved decision is never overwritten"
                    .to_owned()
            }
            Self::File { .. } | Self::RunDir(_) => return Vec::new(),
            Self::Malformed { .. } => "give a file that `infra plan --out` wrote".to_owned(),
            Self::OtherStack { saved, .. } => format!("run it with --stack {saved}"),
            Self::Moved { .. } => {
                "nothing was changed; run `infra plan --out` again and look at what is new"
                    .to_owned()
            }
        }]
    }
}

impl Planned {
    /// Saves the decision with its plan, so that `apply` can carry out this one and no other.
    ///
    /// # Errors
    ///
    /// If the file exists, or can't be written; or if the decision was made from recorded
    /// documents, without a plan that could be applied.
    pub fn save(&self, stack: &str, file: &Utf8Path) -> Result<(), SavedError> {
        let error = |source| SavedError::File {
            file: file.to_owned(),
            what: "write",
            source,
        };
        let made = self.made.as_ref().ok_or_else(|| {
            error(io::Error::new(
                io::ErrorKind::InvalidInput,
                "a decision from recorded documents has no plan to apply",
            ))
        })?;
        let plan = std::fs::read(&made.file).map_err(error)?;
        let pins = Pins {
            version: VERSION,
            stack: stack.to_owned(),
            plan: Digest::of(&plan),
            state: made.state.clone(),
            inventory: self.built.inventory.digest().into(),
            run_set: self
                .run_set
                .iter()
                .map(|(playbook, hosts)| {
                    let hosts = hosts
                        .iter()
                        .map(|(host, inputs)| (host.clone(), inputs.as_ref().map(digests_of)));
                    (playbook.clone(), hosts.collect())
                })
                .collect(),
            dns: Some(self.digest_of_dns()),
            sections: self
                .run_set
                .values()
                .flat_map(BTreeMap::values)
                .flatten()
                .flat_map(Fingerprint::sections)
                .map(|section| (Digest::from(*section.digest()), sections::write(section)))
                .collect(),
        };
        let mut bytes = MAGIC.to_vec();
        serde_json::to_writer(&mut bytes, &pins).map_err(|source| error(source.into()))?;
        bytes.push(b'\n');
        bytes.extend_from_slice(&plan);
        match atomic::create(file, &bytes).map_err(error)? {
            Created::New => Ok(()),
            Created::Taken => Err(SavedError::Exists(file.to_owned())),
        }
    }
}

impl Planned {
    fn digest_of_dns(&self) -> Digest {
        // Text and lists of text: what can't fail to become JSON.
        Digest::of(&serde_json::to_vec(&self.decision.dns).unwrap_or_default())
    }
}

impl SavedDecision {
    /// Reads a saved decision.
    pub fn read(file: &Utf8Path) -> Result<Self, SavedError> {
        let bytes = std::fs::read(file).map_err(|source| SavedError::File {
            file: file.to_owned(),
            what: "read",
            source,
        })?;
        let malformed = |problem: String| SavedError::Malformed {
            file: file.to_owned(),
            problem,
        };
        let rest = bytes
            .strip_prefix(MAGIC)
            .ok_or_else(|| malformed("it does not begin like one".to_owned()))?;
        let end = rest
            .iter()
            .position(|byte| *byte == b'\n')
            .ok_or_else(|| malformed("it breaks off".to_owned()))?;
        let (head, plan) = rest.split_at(end);
        let pins: Pins =
            serde_json::from_slice(head).map_err(|error| malformed(error.to_string()))?;
        if pins.version != VERSION {
            return Err(malformed(format!(
                "it has version {}, and {VERSION} is read",
                pins.version
            )));
        }
        let plan = plan.get(1..).unwrap_or_default().to_vec();
        if Digest::of(&plan) != pins.plan {
            return Err(malformed("the plan in it is damaged".to_owned()));
        }
        Ok(Self {
            file: file.to_owned(),
            pins,
            plan,
        })
    }

    /// Whether it was saved for this stack.
    pub(crate) fn is_for(&self, stack: &str) -> Result<(), SavedError> {
        if self.pins.stack == stack {
            return Ok(());
        }
        Err(SavedError::OtherStack {
            file: self.file.clone(),
            saved: self.pins.stack.clone(),
            now: stack.to_owned(),
        })
    }

    /// Puts Terraform's plan where Terraform can read it.
    pub(crate) fn unpack(&self) -> Result<(RunDir, std::path::PathBuf), SavedError> {
        let dir = RunDir::create_in(&std::env::temp_dir())?;
        let file = dir.write("plan", &self.plan)?;
        Ok((dir, file))
    }

    /// Whether the state is still the one that the plan starts from. To be asked first: of a
    /// plan for an older state everything else would be judged by what is no longer there.
    pub(crate) fn starts_from(&self, state: Option<&StateId>) -> Result<(), SavedError> {
        self.unmoved(
            state_moved(self.pins.state.as_ref(), state)
                .into_iter()
                .collect(),
        )
    }

    /// Whether the decision that is made of the same plan now is still this one.
    pub(crate) fn still_holds(&self, planned: &Planned) -> Result<(), SavedError> {
        let mut moved = Vec::new();
        if self.pins.inventory != Digest::from(planned.built.inventory.digest()) {
            moved.push("the inventory is another one".to_owned());
        }
        if self
            .pins
            .dns
            .is_some_and(|then| then != planned.digest_of_dns())
        {
            moved.push("other names in DNS are to be changed, or to other addresses".to_owned());
        }
        moved.extend(differences(&self.pins.runs(), &planned.run_set));
        self.unmoved(moved)
    }

    fn unmoved(&self, moved: Vec<String>) -> Result<(), SavedError> {
        if moved.is_empty() {
            Ok(())
        } else {
            Err(SavedError::Moved {
                file: self.file.clone(),
                moved,
            })
        }
    }
}

/// How the state is another than the one that the plan starts from. A plan for no state
/// has an empty lineage.
fn state_moved(then: Option<&StateId>, now: Option<&StateId>) -> Option<String> {
    let (then, now) = (then?, now?);
    if then.lineage.is_empty() {
        return Some(format!(
            "the state was written since: there was none, now it has serial {}",
            now.serial
        ));
    }
    if then.lineage != now.lineage {
        return Some(format!(
            "the state has the lineage {}, not {}",
            now.lineage, then.lineage
        ));
    }
    (then.serial != now.serial).then(|| {
        format!(
            "the state was written since: serial {} → {}",
            then.serial, now.serial
        )
    })
}

/// What differs between two sets of runs, a sentence each.
fn differences(then: &RunSet, now: &RunSet) -> Vec<String> {
    let mut found = Vec::new();
    let mut comparer = Comparer::default();
    let names: std::collections::BTreeSet<&String> = then.keys().chain(now.keys()).collect();
    for name in names {
        let (Some(old), Some(new)) = (then.get(name), now.get(name)) else {
            found.push(format!("the playbook {name:?} is new or gone"));
            continue;
        };
        for host in old.keys().filter(|host| !new.contains_key(*host)) {
            found.push(format!("playbook {name:?} no longer runs on {host}"));
        }
        for (host, inputs) in new {
            match old.get(host) {
                None => found.push(format!("playbook {name:?} now runs on {host} too")),
                Some(old) => found.extend(
                    inputs_moved(&mut comparer, old.as_ref(), inputs.as_ref())
                        .map(|what| format!("playbook {name:?} on {host}: {what} changed")),
                ),
            }
        }
    }
    found
}

/// The inputs that differ, by their names.
fn inputs_moved(
    comparer: &mut Comparer,
    then: Option<&Fingerprint>,
    now: Option<&Fingerprint>,
) -> Option<String> {
    let (Some(then), Some(now)) = (then, now) else {
        return (then.is_some() != now.is_some()).then(|| "the machine".to_owned());
    };
    comparer.names(then, now)
}

/// A plan that was unpacked, with what `show -json` prints of it.
///
/// `state` is the one that there is now, for a plan that doesn't say what it starts from.
pub(crate) fn made(dir: RunDir, file: &Path, json: Vec<u8>, state: Option<&StateId>) -> MadePlan {
    MadePlan {
        state: state_id(file).or_else(|| state.cloned()),
        file: file.to_owned(),
        _dir: dir,
        json,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use infra_core::ansible::InputId;

    fn inputs(content: &str) -> Fingerprint {
        let id = InputId::File("site.yml".into());
        let section = Section::new([(id, blake3::hash(content.as_bytes()))].into());
        Fingerprint::new(vec![Arc::new(section)])
    }

    fn set(entries: &[(&str, &str, Option<&str>)]) -> RunSet {
        let mut set = RunSet::new();
        for (playbook, host, content) in entries {
            let hosts = set.entry((*playbook).to_owned()).or_default();
            hosts.insert((*host).to_owned(), content.map(inputs));
        }
        set
    }

    #[test]
    fn a_state_that_moved_is_named() {
        let state = |lineage: &str, serial| StateId::new(lineage, serial);
        let moved = |then, now| state_moved(Some(&then), Some(&now)).unwrap_or_default();
        assert_eq!(moved(state("a", 3), state("a", 3)), "");
        assert_eq!(
            moved(state("a", 3), state("a", 4)),
            "the state was written since: serial 3 → 4"
        );
        assert_eq!(
            moved(state("a", 3), state("b", 3)),
            "the state has the lineage b, not a"
        );
        assert_eq!(
            moved(state("", 0), state("a", 1)),
            "the state was written since: there was none, now it has serial 1"
        );
        assert_eq!(state_moved(Some(&state("", 0)), None), None);
    }

    #[test]
    fn what_moved_is_named() {
        let then = set(&[
            ("site", "a", Some("1")),
            ("site", "b", Some("1")),
            ("base", "a", None),
        ]);
        let now = set(&[
            ("site", "a", Some("2")),
            ("site", "c", Some("1")),
            ("base", "a", None),
        ]);
        assert_eq!(
            differences(&then, &now),
            [
                "playbook \"site\" no longer runs on b",
                "playbook \"site\" on a: file site.yml changed",
                "playbook \"site\" now runs on c too"
            ]
        );
        assert!(differences(&then, &then).is_empty());
    }

    #[test]
    fn what_is_no_saved_decision_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let file = Utf8Path::from_path(dir.path()).unwrap().join("decision");
        let pins = |plan: &[u8], version| {
            let pins = Pins {
                version,
                stack: "s".to_owned(),
                plan: Digest::of(plan),
                state: None,
                inventory: Digest::of(b""),
                run_set: BTreeMap::new(),
                dns: None,
                sections: BTreeMap::new(),
            };
            [MAGIC, &serde_json::to_vec(&pins).unwrap(), b"\nplan"].concat()
        };
        std::fs::write(&file, pins(b"plan", VERSION)).unwrap();
        assert!(SavedDecision::read(&file).is_ok());
        let whole = std::fs::read(&file).unwrap();
        for (bytes, problem) in [
            (pins(b"other", VERSION), "the plan in it is damaged"),
            (pins(b"plan", 2), "it has version 2, and 1 is read"),
            (b"PK\x03\x04".to_vec(), "it does not begin like one"),
            (MAGIC.to_vec(), "it breaks off"),
        ] {
            std::fs::write(&file, bytes).unwrap();
            let error = SavedDecision::read(&file).unwrap_err().to_string();
            assert!(error.ends_with(problem), "{error}");
        }
        for end in 0..whole.len() {
            std::fs::write(&file, &whole[..end]).unwrap();
            assert!(SavedDecision::read(&file).is_err(), "cut off at {end}");
        }
    }
}
