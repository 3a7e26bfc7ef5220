//! Records as files in a directory of this machine.

use std::io;

use camino::Utf8PathBuf;

use super::store::{RecordStore, StoreError};
use crate::files::atomic::{self, Created};
use crate::pending::Pending;

/// Records as files `NNNNNNNNNN.json` in one directory.
#[derive(Debug, Clone)]
pub struct LocalStore {
    dir: Utf8PathBuf,
}

impl LocalStore {
    /// A store in this directory, which is made with the first record.
    pub fn new(dir: impl Into<Utf8PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    fn path(&self, sequence: u64) -> Utf8PathBuf {
        self.dir.join(format!("{sequence:010}.json"))
    }

    fn error(&self, what: String, source: io::Error) -> StoreError {
        StoreError {
            place: self.place(),
            what,
            source: Box::new(source),
        }
    }

    /// The numbers of the records, in order.
    pub(crate) fn numbers(&self) -> Result<Vec<u64>, StoreError> {
        self.listed()
            .map_err(|source| self.error("list its records".to_owned(), source))
    }

    fn listed(&self) -> io::Result<Vec<u64>> {
        let entries = match std::fs::read_dir(&self.dir) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut numbers = Vec::new();
        for entry in entries {
            let name = entry?.file_name();
            let number: Option<u64> = name
                .to_str()
                .and_then(|name| name.strip_suffix(".json"))
                .and_then(|name| name.parse().ok());
            numbers.extend(number);
        }
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// Removes a record that is in another place by now.
    #[cfg(feature = "aws")]
    pub(crate) fn remove(&self, sequence: u64) -> Result<(), StoreError> {
        std::fs::remove_file(self.path(sequence))
            .map_err(|source| self.error(format!("remove record {sequence}"), source))
    }
}

impl RecordStore for LocalStore {
    fn create<'a>(
        &'a self,
        sequence: u64,
        bytes: &'a [u8],
    ) -> Pending<'a, Result<Created, StoreError>> {
        Box::pin(async move {
            atomic::private_dir(&self.dir)
                .and_then(|()| atomic::create(&self.path(sequence), bytes))
                .map_err(|source| self.error(format!("write record {sequence}"), source))
        })
    }

    fn read(&self, sequence: u64) -> Pending<'_, Result<Option<Vec<u8>>, StoreError>> {
        Box::pin(async move {
            match std::fs::read(self.path(sequence)) {
                Ok(bytes) => Ok(Some(bytes)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(self.error(format!("read record {sequence}"), error)),
            }
        })
    }

    fn last(&self) -> Pending<'_, Result<u64, StoreError>> {
        Box::pin(async move { Ok(self.numbers()?.last().copied().unwrap_or(0)) })
    }

    fn place(&self) -> String {
        self.dir.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Ledger, Writer};
    use infra_core::ledger::{Index, RecordEvent};

    fn dir(dir: &tempfile::TempDir) -> Utf8PathBuf {
        Utf8PathBuf::from_path_buf(dir.path().join("records")).unwrap()
    }

    #[tokio::test(flavor = "current_thread")]
    async fn it_is_a_place_for_records() {
        let temporary = tempfile::tempdir().unwrap();
        crate::ledger::suite::check(|| Box::new(LocalStore::new(dir(&temporary)))).await;
    }

    async fn three_records(path: &Utf8PathBuf) -> Ledger {
        let mut ledger = Ledger::open(Box::new(LocalStore::new(path)), Some(path.join("../index")))
            .await
            .unwrap();
        let writer = Writer {
            run: "r".to_owned(),
            who: "a@b".to_owned(),
        };
        for _ in 0..3 {
            ledger
                .append(
                    &writer,
                    RecordEvent::RunFinished {
                        outcome: "done".to_owned(),
                    },
                )
                .await
                .unwrap();
        }
        ledger.save_index();
        ledger
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_record_that_was_changed_or_lost_is_named() {
        let temporary = tempfile::tempdir().unwrap();
        let path = dir(&temporary);
        let ledger = three_records(&path).await;
        let second = path.join("0000000002.json");
        let text = std::fs::read_to_string(&second).unwrap();
        std::fs::write(&second, text.replace("done", "gone")).unwrap();
        let (_, errors) = ledger.verify().await.unwrap();
        assert_eq!(
            errors.len(),
            1,
            "one changed record is one finding: {errors:?}"
        );
        std::fs::remove_file(&second).unwrap();
        let (_, errors) = ledger.verify().await.unwrap();
        assert!(
            errors.iter().any(|error| error
                .to_string()
                .contains("record 2 of the ledger is missing")),
            "{errors:?}"
        );
        let anew = Ledger::open(Box::new(LocalStore::new(&path)), None).await;
        assert!(
            anew.is_err(),
            "a ledger with a hole is not read as a shorter one"
        );
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_kept_index_that_does_not_fit_is_made_anew() {
        let temporary = tempfile::tempdir().unwrap();
        let path = dir(&temporary);
        let ledger = three_records(&path).await;
        let cache = path.join("../index");
        let whole = std::fs::read(&cache).unwrap();
        let mut of_another_record = Index::from_bytes(whole.clone()).unwrap();
        of_another_record.sequence = 2;
        let mut decayed = whole.clone();
        *decayed.last_mut().unwrap() ^= 1;
        for damage in [
            Vec::new(),
            b"{}".to_vec(),
            whole[..whole.len() - 1].to_vec(),
            decayed,
            of_another_record.to_bytes().unwrap(),
        ] {
            std::fs::write(&cache, &damage).unwrap();
            let again = Ledger::open(Box::new(LocalStore::new(&path)), Some(cache.clone()))
                .await
                .unwrap();
            assert_eq!(again.index(), ledger.index());
        }
    }
}
