//! What S3 itself says of Terraform's state around an apply: which writes there were, and
//! whether the digest that Terraform keeps of it is right.

use std::cell::RefCell;
use std::rc::Rc;

use infra_aws::AwsError;
use infra_aws::dynamodb::{Field, Item};
use infra_aws::s3::{Object, md5_hex};
use infra_core::hint::Hint as _;
use infra_core::ledger::Witnessed;

use super::s3::StatePlace;
use crate::state_guard::state_id;

/// The attribute of Terraform's item that has the digest of the state.
const DIGEST: &str = "Digest";

/// A state that is not the one whose digest Terraform keeps. Terraform refuses it too, after ten
/// seconds and in words that don't say what to do.
#[derive(Debug, thiserror::Error)]
#[error(
    "the state {place} {} the digest that Terraform keeps of it in the table {table}, {expected}",
    .found.as_ref().map_or_else(
        || "is gone, and not".to_owned(),
        |md5| format!("has the MD5 {md5} and does not fit"),
    )
)]
pub struct DigestMismatch {
    /// The object
    pub place: String,
    /// The table
    pub table: String,
    /// The MD5 of the state. None: there is no state
    pub found: Option<String>,
    /// What the digest row says
    pub expected: String,
}

impl infra_core::hint::Hint for DigestMismatch {
    fn hints(&self) -> Vec<String> {
        let mut hints = Vec::new();
        if self.found.is_some() {
            hints.extend([
                "either the state was replaced by hand, or the write of its digest failed".to_owned(),
                "`infra doctor --repair` sets the digest right where the ledger or the versions in the bucket prove that this is the state of the last run".to_owned(),
            ]);
        }
        hints.push("`infra state list` shows the versions of the state; `infra state restore VERSION` makes one of them the present one".to_owned());
        hints
    }
}

/// Watches the writes of a state for as long as a run holds the lock.
pub(crate) struct Witness {
    state: Rc<StatePlace>,
    seen: RefCell<Option<Witnessed>>,
}

impl StatePlace {
    /// The state as S3 has it, and the digest that Terraform keeps of it.
    pub(crate) async fn look(&self) -> Result<Option<Witnessed>, AwsError> {
        let Some(object) = self.objects.get(&self.key).await? else {
            return Ok(None);
        };
        let digest = self.digest().await?;
        Ok(Some(witnessed(&object, digest)))
    }

    /// The digest that Terraform keeps of the state. None: it keeps none.
    pub(crate) async fn digest(&self) -> Result<Option<String>, AwsError> {
        let Some(table) = &self.table else {
            return Ok(None);
        };
        let item = table.get(&self.digest_id()).await?.unwrap_or_default();
        let digest = item.get(DIGEST).and_then(Field::as_text);
        Ok(digest.map(str::to_owned))
    }

    /// Sets the digest that Terraform keeps of the state, if it is still the one that was seen,
    /// and says whether it has been.
    pub(crate) async fn set_digest(&self, seen: &str, right: &str) -> Result<bool, AwsError> {
        let Some(table) = &self.table else {
            return Ok(false);
        };
        let item = Item::from([(DIGEST.to_owned(), Field::Text(right.to_owned()))]);
        let is_set = table
            .update_if(&self.digest_id(), (DIGEST, seen), &item)
            .await?;
        // Of a request whose answer was lost the second attempt finds what the first wrote.
        Ok(is_set || self.digest().await?.as_deref() == Some(right))
    }

    /// Why the state must be the right one although its digest is another's: the digest is that
    /// of an earlier write, and every write since then follows from the one before. So only the
    /// last write of the digest is missing, as where Terraform was killed between the two. None:
    /// the versions that the bucket keeps don't show that.
    pub(crate) async fn history_proves(
        &self,
        found: &Witnessed,
    ) -> Result<Option<String>, AwsError> {
        /// How many writes back it is looked.
        const MOST: usize = 20;
        let Some(digest) = &found.digest else {
            return Ok(None);
        };
        let mut later = found.clone();
        for version in self.objects.versions(&self.key).await?.iter().take(MOST) {
            if version.removed {
                return Ok(None);
            }
            let object = self.objects.get_version(&self.key, &version.id).await?;
            let Some(object) = object else {
                return Ok(None);
            };
            let write = witnessed(&object, None);
            if later.id.is_none() || does_not_follow(Some(&write), &later).is_some() {
                return Ok(None);
            }
            if write.md5 == *digest {
                return Ok(Some(format!(
                    "the digest is that of version {}, and every write since then follows from the one \
                     before: the write of its digest is what is missing",
                    version.id
                )));
            }
            later = write;
        }
        Ok(None)
    }

    /// The state as S3 has it, and whether it, or that there is none, does not fit the digest.
    pub(crate) async fn examine(
        &self,
    ) -> Result<(Option<Witnessed>, Option<DigestMismatch>), AwsError> {
        let seen = self.look().await?;
        let digest = match &seen {
            Some(seen) => seen.digest.clone(),
            None => self.digest().await?,
        };
        let found = seen.as_ref().map(|seen| seen.md5.clone());
        let mismatch = digest
            .filter(|digest| Some(digest) != found.as_ref())
            .map(|expected| DigestMismatch {
                place: self.objects.uri(&self.key),
                table: self
                    .table
                    .as_ref()
                    .map_or("", |table| table.name())
                    .to_owned(),
                found,
                expected,
            });
        Ok((seen, mismatch))
    }
}

impl Witness {
    /// Begins with the state as it is.
    pub(crate) fn new(state: Rc<StatePlace>, seen: Option<Witnessed>) -> Self {
        Self {
            state,
            seen: RefCell::new(seen),
        }
    }

    /// The state as it was seen last.
    pub(crate) fn seen(&self) -> Option<Witnessed> {
        self.seen.borrow().clone()
    }

    /// Whether the state is still the one that was seen last. Says what is wrong if somebody
    /// wrote it meanwhile.
    pub(crate) async fn foreign_write(&self) -> Result<Option<String>, AwsError> {
        let now = self.state.look().await?;
        let seen = self.seen.replace(now.clone());
        if seen.as_ref().map(Witnessed::write) == now.as_ref().map(Witnessed::write) {
            return Ok(None);
        }
        Ok(Some(format!(
            "somebody else wrote the state {} while this run held its lock: it was {}, now it is {}",
            self.state.objects.uri(&self.state.key),
            told(seen.as_ref()),
            told(now.as_ref())
        )))
    }

    /// Looks at all that was written since, after Terraform has applied a plan: each write must
    /// follow from the one before. Says what is wrong if one doesn't.
    pub(crate) async fn after_apply(&self) -> Result<Vec<(String, Vec<String>)>, AwsError> {
        let mut problems = Vec::new();
        let (now, mismatch) = self.state.examine().await?;
        let mut last = self.seen.replace(now);
        for write in self.writes_since(last.as_ref()).await? {
            if let Some(problem) = does_not_follow(last.as_ref(), &write) {
                let what = format!(
                    "somebody else wrote the state {} during terraform apply: {problem}",
                    self.state.objects.uri(&self.state.key)
                );
                problems.push((what, Vec::new()));
            }
            last = Some(write);
        }
        if let Some(mismatch) = mismatch {
            problems.push((mismatch.to_string(), mismatch.hints()));
        }
        Ok(problems)
    }

    /// The writes after one, the oldest first.
    async fn writes_since(&self, seen: Option<&Witnessed>) -> Result<Vec<Witnessed>, AwsError> {
        /// Terraform saves a long apply every 20 seconds.
        const MOST: usize = 200;
        let StatePlace { objects, key, .. } = &*self.state;
        let mark = seen.and_then(|seen| seen.version.clone());
        let versions = objects.versions(key).await?;
        let newer: Vec<_> = versions
            .iter()
            .take_while(|version| Some(&version.id) != mark.as_ref())
            .filter(|version| !version.removed)
            .take(MOST)
            .collect();
        let mut writes = Vec::new();
        for version in newer.into_iter().rev() {
            if let Some(object) = objects.get_version(key, &version.id).await? {
                writes.push(witnessed(&object, None));
            }
        }
        // Times are in whole seconds: within one, the serial tells what came first.
        writes.sort_by_key(|write| write.id.as_ref().map(|id| id.serial));
        Ok(writes)
    }
}

/// Why a write of the state can't come from the run that wrote the one before.
fn does_not_follow(before: Option<&Witnessed>, write: &Witnessed) -> Option<String> {
    let before = before?;
    let (Some(earlier), Some(later)) = (&before.id, &write.id) else {
        return write
            .id
            .is_none()
            .then(|| "a write of it is no state".to_owned());
    };
    if earlier.lineage != later.lineage {
        return Some(format!(
            "the lineage went from {} to {}",
            earlier.lineage, later.lineage
        ));
    }
    // A write whose answer was lost is sent again and stands there twice.
    let twin = write.md5 == before.md5;
    if !twin && later.serial <= earlier.serial {
        return Some(format!(
            "serial {} was written twice, with different contents (versions {} and {})",
            later.serial,
            before.version.as_deref().unwrap_or("unknown"),
            write.version.as_deref().unwrap_or("unknown")
        ));
    }
    None
}

fn witnessed(object: &Object, digest: Option<String>) -> Witnessed {
    Witnessed {
        version: object.stamp.version.clone(),
        md5: md5_hex(&object.bytes),
        digest,
        id: state_id(&object.bytes).ok(),
    }
}

fn told(seen: Option<&Witnessed>) -> String {
    match seen {
        None => "absent".to_owned(),
        Some(Witnessed {
            id: Some(id),
            version,
            ..
        }) => format!(
            "serial {} (version {})",
            id.serial,
            version.as_deref().unwrap_or("unknown")
        ),
        Some(_) => "not a state".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use infra_core::ledger::StateId;

    use super::*;

    fn write(lineage: &str, serial: u64, md5: &str) -> Witnessed {
        Witnessed {
            version: Some(format!("{md5}-version")),
            md5: md5.to_owned(),
            digest: None,
            id: Some(StateId {
                lineage: lineage.to_owned(),
                serial,
            }),
        }
    }

    #[test]
    fn a_second_writer_shows_and_a_repeated_request_does_not() {
        let before = write("a", 8, "one");
        assert_eq!(does_not_follow(None, &before), None);
        assert_eq!(does_not_follow(Some(&before), &write("a", 9, "two")), None);
        assert_eq!(does_not_follow(Some(&before), &write("a", 8, "one")), None);
        for (later, expected) in [
            (write("a", 8, "two"), "written twice"),
            (write("a", 7, "two"), "written twice"),
            (write("b", 9, "two"), "lineage"),
        ] {
            let problem = does_not_follow(Some(&before), &later).unwrap();
            assert!(problem.contains(expected), "{problem}");
        }
    }
}
