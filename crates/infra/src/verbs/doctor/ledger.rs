//! Whether the ledger is whole, how its last run ended, and whether the clock fits.

use infra_core::ledger::Index;
use jiff::{SignedDuration, Timestamp};

use super::answer::{Check, Status};
use crate::Project;
use crate::place::Place;
use crate::verbs::force_unlock::held;
use crate::verbs::history::{Verification, kept_index, verify};

/// Checks what is recorded.
pub(super) async fn check(project: &Project) -> Vec<Check> {
    let verification = match verify(project).await {
        Ok(verification) => verification,
        Err(error) => {
            return vec![Check::failed("ledger", &error)];
        }
    };
    let index = kept_index(project);
    let mut checks = vec![chain(&verification)];
    if let Some(index) = index {
        checks.push(last_run(project, &index).await);
    }
    checks.extend(clock(project, verification.records).await);
    checks
}

fn chain(verification: &Verification) -> Check {
    const NAME: &str = "ledger";
    let Verification {
        records, errors, ..
    } = verification;
    if let Some(error) = errors.first() {
        let more = errors.len() - 1;
        let message = match more {
            0 => error.to_string(),
            more => format!("{error}; and {more} more"),
        };
        return Check::new(NAME, Status::Error, message).hints(verification.hints.clone());
    }
    Check::new(
        NAME,
        Status::Ok,
        format!(
            "{records} records, one whole chain, in {}",
            verification.ledger
        ),
    )
}

async fn last_run(project: &Project, index: &Index) -> Check {
    const NAME: &str = "last run";
    let Some(open) = &index.open_run else {
        return Check::new(NAME, Status::Ok, "it ended as it should");
    };
    let is_held = matches!(held(project).await, Ok(Some(held)) if held.holder.id == open.run);
    if is_held {
        let message = format!("run {} of {} goes on since {}", open.run, open.who, open.at);
        return Check::new(NAME, Status::Ok, message);
    }
    let message = format!(
        "run {} of {}, started {}, ended without saying so",
        open.run, open.who, open.at
    );
    Check::new(NAME, Status::Warning, message)
        .hint("`infra plan` shows what it left to do; `infra apply` picks that up")
}

/// A clock that goes back makes runs look old or young: `max_age` counts from it.
async fn clock(project: &Project, last: u64) -> Option<Check> {
    const NAME: &str = "clock";
    const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);
    let store = Place::of(project).ok()?.store();
    let bytes = store.read(last).await.ok()??;
    let record = infra_core::ledger::parse(&bytes, last).ok()?;
    let at: Timestamp = record.at.parse().ok()?;
    let ahead = at.duration_since(Timestamp::now());
    if ahead > TOLERANCE {
        let message = format!(
            "the last record is from {}, which is yet to come here",
            record.at
        );
        return Some(
            Check::new(NAME, Status::Warning, message)
                .hint("set the clock of this machine, or of the one that wrote the record"),
        );
    }
    Some(Check::new(
        NAME,
        Status::Ok,
        format!("the last record is from {}", record.at),
    ))
}
