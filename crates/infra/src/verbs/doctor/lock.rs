//! Whether somebody holds the run lock.

use super::answer::{Check, Status};
use crate::Project;
use crate::lock::Liveness;
use crate::verbs::force_unlock::held;

const NAME: &str = "run lock";

/// Says who holds the lock, and whether that run goes on.
pub(super) async fn check(project: &Project) -> Check {
    let held = match held(project).await {
        Err(error) => return Check::failed(NAME, &error),
        Ok(None) => return Check::new(NAME, Status::Ok, "nobody holds it"),
        Ok(Some(held)) => held,
    };
    let holder = &held.holder;
    match held.liveness {
        Liveness::Alive(evidence) => {
            let message = format!("a run goes on: {holder}; {evidence}");
            Check::new(NAME, Status::Warning, message).hint("wait until it has ended")
        }
        Liveness::Dead(evidence) => {
            let message = format!("left behind by {holder}; {evidence}");
            Check::new(NAME, Status::Warning, message)
                .hint("the next `infra apply` clears it away by itself")
        }
        Liveness::Unknown(evidence) => {
            let message = format!("held by {holder}; {evidence}");
            Check::new(NAME, Status::Warning, message).hint(format!(
                "if that run is surely over: infra force-unlock {}",
                holder.id
            ))
        }
    }
}
