//! Changing the records of a zone, all or none.

use std::time::Duration;

use aws_sdk_route53::types::{
    Change, ChangeAction, ChangeBatch, ChangeStatus, ResourceRecord, ResourceRecordSet, RrType,
};
use infra_core::aws::RecordSet;

use crate::Cloud;
use crate::error::{AwsError, Cause};

/// How often it is looked whether all servers have a change, and for how long. Route 53
/// says that it takes up to a minute.
const POLL: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_mins(5);

/// What is to be removed and made in one zone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// What is removed, exactly as it was read
    pub remove: Vec<RecordSet>,
    /// What is made
    pub make: Vec<RecordSet>,
}

impl Batch {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.remove.is_empty() && self.make.is_empty()
    }
}

/// Makes a change, all of it or nothing. Returns its id if not every server of the zone has it
/// yet, for [`settled`] to wait for.
///
/// A record is replaced by removing the one that was read and making another, which Route 53
/// does in one step; it refuses the whole batch where a record to be removed is another by now,
/// or one to be made is there. So nobody's record is overwritten, also not one that came between
/// the look and the change.
///
/// # Errors
///
/// If Route 53 refuses, and then nothing is changed.
pub async fn apply(cloud: &Cloud, zone: &str, batch: &Batch) -> Result<Option<String>, AwsError> {
    let what = format!("change the records of the Route 53 zone {zone}");
    let client = cloud.route53().await?;
    let removals = batch.remove.iter().map(|set| (ChangeAction::Delete, set));
    let made = batch.make.iter().map(|set| (ChangeAction::Create, set));
    let invalid = |error: aws_smithy_types::error::operation::BuildError| {
        AwsError::new(what.clone(), Cause::Other(error.to_string()))
    };
    let changes = removals
        .chain(made)
        .map(|(action, set)| {
            Change::builder()
                .action(action)
                .resource_record_set(answer(set)?)
                .build()
        })
        .collect::<Result<Vec<_>, _>>()
        .map_err(invalid)?;
    let changes = ChangeBatch::builder()
        .set_changes(Some(changes))
        .comment("infra")
        .build()
        .map_err(invalid)?;
    let answer = client
        .change_resource_record_sets()
        .hosted_zone_id(zone)
        .change_batch(changes)
        .send()
        .await
        .map_err(|error| AwsError::of(&what, error))?;
    let change = answer.change_info;
    let change = change.filter(|change| change.status != ChangeStatus::Insync);
    Ok(change.map(|change| change.id))
}

/// Waits until every server of a zone has a change.
///
/// # Errors
///
/// If Route 53 doesn't say so in 5 minutes, or not at all. The change is made all the same.
pub async fn settled(cloud: &Cloud, zone: &str, change: &str) -> Result<(), AwsError> {
    let client = cloud.route53().await?;
    let what = format!("see that all servers of the Route 53 zone {zone} have the change");
    let id = change.rsplit('/').next().unwrap_or(change);
    let start = tokio::time::Instant::now();
    loop {
        tokio::time::sleep(POLL).await;
        let answer = client.get_change().id(id).send().await;
        let answer = answer.map_err(|error| AwsError::of(&what, error))?;
        if answer
            .change_info
            .is_none_or(|change| change.status == ChangeStatus::Insync)
        {
            return Ok(());
        }
        if start.elapsed() > PATIENCE {
            let late =
                Cause::Unavailable(format!("PENDING for {} minutes", PATIENCE.as_secs() / 60));
            return Err(AwsError::new(what, late));
        }
    }
}

fn answer(
    set: &RecordSet,
) -> Result<ResourceRecordSet, aws_smithy_types::error::operation::BuildError> {
    let values = set
        .values
        .iter()
        .map(|value| ResourceRecord::builder().value(value).build())
        .collect::<Result<Vec<_>, _>>()?;
    ResourceRecordSet::builder()
        .name(&set.name)
        .r#type(RrType::from(set.kind.as_str()))
        .set_ttl(set.ttl)
        .set_resource_records(Some(values))
        .build()
}
