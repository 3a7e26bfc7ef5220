//! The ledger of a stack: a store of records, read as one chain and added to at its end.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use camino::Utf8PathBuf;
use infra_core::ansible::Section;
use infra_core::digest::Digest;
use infra_core::hint::Hint;
use infra_core::ledger::{ChainError, Head, Index, RECORD_VERSION, Record, RecordEvent};
use jiff::Timestamp;

use super::store::{RecordStore, StoreError};
use crate::files::atomic::{self, Created};
use crate::files::document;
use crate::place::PlaceError;
use crate::sections::{self, WrittenSection};

/// A ledger that can't be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// The store failed
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It isn't known where the records are
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// The records are not one whole chain
    #[error("{place}: {source}")]
    Chain {
        /// Where the records are
        place: String,
        /// What doesn't fit
        #[source]
        source: ChainError,
    },
}

impl Hint for LedgerError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Store(error) => crate::place::hints_of(&*error.source).unwrap_or_else(|| {
                vec!["nothing was changed; make the place writable and run again".to_owned()]
            }),
            Self::Place(error) => error.hints(),
            Self::Chain { source, .. } => source.hints(),
        }
    }
}

/// The ledger of a stack.
pub struct Ledger {
    store: Box<dyn RecordStore>,
    /// Where the index is kept between runs
    cache: Option<Utf8PathBuf>,
    index: Index,
    /// Records that were asked for. None ever changes, and what a run was planned with must
    /// be there at its end, wherever the ledger is by then
    asked: RefCell<BTreeMap<u64, Rc<Vec<u8>>>>,
    /// The sets of inputs of records that were asked for. One record holds those of ten thousand
    /// hosts, and each host asks for its own
    inputs: RefCell<BTreeMap<u64, Rc<Written>>>,
}

/// Sets of inputs as a record has them.
type Written = BTreeMap<Digest, WrittenSection>;

/// Who writes: the same in all records of a run.
#[derive(Debug, Clone)]
pub struct Writer {
    /// The run
    pub run: String,
    /// Login and machine
    pub who: String,
}

impl Ledger {
    /// Reads what the records add up to. With a cache, only those after it are read; the
    /// cache is checked against the record it ends with, and made anew if it doesn't fit.
    pub async fn open(
        store: Box<dyn RecordStore>,
        cache: Option<Utf8PathBuf>,
    ) -> Result<Self, LedgerError> {
        let mut ledger = Self {
            store,
            cache,
            index: Index::default(),
            asked: RefCell::default(),
            inputs: RefCell::default(),
        };
        if let Some(index) = ledger.cached().await? {
            ledger.index = index;
            ledger.catch_up(u64::MAX).await?;
        } else {
            let last = ledger.store.last().await?;
            ledger.catch_up(last).await?;
            if ledger.index.sequence < last {
                return Err(ledger.chain_error(ChainError::Missing {
                    sequence: ledger.index.sequence + 1,
                }));
            }
            // Whoever only looks would read all of it again each time.
            if last > 0 {
                ledger.save_index();
            }
        }
        Ok(ledger)
    }

    /// What the records add up to.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// Where the records are.
    pub fn place(&self) -> String {
        self.store.place()
    }

    /// Adds a record. When this returns it is durable.
    pub async fn append(
        &mut self,
        writer: &Writer,
        event: RecordEvent,
    ) -> Result<u64, LedgerError> {
        loop {
            let record = Record {
                version: RECORD_VERSION,
                sequence: self.index.sequence + 1,
                previous: self.index.digest,
                at: Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
                run: writer.run.clone(),
                who: writer.who.clone(),
                event: event.clone(),
            };
            let bytes = serde_json::to_vec(&record).map_err(|error| StoreError {
                place: self.place(),
                what: format!("write record {}", record.sequence),
                source: Box::new(error),
            })?;
            if self.store.create(record.sequence, &bytes).await? == Created::New {
                self.follow(&bytes)?;
                return Ok(record.sequence);
            }
            // Somebody wrote meanwhile (breaking a lock is recorded without holding one),
            // or this very write succeeded and its answer was lost.
            let taken = self.store.read(record.sequence).await?;
            let ours = taken.as_deref() == Some(&bytes[..]);
            self.catch_up(u64::MAX).await?;
            if ours {
                return Ok(record.sequence);
            }
        }
    }

    /// Adds the sets of inputs that no earlier record holds.
    pub async fn append_sections<'a>(
        &mut self,
        writer: &Writer,
        new: impl Iterator<Item = &'a Section>,
    ) -> Result<(), LedgerError> {
        let new: Written = new
            .map(|section| (Digest::from(*section.digest()), section))
            .filter(|(digest, _)| !self.index.sections.contains_key(digest))
            .map(|(digest, section)| (digest, sections::write(section)))
            .collect();
        if !new.is_empty() {
            self.append(writer, RecordEvent::Inputs { sections: new })
                .await?;
        }
        Ok(())
    }

    /// The record with this number.
    pub async fn record(&self, sequence: u64) -> Result<Option<Record>, LedgerError> {
        let known = self.asked.borrow().get(&sequence).cloned();
        let bytes = if let Some(bytes) = known {
            bytes
        } else {
            let Some(bytes) = self.store.read(sequence).await?.map(Rc::new) else {
                return Ok(None);
            };
            self.asked.borrow_mut().insert(sequence, Rc::clone(&bytes));
            bytes
        };
        infra_core::ledger::parse(&bytes, sequence)
            .map(Some)
            .map_err(|error| self.chain_error(error))
    }

    /// The set of inputs with this digest; an empty one if no record holds it. What this
    /// version has no name for is left out, and so counts as new.
    pub async fn section(&self, digest: &Digest) -> Result<Section, LedgerError> {
        let mut found = self.sections([digest]).await?;
        Ok(found
            .remove(digest)
            .unwrap_or_else(|| sections::read(BTreeMap::new())))
    }

    /// The sets of inputs with these digests, as [`section`](Self::section) has each. A record
    /// holds many of them, and is read once.
    pub async fn sections<'d>(
        &self,
        wanted: impl IntoIterator<Item = &'d Digest>,
    ) -> Result<BTreeMap<Digest, Section>, LedgerError> {
        let mut by_record: BTreeMap<Option<u64>, BTreeSet<&Digest>> = BTreeMap::new();
        for digest in wanted {
            let sequence = self.index.sections.get(digest).copied();
            by_record.entry(sequence).or_default().insert(digest);
        }
        let mut found = BTreeMap::new();
        for (sequence, digests) in by_record {
            let written = match sequence {
                Some(sequence) => self.inputs(sequence).await?,
                None => Rc::default(),
            };
            for digest in digests {
                let inputs = written.get(digest).cloned().unwrap_or_default();
                found.insert(*digest, sections::read(inputs));
            }
        }
        Ok(found)
    }

    /// The sets of inputs in the record with this number.
    async fn inputs(&self, sequence: u64) -> Result<Rc<Written>, LedgerError> {
        let known = self.inputs.borrow().get(&sequence).map(Rc::clone);
        if let Some(known) = known {
            return Ok(known);
        }
        let record = self.record(sequence).await?;
        let written = Rc::new(match record.map(|record| record.event) {
            Some(RecordEvent::Inputs { sections }) => sections,
            _ => Written::new(),
        });
        self.inputs
            .borrow_mut()
            .insert(sequence, Rc::clone(&written));
        Ok(written)
    }

    /// Checks the whole chain, whatever the kept index says. See [`verify_chain`].
    pub async fn verify(&self) -> Result<(u64, Vec<ChainError>), LedgerError> {
        Ok(verify_chain(&*self.store).await?)
    }

    /// Keeps the index beside the records, for machines that have none: they read only what
    /// came after it.
    pub async fn share_index(&self) {
        if self.store.is_settled()
            && let Some(bytes) = self.index.to_bytes()
        {
            self.store.keep_index(&bytes).await;
        }
    }

    /// Keeps the index for the next run. Losing it costs time, nothing else.
    pub fn save_index(&self) {
        let Some(path) = &self.cache else { return };
        if !self.store.is_settled() {
            return;
        }
        let Some(bytes) = self.index.to_bytes() else {
            return;
        };
        let kept = path
            .parent()
            .map_or(Ok(()), atomic::private_dir)
            .and_then(|()| atomic::replace(path, &bytes));
        if let Err(error) = kept {
            tracing::debug!(%path, %error, "the ledger's index was not kept");
        }
    }

    /// The kept index, if it is of this chain. One that knows more records than there are
    /// is an error: what was once recorded is gone, and going on would forget it.
    async fn cached(&self) -> Result<Option<Index>, LedgerError> {
        // Where nothing is kept here, nothing is to be kept elsewhere either.
        let Some(path) = &self.cache else {
            return Ok(None);
        };
        let (kept, place) = if let Ok(bytes) = document::read(path) {
            (Index::from_bytes(bytes), path.to_string())
        } else {
            let shared = self.store.kept_index().await;
            let place = format!("{}/index", self.place());
            (shared.and_then(Index::from_bytes), place)
        };
        let Some(index) = kept.filter(|index| index.sequence > 0) else {
            return Ok(None);
        };
        match self.store.read(index.sequence).await? {
            Some(bytes) if Some(Digest::of(&bytes)) == index.digest => Ok(Some(index)),
            Some(_) => Ok(None),
            None => match self.store.last().await? {
                last if last < index.sequence => Err(self.chain_error(ChainError::CutOff {
                    last,
                    known: index.sequence,
                    index: place,
                })),
                _ => Ok(None),
            },
        }
    }

    async fn catch_up(&mut self, last: u64) -> Result<(), LedgerError> {
        while self.index.sequence < last {
            let Some(bytes) = self.store.read(self.index.sequence + 1).await? else {
                break;
            };
            self.follow(&bytes)?;
        }
        Ok(())
    }

    fn follow(&mut self, bytes: &[u8]) -> Result<(), LedgerError> {
        let mut head = self.index.head();
        let record = head
            .follow(bytes)
            .map_err(|error| self.chain_error(error))?;
        self.index.add(record, head);
        Ok(())
    }

    fn chain_error(&self, source: ChainError) -> LedgerError {
        LedgerError::Chain {
            place: self.place(),
            source,
        }
    }
}

/// Reads the whole chain from its first record and names everything that doesn't fit.
/// Returns how many records there are. Works where [`Ledger::open`] refuses the chain.
pub async fn verify_chain(store: &dyn RecordStore) -> Result<(u64, Vec<ChainError>), StoreError> {
    let last = store.last().await?;
    let mut head = Head::default();
    let mut errors = Vec::new();
    for sequence in 1..=last {
        let Some(bytes) = store.read(sequence).await? else {
            errors.push(ChainError::Missing { sequence });
            head.sequence = sequence;
            continue;
        };
        if let Err(error) = head.follow(&bytes) {
            errors.push(error);
            // Go on from here, so that one bad record isn't reported as all that follow.
            head = Head {
                sequence,
                digest: Some(Digest::of(&bytes)),
            };
        }
    }
    Ok((last, errors))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::LocalStore;

    #[tokio::test(flavor = "current_thread")]
    async fn a_record_of_inputs_is_taken_apart_once() {
        let temporary = tempfile::tempdir().unwrap();
        let dir = Utf8PathBuf::from_path_buf(temporary.path().join("records")).unwrap();
        let store = Box::new(LocalStore::new(dir));
        let mut ledger = Ledger::open(store, None).await.unwrap();
        let writer = Writer {
            run: "r".to_owned(),
            who: "a@b".to_owned(),
        };
        let (one, two) = (Digest::of(b"one"), Digest::of(b"two"));
        let inputs = |name: &str| BTreeMap::from([(format!("variable {name}"), one)]);
        let sections = [(one, inputs("a")), (two, inputs("b"))].into();
        let event = RecordEvent::Inputs { sections };
        ledger.append(&writer, event).await.unwrap();
        // As ten thousand hosts ask, each for its own.
        ledger.sections([&one]).await.unwrap();
        let first = ledger.inputs(1).await.unwrap();
        ledger.sections([&two]).await.unwrap();
        assert!(Rc::ptr_eq(&first, &ledger.inputs(1).await.unwrap()));
        assert_eq!(first.len(), 2);
    }
}
