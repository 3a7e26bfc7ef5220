//! Making what a backend needs.

use infra_aws::AwsError;
use infra_core::decision::FORMAT_VERSION;
use infra_core::hint::Hint;

use super::answer::{BackendReport, Condition, Part};
use super::look::{Look, look};
use crate::Project;
use crate::place::{PlaceError, s3::StatePlace};

/// What may be changed of a bucket or table that was there before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repair {
    /// Nothing: others may use it too
    Nothing,
    /// What isn't as it should be
    All,
}

/// A backend that can't be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackendError {
    /// Terraform's backend isn't known
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// Terraform's backend isn't S3
    #[error("Terraform's backend is not S3, so there is nothing to make")]
    NotS3,
    /// AWS refuses
    #[error(transparent)]
    Aws(#[from] AwsError),
}

impl Hint for BackendError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Place(error) => error.hints(),
            Self::Aws(error) => error.hints(),
            Self::NotS3 => vec![
                "add a block `terraform { backend \"s3\" { bucket = … key = … region = … use_lockfile = true } }` to the root module".to_owned(),
            ],
        }
    }
}

/// Makes the bucket and the table that Terraform's backend block names, where they aren't there
/// yet. What was there before is looked at, and set right only if `repair` says so: it may be
/// somebody else's too.
///
/// # Errors
///
/// If AWS refuses; what was made by then stays, and the next attempt finds it.
pub async fn init(project: &Project, repair: Repair) -> Result<BackendReport, BackendError> {
    let state = StatePlace::of(project)?.ok_or(BackendError::NotS3)?;
    let state = &state;
    let before = look(state).await?;
    let made = make(state, &before, repair).await?;
    let after = look(state).await?;
    let mut parts = after.parts(state);
    for part in &mut parts {
        if part.condition == Condition::Good && made.contains(&part.name) {
            part.condition = Condition::Made;
        }
    }
    Ok(BackendReport {
        format_version: FORMAT_VERSION,
        stack: project.stack.name.clone(),
        bucket: state.objects.bucket().to_owned(),
        table: state.table.as_ref().map(|table| table.name().to_owned()),
        parts,
    })
}

/// Makes what is missing, and says what that was.
async fn make(
    state: &StatePlace,
    before: &Look,
    repair: Repair,
) -> Result<Vec<&'static str>, AwsError> {
    let mut made = Vec::new();
    let bucket = state.objects.settings();
    let is_new = before.bucket.is_none();
    if is_new {
        bucket.make().await?;
        made.push("bucket");
    }
    if is_new || repair == Repair::All {
        let found = before.bucket.as_ref();
        let lacks = |good: Option<bool>| good != Some(true);
        if lacks(found.map(|bucket| bucket.private)) {
            bucket.keep_private().await?;
            made.push("public access");
        }
        if lacks(found.map(|bucket| bucket.versioned)) {
            bucket.keep_versions().await?;
            made.push("versioning");
        }
        if lacks(found.map(|bucket| bucket.encrypted)) {
            let key = state.backend.encryption.kms_key_id.as_deref();
            bucket.encrypt(key).await?;
            made.push("encryption");
        }
        if lacks(found.map(|bucket| bucket.tls_only)) {
            let policy = found.and_then(|bucket| bucket.policy.as_deref());
            bucket.require_tls(policy).await?;
            made.push("tls");
        }
    }
    let Some(table) = &state.table else {
        return Ok(made);
    };
    let found = before.table;
    if found.is_none() {
        table.make().await?;
        made.extend(["table", "protection"]);
    }
    if found.is_none() || repair == Repair::All {
        if !found.is_some_and(|table| table.recoverable) {
            table.make_recoverable().await?;
            made.push("recovery");
        }
        if found.is_some_and(|table| !table.protected) {
            table.protect().await?;
            made.push("protection");
        }
    }
    Ok(made)
}

impl Part {
    /// Whether it is as it should be.
    pub fn is_good(&self) -> bool {
        self.condition <= Condition::Made
    }
}
