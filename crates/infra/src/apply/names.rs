//! The names of hosts: set after Terraform, because the addresses are known then, and before
//! Ansible, because playbooks may use them.

#[cfg(feature = "aws")]
use infra_core::dns::DnsAction;
use infra_core::dns::Target;
#[cfg(feature = "aws")]
use infra_core::ledger::RecordEvent;

use super::error::ApplyError;
use super::run::Run;
#[cfg(feature = "aws")]
use crate::dns::look;
#[cfg(feature = "aws")]
use crate::event::Stage;

impl Run<'_> {
    /// Sets what must be set. A run without `dns` blocks asks nobody.
    #[cfg(feature = "aws")]
    pub(super) async fn names(
        &mut self,
        targets: &[Target],
        lineage: Option<&str>,
    ) -> Result<(), ApplyError> {
        if self.project.stack.dns.is_empty() {
            return Ok(());
        }
        let context = self.context;
        let set = async {
            let names = look(self.project, targets, lineage).await?;
            names.apply().await?;
            Ok::<_, ApplyError>(names)
        };
        let names = context.stage(Stage::Dns, set).await?;
        for (zone, changes) in names.zones() {
            let acting = changes
                .iter()
                .filter(|change| change.action.acts() && change.action != DnsAction::Unknown);
            let records: std::collections::BTreeMap<String, Vec<String>> = acting
                .map(|change| {
                    let kind = change.kind.as_deref().unwrap_or_default();
                    (format!("{} {kind}", change.name), change.after.clone())
                })
                .collect();
            if !records.is_empty() {
                let zone = zone.to_owned();
                self.append(RecordEvent::NamesSet { zone, records }).await?;
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
