//! Who holds a run lock, and that it is broken.

use infra::exec::escape::printable;
use infra::lock::Liveness;
use infra::verbs::force_unlock::{HeldLock, Unlocked};

/// Who holds the lock, before it is asked whether to break it.
pub(crate) fn holder(lock: &HeldLock) -> String {
    let (Liveness::Alive(evidence) | Liveness::Dead(evidence) | Liveness::Unknown(evidence)) =
        &lock.liveness;
    let holder = lock.holder.to_string();
    format!(
        "The lock is held by {}.\n{}.\n",
        printable(&holder),
        printable(evidence)
    )
}

/// The lock is broken.
pub(crate) fn unlocked(unlocked: &Unlocked) -> String {
    let holder = unlocked.holder.to_string();
    format!(
        "{}: the lock of {} is broken; the ledger records it\n",
        printable(&unlocked.stack),
        printable(&holder)
    )
}
