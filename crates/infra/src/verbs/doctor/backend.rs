//! Whether Terraform's S3 backend is as it should be, and whether the digest of the state is
//! right.

use infra_core::hint::Hint as _;
use infra_core::ledger::{Index, Witnessed};

use super::answer::{Check, Status};
use crate::Project;
use crate::place::Place;
use crate::place::s3::StatePlace;
use crate::verbs::backend::{Condition, look};

/// Checks bucket, table and digest. Nothing where the state isn't in S3.
pub(super) async fn check(project: &Project, repair: bool) -> Vec<Check> {
    const NAME: &str = "backend";
    let state = match StatePlace::of(project) {
        Ok(Some(state)) => state,
        Ok(None) => return Vec::new(),
        Err(error) => return vec![Check::failed(NAME, &error)],
    };
    let mut checks = Vec::new();
    match look(&state).await {
        Err(error) => checks.push(Check::failed(NAME, &error)),
        Ok(found) => {
            let all = found.parts(&state);
            let bad: Vec<_> = all.iter().filter(|part| !part.is_good()).collect();
            if bad.is_empty() {
                checks.push(Check::new(
                    NAME,
                    Status::Ok,
                    format!(
                        "{} is versioned, encrypted, private and TLS only",
                        state.objects.bucket()
                    ),
                ));
            }
            for part in bad {
                let status = match part.condition {
                    Condition::Missing => Status::Error,
                    _ => Status::Warning,
                };
                let mut hints = part.hints.clone();
                if part.condition == Condition::Missing {
                    hints.push("make it with `infra backend init`".to_owned());
                }
                let message = format!("{}: {}", part.name, part.message);
                checks.push(Check::new(NAME, status, message).hints(hints));
            }
        }
    }
    checks.extend(digest(project, &state, repair).await);
    checks.extend(spool(project));
    checks
}

/// Records of an earlier run that could not reach the ledger.
fn spool(project: &Project) -> Option<Check> {
    let unsent = Place::of(project).ok()?.unsent();
    (unsent > 0).then(|| {
        Check::new(
            "spool",
            Status::Warning,
            format!("{unsent} records of an earlier run are only on this machine"),
        )
        .hint("the next `infra apply` on this machine sends them")
    })
}

async fn digest(project: &Project, state: &StatePlace, repair: bool) -> Option<Check> {
    const NAME: &str = super::state::DIGEST;
    state.table.as_ref()?;
    let (found, mismatch) = match state.examine().await {
        // As before the first apply.
        Ok((None, None)) => return None,
        Ok((Some(found), None)) => {
            return Some(match found.digest {
                Some(digest) => Check::new(
                    NAME,
                    Status::Ok,
                    format!("it is that of the state, {digest}"),
                ),
                None => Check::new(NAME, Status::Warning, "Terraform keeps none of this state")
                    .hint("the next write of the state makes it"),
            });
        }
        Ok((None, Some(mismatch))) => return Some(Check::failed(NAME, &mismatch)),
        Ok((Some(found), Some(mismatch))) => (found, mismatch),
        Err(error) => return Some(Check::failed(NAME, &error)),
    };
    let proof = proof(project, state, &found).await;
    let failed = Check::new(NAME, Status::Error, mismatch.to_string());
    Some(match proof {
        Err(why) => failed.hint(why).hints(mismatch.hints()),
        Ok(proof) if !repair => failed
            .hint(proof)
            .hint("`infra doctor --repair` sets the digest right"),
        Ok(proof) => match state.set_digest(&mismatch.expected, &found.md5).await {
            Ok(true) => Check::new(
                NAME,
                Status::Ok,
                format!("set right: it is {} now; {proof}", found.md5),
            ),
            Ok(false) => failed.hint("somebody else changed it in this very moment: look again"),
            Err(error) => failed.hints(error.hints()),
        },
    })
}

/// Why the state that is there is the right one, or why that can't be told: by the ledger, or
/// by the bucket where the ledger has nothing against it.
async fn proof(project: &Project, state: &StatePlace, found: &Witnessed) -> Result<String, String> {
    let place = Place::of(project).map_err(|error| error.to_string())?;
    let ledger = place.ledger().await.map_err(|error| error.to_string())?;
    let index = ledger.index();
    let unknown = match proves(index, found) {
        Ok(proof) => return Ok(proof),
        Err(why) => why,
    };
    let goes_on = match (&found.id, &index.state) {
        (Some(found), Some(last)) => found.can_follow(last),
        (Some(_), None) => true,
        (None, _) => false,
    };
    if !goes_on {
        return Err(unknown);
    }
    match state.history_proves(found).await {
        Ok(Some(proof)) => Ok(proof),
        Ok(None) => Err(unknown),
        Err(error) => Err(error.to_string()),
    }
}

fn proves(index: &Index, found: &Witnessed) -> Result<String, String> {
    match &index.witnessed {
        Some(last) if last.md5 == found.md5 => {
            Ok("the ledger proves that this state is the one that the last run left".to_owned())
        }
        Some(last) => Err(format!(
            "the ledger does not know this state: the last run left one with the MD5 {}",
            last.md5
        )),
        None => {
            Err("the ledger knows of no state yet, so nothing proves which is right".to_owned())
        }
    }
}
