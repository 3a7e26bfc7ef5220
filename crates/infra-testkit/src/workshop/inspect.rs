//! What is found in the workshop after a run.

use std::fs;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;

use super::files::{BUCKET, KEY, MACHINES, TABLE};
use super::{Records, Workshop};
use crate::invariant::{
    Done, Evidence, Instance, StateVersion, Text, Violation, files_below, settle, texts, violations,
};

/// What a run that ended, or its killed children, may take until nothing is left of it.
const PATIENCE: Duration = Duration::from_secs(30);

impl Workshop<'_> {
    /// Everything that doesn't hold right after a run that may have been struck.
    pub fn violations_after_a_blow(&self) -> Vec<Violation> {
        violations(&self.evidence(false), &self.canaries)
    }

    /// Everything that doesn't hold once a run has ended in order and nothing is left to do.
    pub fn violations_at_rest(&self) -> Vec<Violation> {
        violations(&self.evidence(true), &self.canaries)
    }

    /// What is found. `at_rest`: a run has ended in order, so that nothing may be held, all is
    /// done, and no file of an earlier run is left.
    pub fn evidence(&self, at_rest: bool) -> Evidence {
        let mut evidence = Evidence {
            settled: at_rest,
            processes: settle(&self.top(), PATIENCE),
            run_lock: self.read_private("lock.json"),
            records: match self.records {
                Records::Here => self.records_here(),
                Records::WithTheState => self.records_in_s3(),
            },
            texts: self.said.borrow().clone(),
            ..Evidence::default()
        };
        self.find_states(&mut evidence);
        evidence.texts.extend(self.objects());
        let searched = files_below(&self.top());
        evidence.texts.extend(texts(
            searched
                .into_iter()
                .filter(|path| !self.holds_secrets(path)),
        ));
        evidence.texts.push(self.watcher.seen());
        evidence.instances = self.instances(&evidence.states);
        if at_rest {
            let temporary = self.project.temporary_files();
            let mut left = files_below(&temporary);
            // The machines are on this computer, and Ansible's modules have their own there.
            left.retain(|file| file.as_str().starts_with(&format!("{temporary}/infra-")));
            evidence.leftovers = left.into_iter().map(Utf8PathBuf::into_string).collect();
            evidence.done = self.done();
        }
        evidence
    }

    /// The instances of EC2, terminated ones left out.
    fn instances(&self, states: &[StateVersion]) -> Vec<Instance> {
        let said = self.said.borrow();
        let reported = said.iter().any(|text| {
            String::from_utf8_lossy(&text.bytes).contains("resources that no state knows")
        });
        let machines = self.aws.map(crate::Simulator::machines);
        let machines = machines.into_iter().flatten();
        machines
            .filter(|machine| machine.state != "terminated")
            .map(|machine| Instance {
                in_state: states
                    .last()
                    .is_some_and(|state| state.content.contains(&machine.id)),
                reported,
                id: machine.id,
            })
            .collect()
    }

    /// What every machine must have now.
    fn done(&self) -> Vec<Done> {
        let of = |machine: &&str| Done {
            of: format!("base on {machine}"),
            expected: self.motto(),
            found: fs::read_to_string(self.disk(&format!("{machine}-motto"))).ok(),
        };
        MACHINES.iter().map(of).collect()
    }

    /// How often the playbook ran for the present inputs on the machine where it ran most.
    pub fn runs(&self) -> usize {
        let revision = self.revision.get().to_string();
        let of = |machine: &&str| {
            let log = fs::read_to_string(self.disk(&format!("{machine}-runs"))).unwrap_or_default();
            log.lines().filter(|line| **line == *revision).count()
        };
        MACHINES.iter().map(of).max().unwrap_or_default()
    }

    /// A file of infra's own in the project.
    fn read_private(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.project.path(".infra/workshop").join(name)).ok()
    }

    /// The records that the ledger in S3 has; each object must have been made once.
    fn records_in_s3(&self) -> Vec<(u64, Vec<u8>)> {
        let prefix = format!("{KEY}.infra/workshop/ledger/");
        let store = self.aws.map(crate::Simulator::store);
        let objects = store.into_iter().flat_map(|store| store.objects);
        let mut records: Vec<(u64, Vec<u8>)> = objects
            .filter_map(|object| {
                let name = object.key.strip_prefix(&prefix)?.strip_suffix(".json")?;
                let number: u64 = name.parse().ok()?;
                let written = object.versions.iter().map(move |version| {
                    let text = version.text.clone().unwrap_or_default();
                    (number, text.into_bytes())
                });
                Some(written.collect::<Vec<_>>())
            })
            .flatten()
            .collect();
        records.sort();
        records
    }

    /// What infra has put into the bucket, but what it keeps for its secrets: its key, and
    /// copies of states.
    fn objects(&self) -> Vec<Text> {
        let prefix = format!("{KEY}.infra/workshop/");
        let store = self.aws.map(crate::Simulator::store);
        let objects = store.into_iter().flat_map(|store| store.objects);
        let ours = objects.filter(|object| {
            let name = object.key.strip_prefix(&prefix);
            name.is_some_and(|name| name != "key" && !name.starts_with("parked/"))
        });
        let texts = ours.flat_map(|object| {
            let key = object.key;
            let versions = object.versions.into_iter();
            versions.filter_map(move |version| {
                Some(Text {
                    place: format!("s3://{BUCKET}/{key}"),
                    bytes: version.text?.into_bytes(),
                })
            })
        });
        texts.collect()
    }

    fn records_here(&self) -> Vec<(u64, Vec<u8>)> {
        let directory = self.project.path(".infra/workshop/ledger");
        let Ok(entries) = directory.read_dir_utf8() else {
            return Vec::new();
        };
        let mut records: Vec<_> = entries
            .flatten()
            .filter_map(|entry| {
                let number = entry.file_name().strip_suffix(".json")?.parse().ok()?;
                Some((number, fs::read(entry.path()).ok()?))
            })
            .collect();
        records.sort();
        records
    }

    fn find_states(&self, evidence: &mut Evidence) {
        if let Some(aws) = self.aws {
            let store = aws.store();
            let object = store
                .objects
                .iter()
                .find(|object| object.bucket == BUCKET && object.key == KEY);
            let versions = object
                .map(|object| object.versions.as_slice())
                .unwrap_or_default();
            let texts = versions
                .iter()
                .filter_map(|version| version.text.as_deref());
            evidence.states = texts.filter_map(state).collect();
            let row = |id: &str| {
                let rows = store.items.iter().filter(|item| item.table == TABLE);
                rows.map(|item| &item.item)
                    .find(|item| item["LockID"] == id)
                    .cloned()
            };
            let digest = row(&format!("{BUCKET}/{KEY}-md5")).map(|item| text(&item["Digest"]));
            let md5 = versions.last().and_then(|version| version.md5.clone());
            evidence.digest = md5.zip(digest);
            evidence.terraform_lock =
                row(&format!("{BUCKET}/{KEY}")).map(|item| text(&item["Info"]));
            return;
        }
        let file = self.project.path("terraform/terraform.tfstate");
        let found = fs::read_to_string(file).ok().as_deref().and_then(state);
        let mut states = self.states.borrow_mut();
        for written in evidence
            .records
            .iter()
            .filter_map(|(_, record)| applied(record))
        {
            if states
                .last()
                .is_none_or(|last| last.serial < written.serial)
            {
                states.push(written);
            }
        }
        if let Some(found) = found.filter(|found| states.last() != Some(found)) {
            states.push(found);
        }
        evidence.states.clone_from(&states);
        let lock = self.project.path("terraform/.terraform.tfstate.lock.info");
        evidence.terraform_lock = fs::read_to_string(lock).ok();
    }

    /// Whether a file is meant to hold a secret: the places where the workshop keeps them, the
    /// state, and what a run has in its private directory while it lasts.
    fn holds_secrets(&self, path: &Utf8Path) -> bool {
        let top = self.top();
        let Ok(path) = path.strip_prefix(&top) else {
            return false;
        };
        let name = path.file_name().unwrap_or_default();
        path.starts_with("disks")
            || path.starts_with("tmp")
            || path == "project/terraform/terraform.tfvars"
            || path.starts_with("project/terraform/.terraform")
            || (path.starts_with("project/terraform") && name.contains(".tfstate"))
    }
}

fn state(text: &str) -> Option<StateVersion> {
    let state: Value = serde_json::from_str(text).ok()?;
    Some(StateVersion {
        lineage: state["lineage"].as_str()?.to_owned(),
        serial: state["serial"].as_u64()?,
        content: text.to_owned(),
    })
}

/// The state that a record says an apply has left. A file keeps only the last one.
fn applied(record: &[u8]) -> Option<StateVersion> {
    let record: Value = serde_json::from_slice(record).ok()?;
    let after = &record["event"]["terraform_applied"]["after"];
    Some(StateVersion {
        lineage: after["lineage"].as_str()?.to_owned(),
        serial: after["serial"].as_u64()?,
        content: String::new(),
    })
}

/// A text of an item, as it is.
fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
