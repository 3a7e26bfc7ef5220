//! Watching Terraform's state while a run holds its lock.

use infra_core::ledger::RecordEvent;

#[cfg(feature = "aws")]
use super::witness::Witness;
use super::{Place, PlaceError};

/// Watches Terraform's state, where the backend can tell who wrote it when; elsewhere it sees
/// nothing.
pub(crate) struct StateWatch {
    #[cfg(feature = "aws")]
    witness: Option<Witness>,
}

/// What became of the state during an apply.
#[derive(Default)]
pub(crate) struct Seen {
    /// What is wrong with it, one sentence each, and what to do about it
    pub(crate) problems: Vec<(String, Vec<String>)>,
    /// What the ledger is to remember
    pub(crate) record: Option<RecordEvent>,
}

impl StateWatch {
    /// Begins with the state as it is.
    ///
    /// # Errors
    ///
    /// If it does not fit the digest that Terraform keeps of it.
    pub(crate) async fn begin(place: &Place) -> Result<Self, PlaceError> {
        #[cfg(feature = "aws")]
        {
            let witness = match place.state().cloned() {
                Some(state) => {
                    let seen = match state.examine().await {
                        Ok((seen, None)) => seen,
                        Ok((_, Some(mismatch))) => return Err(mismatch.into()),
                        // Terraform says what it can't reach; of records on this machine none
                        // depends on it.
                        Err(error) if place.shared().is_none() => {
                            tracing::debug!(%error, "the state is not looked at");
                            return Ok(Self { witness: None });
                        }
                        Err(error) => return Err(error.into()),
                    };
                    Some(Witness::new(state, seen))
                }
                None => None,
            };
            Ok(Self { witness })
        }
        #[cfg(not(feature = "aws"))]
        {
            let _ = place;
            Ok(Self {})
        }
    }

    /// What is wrong if somebody wrote the state since it was looked at last.
    #[cfg_attr(
        not(feature = "aws"),
        expect(clippy::unused_async, reason = "nothing to ask")
    )]
    pub(crate) async fn foreign_write(&self) -> Result<Option<String>, PlaceError> {
        #[cfg(feature = "aws")]
        if let Some(witness) = &self.witness {
            return Ok(witness.foreign_write().await?);
        }
        Ok(None)
    }

    /// Looks at all that was written during an apply.
    #[cfg_attr(
        not(feature = "aws"),
        expect(clippy::unused_async, reason = "nothing to ask")
    )]
    pub(crate) async fn after_apply(&self) -> Result<Seen, PlaceError> {
        #[cfg(feature = "aws")]
        if let Some(witness) = &self.witness {
            let before = witness.seen();
            let problems = witness.after_apply().await?;
            return Ok(Seen {
                problems,
                record: Some(RecordEvent::StateWitnessed {
                    before,
                    after: witness.seen(),
                }),
            });
        }
        Ok(Seen::default())
    }
}
