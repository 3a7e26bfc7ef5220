//! The guard around Terraform's state: a plan for the wrong state is never acted on.
//!
//! Terraform takes whatever its backend has. Where that is nothing, because a file was lost
//! or a bucket emptied, it plans to create everything once more; where it is an old copy, it
//! plans to create what was made since. The ledger remembers which state was last there, and
//! a state that can't have come after that one is refused, with the way to put it right.

mod accept;
mod copies;
mod errored;
mod guard;
mod refused;

pub use accept::{AcceptState, NotAState};
pub(crate) use copies::{StateCopy, in_bucket, in_root_module};
pub use errored::NotPushed;
#[cfg(feature = "aws")]
pub(crate) use errored::state_id;
pub(crate) use errored::{errored, nothing_to_push};
pub(crate) use guard::{Admitted, StateGuard, written};
pub use refused::StateRefused;
