//! The verb.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use infra_aws::{AwsError, Cloud, ec2, route53};
use infra_core::aws::Instance;
use infra_core::dns::{Target, targets};
use infra_core::document::read_state;
use infra_core::inventory::{BuildOptions, build};
use infra_core::verify::{
    Found, InstanceRef, RecordRef, Records, Subject, VerifyReport, compare, subjects,
};

use super::VerifyError;
use super::contact::contacts;
use crate::Project;
use crate::context::Context;
use crate::place::s3::cloud;
use crate::place::terraform::provider_access;
use crate::verbs::live;

/// How hosts are verified.
#[derive(Debug, Clone, Copy)]
pub struct VerifyOptions {
    /// How long each host may take to let somebody in. None: nobody tries
    pub ssh: Option<Duration>,
}

/// Says of each host where it is by the state, by EC2, by Route 53 and by ssh, and which of
/// them is stale. Changes nothing, and takes no lock.
///
/// The state is taken as it is, without a refresh: what it is compared with is asked for
/// here.
pub async fn verify(
    context: &Context<'_>,
    project: &Project,
    options: VerifyOptions,
) -> Result<VerifyReport, VerifyError> {
    let recorded = live::state(context, project).await?;
    let text = recorded.text()?;
    let state = read_state(&text).map_err(|error| recorded.error(error))?;
    let built = build(&state, &project.stack.inventory, BuildOptions::default())?;
    let mut subjects = subjects(&built.inventory, &state);

    let cloud = cloud(project, provider_access(project)?);
    let names = targets(&project.stack.dns, &built.inventory, &state)?;
    name(&cloud, project, &names, &mut subjects).await?;
    let instances = instances(&cloud, &subjects).await?;
    let records = records(&cloud, &subjects).await?;
    let of = |subject: &Subject| instances.get(subject.instance.as_ref()?);
    let contacts = match options.ssh {
        Some(timeout) => {
            let runs = |subject: &&Subject| {
                subject.instance.is_none() || of(subject).is_some_and(Instance::is_running)
            };
            let addresses = subjects.iter().filter(runs).filter_map(|subject| {
                let address = subject.address_to_try(of(subject))?;
                Some((subject.host.clone(), address))
            });
            let addresses = addresses.collect();
            contacts(context, project, &built.inventory, &addresses, timeout).await?
        }
        None => BTreeMap::new(),
    };
    let rows = subjects.iter().map(|subject| {
        let found = Found {
            instance: of(subject),
            records: &records,
            contact: contacts.get(&subject.host).cloned(),
        };
        compare(subject, &found)
    });
    Ok(VerifyReport::new(&project.stack.name, rows.collect()))
}

/// Adds the records of the `dns` blocks to those that should lead to each host.
async fn name(
    cloud: &Cloud,
    project: &Project,
    names: &[Target],
    subjects: &mut [Subject],
) -> Result<(), VerifyError> {
    let hosts: BTreeMap<String, usize> = subjects
        .iter()
        .enumerate()
        .map(|(at, subject)| (subject.host.clone(), at))
        .collect();
    for rule in &project.stack.dns {
        let zone = route53::zone(cloud, &rule.zone, rule.private).await?;
        let own = |target: &&Target| target.zone == rule.zone && target.private == rule.private;
        for target in names.iter().filter(own) {
            let at = hosts.get(&target.host);
            let subject = at.and_then(|at| subjects.get_mut(*at));
            if let (Some(subject), Some(kind)) = (subject, target.kind()) {
                let record = RecordRef {
                    zone: zone.id.clone(),
                    name: target.full_name(&zone.name),
                    kind: kind.to_owned(),
                    made_by: "dns".to_owned(),
                };
                if !subject.records.contains(&record) {
                    subject.records.push(record);
                }
            }
        }
    }
    Ok(())
}

/// What EC2 says of all instances, region by region.
async fn instances(
    cloud: &Cloud,
    subjects: &[Subject],
) -> Result<BTreeMap<InstanceRef, Instance>, AwsError> {
    let mut by_region: BTreeMap<Option<&str>, BTreeSet<&str>> = BTreeMap::new();
    for instance in subjects.iter().filter_map(|of| of.instance.as_ref()) {
        let region = instance.region.as_deref();
        by_region.entry(region).or_default().insert(&instance.id);
    }
    let mut found = BTreeMap::new();
    for (region, ids) in by_region {
        for (id, instance) in ec2::instances(cloud, region, &ids).await? {
            let region = region.map(str::to_owned);
            found.insert(InstanceRef { region, id }, instance);
        }
    }
    Ok(found)
}

/// The records of every zone that has one that matters.
async fn records(cloud: &Cloud, subjects: &[Subject]) -> Result<Records, AwsError> {
    let records = subjects.iter().flat_map(|subject| &subject.records);
    let zones: BTreeSet<&str> = records.map(|record| record.zone.as_str()).collect();
    let mut found = Records::default();
    for zone in zones {
        found.add(zone, route53::records(cloud, zone).await?);
    }
    Ok(found)
}
