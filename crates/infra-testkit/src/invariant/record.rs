//! The records of a ledger, read without any of infra's own code.

use serde::Deserialize;

/// The part of a record that makes it a link of the chain.
#[derive(Debug, Clone, Deserialize)]
pub struct Record {
    /// The version of the format
    pub version: u64,
    /// Its number, from 1
    pub sequence: u64,
    /// The digest of the one before, in hexadecimal
    pub previous: Option<String>,
}

/// Everything that is wrong with a chain of records.
pub(super) fn complaints(records: &[(u64, Vec<u8>)]) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut previous: Option<String> = None;
    for (expected, (number, bytes)) in (1..).zip(records) {
        if *number != expected {
            complaints.push(format!(
                "record {expected} is missing before record {number}"
            ));
            return complaints;
        }
        match serde_json::from_slice::<Record>(bytes) {
            Err(error) => complaints.push(format!("record {number}: {error}")),
            Ok(record) if record.sequence != *number => {
                complaints.push(format!("record {number} says it is {}", record.sequence));
            }
            Ok(record) if record.previous != previous => {
                complaints.push(format!("record {number} does not follow the one before it"));
            }
            Ok(_) => {}
        }
        previous = Some(blake3::hash(bytes).to_hex().to_string());
    }
    complaints
}
