//! What the ledger is told of a host.

use std::collections::BTreeSet;

use infra_core::ansible::Fingerprint;
use infra_core::config::Playbook;
use infra_core::digest::Digest;
use infra_core::ledger::{RecordEvent, Success};

use super::error::ApplyError;
use super::report::HostReport;
use super::run::Run;
use crate::files::{FsTree, Texts};
use crate::ledger::LedgerError;

impl Run<'_> {
    /// Records how a playbook went on a host: a success with the inputs that were digested
    /// before it ran.
    pub(super) async fn record(
        &mut self,
        playbook: &Playbook,
        host: &HostReport,
        fingerprint: Option<&Fingerprint>,
    ) -> Result<(), ApplyError> {
        match fingerprint {
            Some(fingerprint) if host.succeeded() => {
                let sections = fingerprint.sections();
                self.ledger
                    .append_sections(&self.writer, sections.iter().map(|section| &**section))
                    .await?;
                let success = Success {
                    playbook: playbook.name.clone(),
                    host: host.host.clone(),
                    fingerprint: Digest::from(*fingerprint.digest()),
                    sections: sections
                        .iter()
                        .map(|section| Digest::from(*section.digest()))
                        .collect(),
                    changed: host.changed,
                };
                self.append(RecordEvent::HostSucceeded(success)).await
            }
            // This machine itself, when a play for it came along with those for the hosts.
            None if host.succeeded() => Ok(()),
            _ => {
                let event = RecordEvent::HostFailed {
                    playbook: playbook.name.clone(),
                    host: host.host.clone(),
                    outcome: host.outcome.clone(),
                    task: host.task.clone(),
                    message: host.message.clone(),
                };
                self.append(event).await
            }
        }
    }

    /// Keeps what later shows a change as a diff. Losing it loses nothing else.
    ///
    /// Once for all hosts of a playbook: most of them share most of their inputs. Says how
    /// many copies are new.
    pub(super) fn keep_texts<'f>(
        &self,
        succeeded: impl IntoIterator<Item = &'f Fingerprint>,
    ) -> usize {
        let tree = FsTree::new(&self.project.root);
        let kept = Texts::of(self.project).keep(&tree, succeeded);
        kept.unwrap_or_else(|error| {
            tracing::debug!(%error, "no text was kept");
            0
        })
    }

    /// Throws away the copies that no last success refers to, so that there are never more
    /// than those. Once for a run, because it reads what the ledger has of every success; that
    /// it can't is no reason to fail the run.
    pub(super) async fn prune_texts(&self) {
        match self.last_inputs().await {
            Ok(wanted) => {
                if let Err(error) = Texts::of(self.project).prune(&wanted) {
                    tracing::debug!(%error, "old texts were not thrown away");
                }
            }
            Err(error) => tracing::debug!(%error, "it isn't known which texts are old"),
        }
    }

    /// The digests of all inputs that playbooks last succeeded with.
    async fn last_inputs(&self) -> Result<BTreeSet<Digest>, LedgerError> {
        let successes = &self.ledger.index().successes;
        let sections: BTreeSet<Digest> = successes
            .playbooks()
            .into_iter()
            .flat_map(|playbook| successes.of(playbook))
            .flat_map(|(_, success)| success.sections())
            .collect();
        let sections = self.ledger.sections(&sections).await?;
        let inputs = sections
            .values()
            .flat_map(|section| section.inputs().values());
        Ok(inputs.map(|digest| Digest::from(*digest)).collect())
    }
}
