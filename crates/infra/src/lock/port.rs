//! What any run lock must be able to do.

use super::Holder;
use crate::pending::Pending;
use crate::place::PlaceError;

/// The answer to an attempt to take a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Acquired {
    /// It is ours
    Ours,
    /// Somebody else's
    Held(Box<Holder>),
}

/// A lock that keeps two runs of a stack apart.
///
/// [`suite`](crate::lock::suite) checks an implementation.
pub trait RunLock {
    /// Takes the lock if nobody holds it. An attempt whose answer was lost finds its own
    /// id and is ours.
    fn acquire<'a>(&'a self, holder: &'a Holder) -> Pending<'a, Result<Acquired, LockError>>;

    /// Who holds the lock.
    fn holder(&self) -> Pending<'_, Result<Option<Holder>, LockError>>;

    /// Writes a sign of life, and says whether the lock is still ours.
    fn beat<'a>(&'a self, id: &'a str) -> Pending<'a, Result<bool, LockError>>;

    /// Gives the lock back if it has this id, and says whether it had. For a lock of
    /// one's own, and for breaking another's.
    fn release<'a>(&'a self, id: &'a str) -> Pending<'a, Result<bool, LockError>>;

    /// Where the lock is, for a person.
    fn place(&self) -> String;
}

/// A lock that can't be taken, read or given back.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// The place of the lock can't be used
    #[error("the run lock at {place} can't be {what}")]
    Place {
        /// Where the lock is
        place: String,
        /// What was tried, such as `taken`
        what: &'static str,
        /// Why it failed
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Nothing comes from the place of the lock
    #[error("the run lock at {0} gives no answer")]
    Silent(String),
    /// Something else stands in the place of the lock
    #[error("the run lock at {place} can't be understood: {message}")]
    Malformed {
        /// Where the lock is
        place: String,
        /// What is wrong
        message: String,
        /// The command that removes it
        remove: String,
    },
    /// Others take it and give it back all the time
    #[error("the run lock at {0} changes hands too fast")]
    Busy(String),
    /// It isn't known where the lock is
    #[error(transparent)]
    Unplaced(#[from] PlaceError),
    /// Somebody else holds it
    #[error("the stack is locked by {0}")]
    Held(Box<Holder>, String),
    /// Somebody stopped waiting for it
    #[error("not waited for the run lock any longer: interrupted")]
    Interrupted,
    /// It was taken away while the run went on
    #[error("the run lock was taken away during the run: {0}")]
    Lost(String),
    /// It could not be told for too long whether it is still ours
    #[error(
        "it can't be told whether the run lock is still ours: no sign of life could be written for {seconds}s"
    )]
    Unseen {
        /// For how long
        seconds: u64,
        /// Why
        #[source]
        source: Box<LockError>,
    },
}

impl infra_core::hint::Hint for LockError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Place { source, .. } => crate::place::hints_of(&**source).unwrap_or_else(|| {
                vec!["nothing was started; make the place writable and run again".to_owned()]
            }),
            Self::Malformed { place, remove, .. } => vec![
                format!("look at {place}: neither infra nor Terraform can tell who holds it"),
                format!("if no run is under way: {remove}"),
            ],
            Self::Silent(_) => {
                vec!["check the network, the region and AWS_ENDPOINT_URL".to_owned()]
            }
            Self::Busy(_) => vec!["try again, with --lock-timeout 10m".to_owned()],
            Self::Unplaced(error) => error.hints(),
            Self::Held(holder, evidence) => vec![
                format!("{evidence}; wait with `--lock-timeout 10m`, or stop that run"),
                format!(
                    "if you are sure that it is over: infra force-unlock {}",
                    holder.id
                ),
            ],
            Self::Interrupted => Vec::new(),
            Self::Lost(_) => vec!["run `infra plan` to see where things stand".to_owned()],
            Self::Unseen { source, .. } => {
                let mut hints = source.hints();
                hints.push(
                    "what runs is stopped: somebody else may have the lock by now".to_owned(),
                );
                hints
            }
        }
    }
}
