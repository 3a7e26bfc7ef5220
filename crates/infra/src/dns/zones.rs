//! The zones of a stack: what is there, what is wanted, and the change between.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use infra_aws::Cloud;
use infra_aws::route53::{self, Batch, Zone as HostedZone, ZoneError};
use infra_core::dns::{DnsChange, Owner, Target, Zone, ZoneDiff, compare};
use infra_exec::process::{Interrupt, Level};

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

/// Looks at every zone that a `dns` block names, and at those of the names that the ledger
/// knows to be `set`: a block that is taken out leaves no record behind. `lineage`: that of the
/// state, which with the name of the stack says whose a record is.
pub(crate) async fn look(
    project: &Project,
    targets: &[Target],
    lineage: Option<&str>,
    set: &BTreeMap<String, BTreeSet<String>>,
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
    for zone in set.keys() {
        if by_zone.contains_key(zone) {
            continue;
        }
        match route53::zone_with_id(&cloud, zone).await {
            Ok(zone) => {
                by_zone.insert(zone.id.clone(), (zone, Vec::new()));
            }
            Err(ZoneError::None { .. }) => {
                tracing::debug!(zone, "the zone is gone, with all records of this stack");
            }
            Err(error) => return Err(error.into()),
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

    /// The zones, with what is done in each.
    pub(crate) fn zones(&self) -> impl Iterator<Item = (&HostedZone, &[DnsChange])> {
        let zones = self.zones.iter();
        zones.map(|looked| (&looked.zone, looked.diff.changes.as_slice()))
    }

    /// Makes the changes, one batch for each zone, and waits until all servers have them, or
    /// somebody interrupts.
    ///
    /// # Errors
    ///
    /// If a record is somebody else's, before anything is changed; if Route 53 refuses a
    /// batch, of which then nothing is done; or if not all servers have it in time.
    pub(crate) async fn apply(&self, mut interrupt: Interrupt) -> Result<(), NamesError> {
        refuse_foreign(&self.changes())?;
        for looked in &self.zones {
            let batch = Batch {
                remove: looked.diff.remove.clone(),
                make: looked.diff.make.clone(),
            };
            if batch.is_empty() {
                continue;
            }
            let (cloud, zone) = (&self.cloud, &looked.zone);
            match route53::apply(cloud, &zone.id, &batch).await {
                Ok(None) => {}
                Ok(Some(change)) => tokio::select! {
                    settled = route53::settled(cloud, &zone.id, &change) => settled?,
                    // It is made; what comes next looks at the interrupt itself.
                    _ = interrupt.above(Level::None) => {}
                },
                Err(error) => {
                    // An answer that was lost is asked for again by the SDK, and then refused
                    // because the change is made already.
                    let now = diff(cloud, zone, &looked.targets, &self.owner).await?;
                    if !(now.remove.is_empty() && now.make.is_empty()) {
                        return Err(error.into());
                    }
                }
            }
        }
        Ok(())
    }
}
