//! The zones of a stack: what is there, what is wanted, and the change between.

use std::collections::BTreeMap;
use std::sync::Arc;

use infra_aws::Cloud;
use infra_aws::route53::{self, Batch, Zone as HostedZone};
use infra_core::dns::{DnsChange, Owner, Target, Zone, ZoneDiff, compare};

use super::{NamesError, refuse_foreign};
use crate::Project;
use crate::place::s3::cloud;
use crate::place::terraform::provider_access;

/// What must change in the zones of a stack.
pub(crate) struct Names {
    cloud: Arc<Cloud>,
    owner: Owner,
    zones: Vec<Looked>,
}

/// A zone that was looked at.
struct Looked {
    zone: HostedZone,
    targets: Vec<Target>,
    diff: ZoneDiff,
}

/// Looks at every zone that a `dns` block names. `lineage`: that of the state, which with the
/// name of the stack says whose a record is.
pub(crate) async fn look(
    project: &Project,
    targets: &[Target],
    lineage: Option<&str>,
) -> Result<Names, NamesError> {
    let cloud = cloud(project, provider_access(project)?);
    let mut by_zone: BTreeMap<String, (HostedZone, Vec<Target>)> = BTreeMap::new();
    for rule in &project.stack.dns {
        let zone = route53::zone(&cloud, &rule.zone, rule.private).await?;
        let own = |target: &&Target| target.zone == rule.zone && target.private == rule.private;
        let (_, wanted) = by_zone
            .entry(zone.id.clone())
            .or_insert_with(|| (zone, Vec::new()));
        // Two blocks may name one zone.
        for target in targets.iter().filter(own) {
            if !wanted.contains(target) {
                wanted.push(target.clone());
            }
        }
    }
    let owner = Owner {
        stack: project.stack.name.clone(),
        state: lineage
            .filter(|lineage| !lineage.is_empty())
            .map(str::to_owned),
    };
    let mut zones = Vec::new();
    for (zone, targets) in by_zone.into_values() {
        let diff = diff(&cloud, &zone, &targets, &owner).await?;
        zones.push(Looked {
            zone,
            targets,
            diff,
        });
    }
    Ok(Names {
        cloud,
        owner,
        zones,
    })
}

async fn diff(
    cloud: &Cloud,
    zone: &HostedZone,
    targets: &[Target],
    owner: &Owner,
) -> Result<ZoneDiff, NamesError> {
    let records = route53::records(cloud, &zone.id).await?;
    let there = Zone {
        name: &zone.name,
        records: &records,
    };
    let targets: Vec<&Target> = targets.iter().collect();
    Ok(compare(there, &targets, owner))
}

impl Names {
    /// What is done with each record.
    pub(crate) fn changes(&self) -> Vec<DnsChange> {
        let zones = self.zones.iter();
        zones
            .flat_map(|looked| looked.diff.changes.clone())
            .collect()
    }

    /// The zones by their names.
    pub(crate) fn zones(&self) -> impl Iterator<Item = (&str, &[DnsChange])> {
        let zones = self.zones.iter();
        zones.map(|looked| (looked.zone.name.as_str(), looked.diff.changes.as_slice()))
    }

    /// Makes the changes, one batch for each zone, and waits until all servers have them.
    ///
    /// # Errors
    ///
    /// If a record is somebody else's, before anything is changed; or if Route 53 refuses a
    /// batch, of which then nothing is done.
    pub(crate) async fn apply(&self) -> Result<(), NamesError> {
        refuse_foreign(&self.changes())?;
        for looked in &self.zones {
            let batch = Batch {
                remove: looked.diff.remove.clone(),
                make: looked.diff.make.clone(),
            };
            if batch.is_empty() {
                continue;
            }
            if let Err(error) = route53::apply(&self.cloud, &looked.zone.id, &batch).await {
                // An answer that was lost is asked for again by the SDK, and then refused
                // because the change is made already.
                let (cloud, zone) = (&self.cloud, &looked.zone);
                let now = diff(cloud, zone, &looked.targets, &self.owner).await?;
                if !(now.remove.is_empty() && now.make.is_empty()) {
                    return Err(error.into());
                }
            }
        }
        Ok(())
    }
}
