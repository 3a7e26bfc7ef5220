//! Opening the place of a stack: on this machine, or shared.

#[cfg(feature = "aws")]
use std::rc::Rc;

use camino::Utf8PathBuf;
use infra_core::ansible::SecretKey;
use infra_core::config::Backend;
use infra_exec::terraform::Locking;

use super::PlaceError;
#[cfg(feature = "aws")]
use super::s3::{Shared, StatePlace};
use crate::ledger::{Ledger, LedgerError, LocalStore, RecordStore};
use crate::lock::{LocalLock, RunLock};
use crate::secret_key::{self, KeyError};
use crate::{Project, context::Context};

/// Where the records and the run lock of a stack are.
///
/// Opening one reads files only; nothing is asked of a network before a record is read or
/// the lock is looked at.
#[derive(Clone)]
pub(crate) struct Place {
    /// The directory on this machine: all there is of a local place, and what only this
    /// machine needs of a shared one
    dir: Utf8PathBuf,
    #[cfg(feature = "aws")]
    shared: Option<Rc<Shared>>,
    /// Where Terraform has its state, if that is in S3
    #[cfg(feature = "aws")]
    state: Option<Rc<StatePlace>>,
}

impl Place {
    /// The place of a stack.
    pub(crate) fn of(project: &Project) -> Result<Self, PlaceError> {
        let dir = project.state_dir();
        match &project.stack.backend {
            Backend::Local { .. } => Ok(Self {
                dir,
                #[cfg(feature = "aws")]
                shared: None,
                #[cfg(feature = "aws")]
                state: state_beside(project),
            }),
            #[cfg(feature = "aws")]
            Backend::S3(settings) => {
                let shared = Shared::new(project, settings, &dir)?;
                Ok(Self {
                    state: shared.state.clone(),
                    shared: Some(Rc::new(shared)),
                    dir,
                })
            }
            #[cfg(not(feature = "aws"))]
            Backend::S3(_) => Err(PlaceError::NotBuilt),
        }
    }

    /// The shared place, if it is one.
    #[cfg(feature = "aws")]
    pub(crate) fn shared(&self) -> Option<&Rc<Shared>> {
        self.shared.as_ref()
    }

    /// Where Terraform has its state, if that is in S3.
    #[cfg(feature = "aws")]
    pub(crate) fn state(&self) -> Option<&Rc<StatePlace>> {
        self.state.as_ref()
    }

    /// The records.
    pub(crate) fn store(&self) -> Box<dyn RecordStore> {
        #[cfg(feature = "aws")]
        if let Some(shared) = &self.shared {
            return Box::new(shared.store());
        }
        Box::new(LocalStore::new(self.dir.join("ledger")))
    }

    /// The ledger.
    pub(crate) async fn ledger(&self) -> Result<Ledger, LedgerError> {
        Ledger::open(self.store(), Some(self.dir.join("index"))).await
    }

    /// The run lock.
    pub(crate) fn lock(&self) -> Box<dyn RunLock> {
        #[cfg(feature = "aws")]
        if let Some(shared) = &self.shared {
            return shared.lock();
        }
        Box::new(LocalLock::new(self.dir.join("lock.json")))
    }

    /// How Terraform locks its state while the run lock is held: not at all where the run lock
    /// is that very lock.
    pub(crate) fn locking(&self) -> Locking {
        #[cfg(feature = "aws")]
        if self
            .shared
            .as_ref()
            .is_some_and(|shared| shared.locks_state())
        {
            return Locking::Held;
        }
        Locking::Default
    }

    /// What must be done before the lock can be taken, and what must be said aloud.
    pub(crate) async fn prepare(
        &self,
        context: &Context<'_>,
        project: &Project,
    ) -> Result<(), PlaceError> {
        #[cfg(feature = "aws")]
        if let Some(shared) = &self.shared {
            return shared.prepare(context, project).await;
        }
        let _ = (context, project);
        Ok(())
    }

    /// The key for secret values; one that nobody keeps where there is none yet.
    pub(crate) async fn key(&self) -> Result<SecretKey, KeyError> {
        #[cfg(feature = "aws")]
        if let Some(shared) = &self.shared {
            return super::key::read(shared, &self.dir).await;
        }
        secret_key::read(&self.dir)
    }

    /// The key for secret values, made if there is none.
    pub(crate) async fn key_or_create(&self) -> Result<SecretKey, KeyError> {
        #[cfg(feature = "aws")]
        if let Some(shared) = &self.shared {
            return super::key::read_or_create(shared, &self.dir).await;
        }
        secret_key::read_or_create(&self.dir)
    }

    /// Sends the records that an earlier run on this machine could not send. For whoever
    /// holds the lock.
    pub(crate) async fn send_spooled(&self, context: &Context<'_>) -> Result<(), LedgerError> {
        #[cfg(feature = "aws")]
        if let Some(shared) = &self.shared {
            return shared.send_spooled(context, self).await;
        }
        let _ = context;
        Ok(())
    }

    /// Says aloud that records of an earlier run are only on this machine.
    pub(crate) fn tell_unsent(&self, context: &Context<'_>) {
        let unsent = self.unsent();
        if unsent > 0 {
            context.warn(
                format!("{unsent} records of an earlier run are only on this machine, and not counted here"),
                vec!["the next `infra apply` on this machine sends them".to_owned()],
            );
        }
    }

    /// Keeps a copy of a state that could not be written with the records, and says where. On
    /// this machine it is as safe where Terraform left it.
    #[cfg_attr(
        not(feature = "aws"),
        expect(clippy::unused_async, reason = "nothing to ask")
    )]
    pub(crate) async fn park(&self, run: &str, state: &[u8]) -> Result<Option<String>, PlaceError> {
        #[cfg(feature = "aws")]
        if let Some(shared) = &self.shared {
            let name = format!("parked/{run}.tfstate");
            shared
                .objects()
                .create(&shared.key_of(&name), state, "application/json")
                .await?;
            return Ok(Some(shared.uri_of(&name)));
        }
        let _ = (run, state);
        Ok(None)
    }

    /// How many records only this machine has.
    pub(crate) fn unsent(&self) -> usize {
        #[cfg(feature = "aws")]
        if let Some(shared) = &self.shared {
            return shared.unsent();
        }
        0
    }
}

/// Terraform's state in S3, for a stack whose records are on this machine. A backend block that
/// can't be followed is Terraform's business alone there.
#[cfg(feature = "aws")]
fn state_beside(project: &Project) -> Option<Rc<StatePlace>> {
    match StatePlace::of(project) {
        Ok(state) => state.map(Rc::new),
        Err(error) => {
            tracing::debug!(%error, "the state is not looked at");
            None
        }
    }
}

/// The ledger of a stack.
#[cfg(test)]
pub(crate) async fn open_ledger(project: &Project) -> Result<Ledger, LedgerError> {
    Place::of(project)?.ledger().await
}
