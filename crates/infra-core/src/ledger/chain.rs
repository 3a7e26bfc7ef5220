//! The chain of records: each carries the digest of the one before, so that a record
//! changed, lost or put in between shows.

use super::{RECORD_VERSION, Record};
use crate::digest::Digest;
use crate::hint::Hint;

/// Where a chain stands: the number and digest of its last record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Head {
    /// The number of the last record; 0 before the first
    pub sequence: u64,
    /// The digest of its bytes
    pub digest: Option<Digest>,
}

/// A record that doesn't fit, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainError {
    /// Bytes that are no record
    #[error("record {sequence} of the ledger is damaged: {message}")]
    Damaged {
        /// The number it should have
        sequence: u64,
        /// What is wrong
        message: String,
    },
    /// A record of a later version of infra
    #[error("record {sequence} of the ledger has version {found}; up to {RECORD_VERSION} is read")]
    Version {
        /// Its number
        sequence: u64,
        /// Its version
        found: u32,
    },
    /// A record with another number than its place
    #[error("record {expected} of the ledger says that it is record {found}")]
    Sequence {
        /// Its place
        expected: u64,
        /// What it says
        found: u64,
    },
    /// A record that doesn't follow from the one before
    #[error("record {sequence} of the ledger does not follow from record {}: one of the two was changed", sequence - 1)]
    Broken {
        /// Its number
        sequence: u64,
    },
    /// The last records are gone
    #[error("the ledger ends with record {last}, but record {known} was there once")]
    CutOff {
        /// The number of the last record
        last: u64,
        /// That of the last one that was ever seen
        known: u64,
        /// Where that is known from: the file or object that was kept of them
        index: String,
    },
    /// A number for which there is no record, with later ones present
    #[error("record {sequence} of the ledger is missing")]
    Missing {
        /// The number
        sequence: u64,
    },
}

impl Hint for ChainError {
    fn hints(&self) -> Vec<String> {
        vec![match self {
            Self::Version { .. } => "a newer infra wrote it: use that version here too".to_owned(),
            Self::CutOff { index, .. } => format!(
                "restore the ledger from a backup; to go on without what is lost, remove {index}: what only those records told runs again"
            ),
            _ => "restore the ledger from a backup; `infra history --verify` names every record that does not fit".to_owned(),
        }]
    }
}

impl Head {
    /// Reads the next record and moves on to it.
    pub fn follow(&mut self, bytes: &[u8]) -> Result<Record, ChainError> {
        let sequence = self.sequence + 1;
        let record = parse(bytes, sequence)?;
        if record.previous != self.digest {
            return Err(ChainError::Broken { sequence });
        }
        *self = Self {
            sequence,
            digest: Some(Digest::of(bytes)),
        };
        Ok(record)
    }
}

/// Reads the record with this number, without looking at its neighbours.
pub fn parse(bytes: &[u8], sequence: u64) -> Result<Record, ChainError> {
    #[derive(serde::Deserialize)]
    struct Version {
        version: u32,
    }
    let damaged = |error: serde_json::Error| ChainError::Damaged {
        sequence,
        message: error.to_string(),
    };
    let Version { version } = serde_json::from_slice(bytes).map_err(damaged)?;
    if version > RECORD_VERSION {
        return Err(ChainError::Version {
            sequence,
            found: version,
        });
    }
    let record: Record = serde_json::from_slice(bytes).map_err(damaged)?;
    if record.sequence != sequence {
        return Err(ChainError::Sequence {
            expected: sequence,
            found: record.sequence,
        });
    }
    Ok(record)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::RecordEvent;

    fn write(head: &mut Head, run: &str) -> Vec<u8> {
        let record = Record {
            version: RECORD_VERSION,
            sequence: head.sequence + 1,
            previous: head.digest,
            at: "2026-01-01T00:00:00Z".to_owned(),
            run: run.to_owned(),
            who: "a@b".to_owned(),
            event: RecordEvent::RunFinished {
                outcome: "done".to_owned(),
            },
        };
        let bytes = serde_json::to_vec(&record).unwrap();
        head.follow(&bytes).unwrap();
        bytes
    }

    #[test]
    fn every_flipped_bit_shows_here_or_in_the_next_record() {
        let mut head = Head::default();
        let chain = [
            write(&mut head, "one"),
            write(&mut head, "two"),
            write(&mut head, "three"),
        ];
        for position in 0..chain[1].len() {
            let mut damaged = chain[1].clone();
            damaged[position] ^= 1;
            let mut head = Head::default();
            head.follow(&chain[0]).unwrap();
            let noticed = head.follow(&damaged).is_err() || head.follow(&chain[2]).is_err();
            assert!(noticed, "byte {position}");
        }
    }

    #[test]
    fn a_record_left_out_or_put_twice_shows() {
        let mut head = Head::default();
        let chain = [
            write(&mut head, "one"),
            write(&mut head, "two"),
            write(&mut head, "three"),
        ];
        let mut head = Head::default();
        head.follow(&chain[0]).unwrap();
        assert!(head.follow(&chain[2]).is_err());
        assert!(head.follow(&chain[0]).is_err());
    }

    #[test]
    fn a_record_of_a_later_version_is_refused_as_such() {
        let error = Head::default()
            .follow(br#"{"version":9,"new":true}"#)
            .unwrap_err();
        assert_eq!(
            error,
            ChainError::Version {
                sequence: 1,
                found: 9
            }
        );
    }

    #[test]
    fn every_event_is_read_back_as_it_was_written() {
        use crate::json::Value;
        use crate::ledger::{OwnedValue, RecordedHost, StateId, Success};
        let text = |text: &str| text.to_owned();
        let digest = Digest::of(b"x");
        let host = RecordedHost {
            identity: Some(text("i-1")),
            groups: vec![text("g")],
            vars: [(
                text("n"),
                OwnedValue(Value::parse("12345678901234567890123").unwrap()),
            )]
            .into(),
            secret: [text("n")].into(),
        };
        let state = Some(StateId {
            lineage: text("l"),
            serial: 7,
        });
        let events = [
            RecordEvent::RunStarted {
                infra: text("1"),
                command: text("apply"),
                terraform: None,
                ansible: None,
            },
            RecordEvent::RunAbandoned {
                abandoned: text("r"),
                evidence: text("e"),
            },
            RecordEvent::TerraformApplied {
                plan: digest,
                complete: true,
                before: None,
                after: state.clone(),
            },
            RecordEvent::StateAccepted {
                state: state.clone(),
            },
            RecordEvent::Inventory {
                digest,
                state,
                hosts: [(text("h"), host)].into(),
            },
            RecordEvent::Inputs {
                sections: [(digest, [(text("file a"), digest)].into())].into(),
            },
            RecordEvent::HostSucceeded(Success {
                playbook: text("p"),
                host: text("h"),
                fingerprint: digest,
                sections: vec![digest],
                changed: false,
            }),
            RecordEvent::HostFailed {
                playbook: text("p"),
                host: text("h"),
                outcome: text("failed"),
                task: None,
                message: None,
            },
            RecordEvent::NamesSet {
                zone: text("z"),
                id: text("Z1"),
                records: [(text("n A"), vec![text("192.0.2.1")])].into(),
            },
            RecordEvent::LockForced {
                lock: text("l"),
                holder: text("h"),
            },
            RecordEvent::RunFinished {
                outcome: text("done"),
            },
        ];
        let mut head = Head::default();
        for event in events {
            let record = Record {
                version: RECORD_VERSION,
                sequence: head.sequence + 1,
                previous: head.digest,
                at: text("2026-01-01T00:00:00Z"),
                run: text("r"),
                who: text("a@b"),
                event,
            };
            assert_eq!(
                head.follow(&serde_json::to_vec(&record).unwrap()).unwrap(),
                record
            );
        }
    }

    #[test]
    fn an_event_of_a_later_version_is_kept_as_unknown() {
        let text = br#"{"version":1,"sequence":1,"previous":null,"at":"","run":"","who":"","event":{"new":{"x":1}}}"#;
        assert_eq!(
            Head::default().follow(text).unwrap().event,
            RecordEvent::Unknown
        );
    }
}
