//! One entry of the ledger: what happened, when, in which run, after which other entry.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use serde::de::{Error as _, IgnoredAny};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::digest::Digest;
use crate::json::Value;
use crate::terraform::State;

/// The version of the records that this version writes, and the newest that it reads.
pub const RECORD_VERSION: u32 = 1;

/// One immutable entry of the ledger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The version of the format
    pub version: u32,
    /// The number of the entry, from 1, without gaps
    pub sequence: u64,
    /// The digest of the bytes of the entry before; none in the first
    pub previous: Option<Digest>,
    /// When it was written: RFC 3339, UTC. Told to people; decisions rest on `sequence`,
    /// except that `max_age` counts from here
    pub at: String,
    /// The run it belongs to
    pub run: String,
    /// Who ran it: login and machine
    pub who: String,
    /// What happened
    #[serde(deserialize_with = "event")]
    pub event: RecordEvent,
}

/// What a [`Record`] says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RecordEvent {
    /// A run took the lock
    RunStarted {
        /// The version of infra
        infra: String,
        /// The verb
        command: String,
        /// The version of Terraform or OpenTofu
        #[serde(default, skip_serializing_if = "Option::is_none")]
        terraform: Option<String>,
        /// The version of ansible-core
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ansible: Option<String>,
    },
    /// A run before this one ended without saying so
    RunAbandoned {
        /// The run that ended
        abandoned: String,
        /// How that was told
        evidence: String,
    },
    /// Terraform applied a plan, wholly or in part
    TerraformApplied {
        /// The digest of the saved plan
        plan: Digest,
        /// Whether all of it was applied
        complete: bool,
        /// The state before
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<StateId>,
        /// The state after
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<StateId>,
    },
    /// A person said that this is the right state, though another was seen last
    StateAccepted {
        /// The state; none where they said that there is none
        #[serde(default, skip_serializing_if = "Option::is_none")]
        state: Option<StateId>,
    },
    /// Names of hosts were set in Route 53
    NamesSet {
        /// The zone
        zone: String,
        /// The id of the zone, which tells it from another of its name
        #[serde(default)]
        id: String,
        /// The addresses by name and type; none where a record was removed
        records: BTreeMap<String, Vec<String>>,
    },
    /// The inventory that the playbooks of the run see
    Inventory {
        /// Its digest
        digest: Digest,
        /// The state that it was made from
        #[serde(default, skip_serializing_if = "Option::is_none")]
        state: Option<StateId>,
        /// The hosts, with the variables that are not secret
        hosts: BTreeMap<String, RecordedHost>,
    },
    /// Inputs that fingerprints of this and later records refer to. Most hosts share most
    /// of their inputs, so each set of them is written once.
    Inputs {
        /// One digest per input, by the digest of the set
        sections: BTreeMap<Digest, BTreeMap<String, Digest>>,
    },
    /// A playbook succeeded on a host
    HostSucceeded(Success),
    /// A playbook did not succeed on a host
    HostFailed {
        /// The playbook
        playbook: String,
        /// The host
        host: String,
        /// `failed`, `unreachable`, `not reached`, `no contact`, `unhealthy` or `interrupted`
        outcome: String,
        /// The task it failed in
        #[serde(default, skip_serializing_if = "Option::is_none")]
        task: Option<String>,
        /// What was said
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    },
    /// The state that Terraform's backend had before and after an apply, as the backend itself
    /// tells it
    StateWitnessed {
        /// Before
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<Witnessed>,
        /// After
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<Witnessed>,
    },
    /// A copy of the state was made the present one
    StateRestored {
        /// Which copy
        from: String,
        /// The digest of the copy
        digest: Digest,
        /// The state before
        before: StateId,
        /// The state after
        after: StateId,
    },
    /// A record that was written while the ledger was away, and came when others had gone on:
    /// what it says counts no more
    Late {
        /// The record, as JSON
        record: String,
    },
    /// A lock was broken by hand
    LockForced {
        /// The id of the lock
        lock: String,
        /// Who held it
        holder: String,
    },
    /// A run ended and gave the lock back
    RunFinished {
        /// `done`, `failed`, `interrupted` or `lock lost`
        outcome: String,
    },
    /// An event of a later version
    #[serde(skip)]
    Unknown,
}

/// Reads an event; one of a later version is [`RecordEvent::Unknown`].
fn event<'de, D: Deserializer<'de>>(deserializer: D) -> Result<RecordEvent, D::Error> {
    const KNOWN: [&str; 14] = [
        "run_started",
        "run_abandoned",
        "terraform_applied",
        "state_accepted",
        "names_set",
        "inventory",
        "inputs",
        "host_succeeded",
        "host_failed",
        "state_witnessed",
        "state_restored",
        "late",
        "lock_forced",
        "run_finished",
    ];
    let raw = <&RawValue>::deserialize(deserializer)?;
    let named: IndexMap<String, IgnoredAny> =
        serde_json::from_str(raw.get()).map_err(D::Error::custom)?;
    match named.keys().next() {
        Some(name) if !KNOWN.contains(&name.as_str()) => Ok(RecordEvent::Unknown),
        _ => serde_json::from_str(raw.get()).map_err(D::Error::custom),
    }
}

/// That a playbook succeeded on a host, with what decided it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Success {
    /// The playbook
    pub playbook: String,
    /// The host
    pub host: String,
    /// The digest over all inputs
    pub fingerprint: Digest,
    /// The sets of inputs that it was made from, each written in an earlier record
    pub sections: Vec<Digest>,
    /// Whether the run changed anything on the host
    pub changed: bool,
}

/// Which state of Terraform's: whose, and which write of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateId {
    /// The lineage
    pub lineage: String,
    /// The serial
    pub serial: u64,
}

impl StateId {
    /// The state of this lineage with this serial.
    pub fn new(lineage: impl Into<String>, serial: u64) -> Self {
        Self {
            lineage: lineage.into(),
            serial,
        }
    }

    /// Which one a state is. None: it doesn't say, as the output of `show -json` doesn't.
    pub fn of(state: &State<'_>) -> Option<Self> {
        let (lineage, serial) = state.lineage.as_ref().zip(state.serial)?;
        Some(Self {
            lineage: lineage.to_string(),
            serial,
        })
    }

    /// Whether this state can be `earlier` itself or have come after it. Terraform keeps the
    /// lineage for the life of a state, and every write has a higher serial.
    pub fn can_follow(&self, earlier: &Self) -> bool {
        self.lineage == earlier.lineage && self.serial >= earlier.serial
    }
}

/// A state as Terraform's backend itself tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Witnessed {
    /// The version that the bucket gave this write
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The MD5 of its bytes, in hexadecimal digits: what Terraform keeps a digest of
    pub md5: String,
    /// The digest that Terraform keeps
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Whose it is, and which write of it. None: it is no state
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<StateId>,
}

impl Witnessed {
    /// What tells one write of the state from another.
    pub fn write(&self) -> (&str, &str) {
        (self.version.as_deref().unwrap_or_default(), &self.md5)
    }
}

/// A host as the inventory of a run had it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RecordedHost {
    /// What tells the machine from another of the same name
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
    /// The groups it was in
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Its variables. Of a secret one only a keyed digest
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub vars: BTreeMap<String, OwnedValue>,
    /// The names of the secret ones
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub secret: BTreeSet<String>,
}

/// A value that owns its text, as a record needs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct OwnedValue(pub Value<'static>);

impl<'de> Deserialize<'de> for OwnedValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Ok(Self(Value::from_raw((&*raw).into()).into_owned()))
    }
}
