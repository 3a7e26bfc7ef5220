//! Whether the records of a ledger are one whole chain.

use camino::Utf8PathBuf;
use infra_core::decision::FORMAT_VERSION;
use infra_core::hint::Hint;
use infra_core::ledger::{ChainError, Index};
use serde::{Serialize, Serializer};

use super::collect::store;
use crate::Project;
use crate::files::document;
use crate::ledger::{LedgerError, verify_chain};

/// What the check of a ledger found. Serialises as the document of
/// `infra history --verify --json`.
#[derive(Debug, Clone, Serialize)]
pub struct Verification {
    /// [`FORMAT_VERSION`]
    pub format_version: &'static str,
    /// The stack
    pub stack: String,
    /// Where the ledger is
    pub ledger: String,
    /// How many records it has
    pub records: u64,
    /// Every record that doesn't fit
    #[serde(serialize_with = "as_texts")]
    pub errors: Vec<ChainError>,
    /// What to do about them
    pub hints: Vec<String>,
}

impl Verification {
    /// Whether the chain is whole.
    pub fn is_whole(&self) -> bool {
        self.errors.is_empty()
    }
}

/// Reads the whole chain of a project's ledger from its first record and names everything
/// that doesn't fit. No kept index is believed, but for the number of its last record: a
/// chain can't tell that its end is missing, and what was read before can.
pub async fn verify(project: &Project) -> Result<Verification, LedgerError> {
    let store = store(project)?;
    let (records, mut errors) = verify_chain(&*store).await?;
    let known = kept_index(project).map_or(0, |index| index.sequence);
    if known > records {
        errors.push(ChainError::CutOff {
            last: records,
            known,
            index: index_path(project).into_string(),
        });
    }
    let mut hints: Vec<String> = errors.iter().flat_map(Hint::hints).collect();
    hints.sort();
    hints.dedup();
    Ok(Verification {
        format_version: FORMAT_VERSION,
        stack: project.stack.name.clone(),
        ledger: store.place(),
        records,
        errors,
        hints,
    })
}

/// What was read of the ledger before, if that was kept.
pub(crate) fn kept_index(project: &Project) -> Option<Index> {
    let bytes = document::read(&index_path(project)).ok()?;
    Index::from_bytes(bytes)
}

fn index_path(project: &Project) -> Utf8PathBuf {
    project.state_dir().join("index")
}

fn as_texts<S: Serializer>(errors: &[ChainError], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(errors.iter().map(ToString::to_string))
}
