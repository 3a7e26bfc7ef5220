//! Sending the records of a run that S3 was away for.

use infra_core::ledger::{ChainError, Record, RecordEvent, parse};

use super::PlaceError;
use super::open::Place;
use super::s3::Shared;
use crate::context::Context;
use crate::ledger::{Ledger, LedgerError, RecordStore as _, Sent, Writer};

impl Shared {
    /// Sends all that is in the spool. For whoever holds the lock.
    ///
    /// Records that no longer follow from the last one, because others have gone on since, are
    /// kept in the ledger as they are, and what they say of a host does not count as done
    /// there: somebody else may have changed that host after them.
    pub(super) async fn send_spooled(
        &self,
        context: &Context<'_>,
        place: &Place,
    ) -> Result<(), LedgerError> {
        let store = self.spooling();
        let mut records = Vec::new();
        // All are looked at before any is sent.
        for sequence in store.unsent()? {
            let Some(bytes) = store.spool().read(sequence).await? else {
                continue;
            };
            match parse(&bytes, sequence) {
                Ok(record) => records.push((bytes, record)),
                Err(error @ ChainError::Version { .. }) => {
                    return Err(LedgerError::Chain {
                        place: store.spool().place(),
                        source: error,
                    });
                }
                Err(error) => {
                    return Err(PlaceError::Spool {
                        sequence,
                        spool: store.spool().place().into(),
                        message: error.to_string(),
                    }
                    .into());
                }
            }
        }
        if records.is_empty() {
            return Ok(());
        }
        store.is_back();
        let mut late = Vec::new();
        for (bytes, record) in records {
            // Once one doesn't fit, none after it does.
            if late.is_empty() && store.send(record.sequence, &bytes).await? == Sent::Yes {
                continue;
            }
            late.push(record);
        }
        if late.is_empty() {
            return Ok(());
        }
        context.warn(
            format!(
                "{} records of run {} come too late: others have gone on since",
                late.len(),
                late.first().map_or("", |record| record.run.as_str())
            ),
            vec![
                "they are kept in the ledger; its playbooks run again where it had run them"
                    .to_owned(),
            ],
        );
        let mut ledger = place.ledger().await?;
        for record in late {
            append_late(&mut ledger, &record).await?;
            store.spool().remove(record.sequence)?;
        }
        ledger.save_index();
        Ok(())
    }
}

async fn append_late(ledger: &mut Ledger, record: &Record) -> Result<(), LedgerError> {
    let writer = Writer {
        run: record.run.clone(),
        who: record.who.clone(),
    };
    let unknown = |playbook: &str, host: &str| RecordEvent::HostFailed {
        playbook: playbook.to_owned(),
        host: host.to_owned(),
        outcome: "recorded late".to_owned(),
        task: None,
        message: None,
    };
    let outcome = match &record.event {
        RecordEvent::HostSucceeded(success) => Some(unknown(&success.playbook, &success.host)),
        RecordEvent::HostFailed { playbook, host, .. } => Some(unknown(playbook, host)),
        _ => None,
    };
    if let Some(outcome) = outcome {
        ledger.append(&writer, outcome).await?;
    }
    let late = RecordEvent::Late {
        record: serde_json::to_string(record).unwrap_or_default(),
    };
    ledger.append(&writer, late).await?;
    Ok(())
}
