//! The names of hosts: set after Terraform, because the addresses are known then, and before
//! Ansible, because playbooks may use them.

#[cfg(feature = "aws")]
use std::collections::{BTreeMap, BTreeSet};

use infra_core::dns::Target;
#[cfg(feature = "aws")]
use infra_core::dns::{DnsAction, DnsChange};
#[cfg(feature = "aws")]
use infra_core::ledger::RecordEvent;

use super::error::ApplyError;
use super::run::Run;
#[cfg(feature = "aws")]
use crate::dns::{has_names, look};
#[cfg(feature = "aws")]
use crate::event::Stage;

impl Run<'_> {
    /// Sets what must be set. A run that never had a `dns` block asks nobody.
    #[cfg(feature = "aws")]
    pub(super) async fn names(
        &mut self,
        targets: &[Target],
        lineage: Option<&str>,
    ) -> Result<(), ApplyError> {
        if !has_names(self.project, self.ledger.index()) {
            return Ok(());
        }
        let context = self.context;
        let set = async {
            let set = &self.ledger.index().names;
            let names = look(self.project, targets, lineage, set).await?;
            names.apply(context.runner.interrupt().clone()).await?;
            Ok::<_, ApplyError>(names)
        };
        let names = context.stage(Stage::Dns, set).await?;
        for (zone, changes) in names.zones() {
            let known = self.ledger.index().names.get(&zone.id);
            let records = news(changes, known);
            if !records.is_empty() {
                self.append(RecordEvent::NamesSet {
                    zone: zone.name.clone(),
                    id: zone.id.clone(),
                    records,
                })
                .await?;
            }
            for change in changes {
                if change.action == DnsAction::Unknown {
                    let message = format!(
                        "{} has no address for its name {}: the record stays as it is",
                        change.hosts.join(", "),
                        change.name
                    );
                    context.warn(message, Vec::new());
                }
            }
        }
        Ok(())
    }

    /// A build that knows no Route 53 doesn't get here with a `dns` block: there is no plan.
    #[cfg(not(feature = "aws"))]
    #[expect(clippy::unused_async, reason = "nothing to ask")]
    pub(super) async fn names(&mut self, _: &[Target], _: Option<&str>) -> Result<(), ApplyError> {
        Ok(())
    }
}

/// What the ledger is to remember of the records of a zone: those that changed, those that were
/// set before by a run that ended too early to say so, and those that are gone.
#[cfg(feature = "aws")]
fn news(changes: &[DnsChange], known: Option<&BTreeSet<String>>) -> BTreeMap<String, Vec<String>> {
    let is_known = |record: &String| known.is_some_and(|known| known.contains(record));
    let record = |change: &DnsChange| {
        let kind = change.kind.as_deref().unwrap_or_default();
        format!("{} {kind}", change.name)
    };
    let present: BTreeSet<&str> = changes.iter().map(|change| change.name.as_str()).collect();
    let is_present = |record: &String| {
        let name = record.split_once(' ').map(|(name, _)| name);
        name.is_some_and(|name| present.contains(name))
    };
    let gone = known
        .into_iter()
        .flatten()
        .filter(|record| !is_present(record));
    let set = changes.iter().filter(|change| match change.action {
        DnsAction::Unknown | DnsAction::Refuse => false,
        DnsAction::Keep => !is_known(&record(change)),
        _ => true,
    });
    set.map(|change| (record(change), change.after.clone()))
        .chain(gone.map(|record| (record.clone(), Vec::new())))
        .collect()
}
