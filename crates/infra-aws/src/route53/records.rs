//! The records of a zone.

use aws_sdk_route53::types::ResourceRecordSet;
use infra_core::aws::{RecordSet, plain_name};

use crate::{AwsError, Cloud};

/// Reads all records of a zone, page by page.
pub async fn records(cloud: &Cloud, zone: &str) -> Result<Vec<RecordSet>, AwsError> {
    let what = format!("list the records of the Route 53 zone {zone}");
    let client = cloud.route53().await?;
    let mut request = client.list_resource_record_sets().hosted_zone_id(zone);
    let mut found = Vec::new();
    loop {
        let page = request
            .clone()
            .send()
            .await
            .map_err(|error| AwsError::of(&what, error))?;
        found.extend(page.resource_record_sets.into_iter().map(record));
        if !page.is_truncated || page.next_record_name.is_none() {
            return Ok(found);
        }
        request = request
            .set_start_record_name(page.next_record_name)
            .set_start_record_type(page.next_record_type)
            .set_start_record_identifier(page.next_record_identifier);
    }
}

fn record(set: ResourceRecordSet) -> RecordSet {
    let is_plain = set.alias_target.is_none()
        && set.set_identifier.is_none()
        && set.health_check_id.is_none()
        && set.traffic_policy_instance_id.is_none();
    RecordSet {
        name: plain_name(&set.name),
        kind: set.r#type.as_str().to_owned(),
        ttl: set.ttl,
        values: set
            .resource_records
            .into_iter()
            .flatten()
            .map(|record| record.value)
            .collect(),
        is_plain,
    }
}
