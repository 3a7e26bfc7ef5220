//! The three answers as one value: what `infra plan` prints and `infra apply` does.

use serde::Serialize;

use crate::consequence::TerraformChanges;
use crate::dns::DnsChange;
use crate::drift::{Analysis, DriftReport};
use crate::gate::{Action, HostDecision};
use crate::inventory::InventoryDiff;

/// The version of every JSON document that infra prints.
pub const FORMAT_VERSION: &str = "1.0";

/// Whether there is anything to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing
    Nothing,
    /// Something
    Changes,
}

/// What is to be done with a stack, and why.
#[derive(Debug, Clone, Serialize)]
pub struct Decision {
    /// [`FORMAT_VERSION`]
    pub format_version: &'static str,
    /// The stack
    pub stack: String,
    /// Whether there is anything to do
    pub verdict: Verdict,
    /// What Terraform would do
    pub terraform: TerraformChanges,
    /// What changed outside of Terraform
    pub drift: DriftReport,
    /// How the inventory differs from the last one that was applied
    pub inventory: InventoryDiff,
    /// What is done with the names of hosts. Nothing where nobody looked, as without Terraform
    pub dns: Vec<DnsChange>,
    /// Which playbooks run on which hosts, in the order in which they run
    pub playbooks: Vec<PlaybookDecision>,
}

/// The decision for one playbook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlaybookDecision {
    /// Its name
    pub name: String,
    /// Per host, by name
    pub hosts: Vec<HostDecision>,
    /// What can't be known of its inputs: `file:line: what: why`
    pub unresolved: Vec<String>,
}

impl PlaybookDecision {
    /// The hosts that it runs on.
    pub fn running(&self) -> impl Iterator<Item = &HostDecision> {
        self.hosts.iter().filter(|host| host.action == Action::Run)
    }
}

impl Decision {
    /// Puts the three answers together.
    ///
    /// An inventory that differs is no work by itself: what reads it runs.
    pub fn new(
        stack: &str,
        analysis: Analysis,
        inventory: InventoryDiff,
        playbooks: Vec<PlaybookDecision>,
    ) -> Self {
        let runs = playbooks
            .iter()
            .any(|playbook| playbook.running().next().is_some());
        let verdict = if analysis.is_nothing() && !runs {
            Verdict::Nothing
        } else {
            Verdict::Changes
        };
        Self {
            format_version: FORMAT_VERSION,
            stack: stack.to_owned(),
            verdict,
            terraform: analysis.terraform,
            drift: analysis.drift,
            inventory,
            dns: Vec::new(),
            playbooks,
        }
    }

    /// The decision with what is done with the names of hosts.
    #[must_use]
    pub fn with_dns(self, dns: Vec<DnsChange>) -> Self {
        let verdict = if dns.iter().any(|change| change.action.acts()) {
            Verdict::Changes
        } else {
            self.verdict
        };
        Self {
            verdict,
            dns,
            ..self
        }
    }

    /// Whether Terraform has a change to apply that is more than a consequence of benign
    /// drift.
    pub fn terraform_applies(&self) -> bool {
        self.terraform.real_changes().next().is_some()
    }
}
