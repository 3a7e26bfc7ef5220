//! `DescribeInstances`, page by page.

use std::collections::{BTreeMap, BTreeSet};

use infra_core::aws::Instance;

use super::answer::{Page, read};
use super::query::Query;
use crate::error::Cause;
use crate::{AwsError, Cloud};

/// How many values one filter may have
/// (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html>).
const VALUES: usize = 200;

/// Asks for the instances of one region by their ids; those that EC2 doesn't know are not in
/// the answer. None: the region that is configured.
///
/// By a filter and not by `InstanceId.N`: with those, one unknown id fails the whole request.
pub async fn instances(
    cloud: &Cloud,
    region: Option<&str>,
    ids: &BTreeSet<&str>,
) -> Result<BTreeMap<String, Instance>, AwsError> {
    let what = match region {
        Some(region) => format!("describe EC2 instances in {region}"),
        None => "describe EC2 instances".to_owned(),
    };
    let ids: Vec<&str> = ids.iter().copied().collect();
    let mut found = BTreeMap::new();
    for some in ids.chunks(VALUES) {
        let mut next: Option<String> = None;
        loop {
            let mut query = Query::new("DescribeInstances").with("Filter.1.Name", "instance-id");
            for (position, id) in some.iter().enumerate() {
                query = query.with(&format!("Filter.1.Value.{}", position + 1), id);
            }
            if let Some(token) = &next {
                query = query.with("NextToken", token);
            }
            let text = query.send(cloud, region, &what).await?;
            let Page { instances, token } = read(&text).map_err(|error| {
                let cause = Cause::Other(format!("the answer can't be read: {error}"));
                AwsError::new(&what, cause)
            })?;
            found.extend(instances);
            match token {
                Some(token) => next = Some(token),
                None => break,
            }
        }
    }
    Ok(found)
}
