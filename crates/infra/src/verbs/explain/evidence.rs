//! What is behind a reason: the values and texts of the last success, and those of now.

use std::collections::BTreeMap;

use camino::Utf8Path;
use infra_core::ansible::{InputId, Tree as _};
use infra_core::digest::Digest;
use infra_core::gate::{HostDecision, Reason};
use infra_core::inventory::Inventory;
use infra_core::json::Value;
use similar::TextDiff;

use super::answer::{ExplainedHost, ExplainedReason, LastSuccess};
use crate::Project;
use crate::files::{FsTree, Texts};
use crate::ledger::{Ledger, LedgerError};

/// Where the texts and values come from.
pub(super) struct Evidence<'a> {
    ledger: &'a Ledger,
    /// The inventory now
    inventory: &'a Inventory,
    texts: Texts,
    tree: FsTree,
    /// Sets of inputs that were read already: hosts share most of them
    sections: BTreeMap<Digest, BTreeMap<InputId, Digest>>,
}

/// The inputs of the last success, by name.
type Inputs = BTreeMap<InputId, Digest>;

impl<'a> Evidence<'a> {
    pub(super) fn new(project: &Project, ledger: &'a Ledger, inventory: &'a Inventory) -> Self {
        Self {
            ledger,
            inventory,
            texts: Texts::of(project),
            tree: FsTree::new(&project.root),
            sections: BTreeMap::new(),
        }
    }

    /// The decision for a host with all that can be shown of each reason.
    pub(super) async fn host(
        &mut self,
        playbook: &str,
        decided: HostDecision,
    ) -> Result<ExplainedHost, LedgerError> {
        let mut before = Inputs::new();
        let mut last_success = None;
        if let Some(entry) = self.ledger.index().success(playbook, &decided.host) {
            for digest in &entry.sections() {
                before.extend(self.section(digest).await?);
            }
            last_success = Some(LastSuccess {
                at: entry.at().to_owned(),
                record: entry.sequence(),
                inputs: before.len(),
            });
        }
        Ok(ExplainedHost {
            reasons: decided
                .reasons
                .iter()
                .map(|reason| self.reason(&decided.host, reason, &before))
                .collect(),
            host: decided.host.to_string(),
            action: decided.action,
            last_success,
        })
    }

    async fn section(&mut self, digest: &Digest) -> Result<Inputs, LedgerError> {
        if let Some(known) = self.sections.get(digest) {
            return Ok(known.clone());
        }
        let section = self.ledger.section(digest).await?;
        let inputs: Inputs = section
            .inputs()
            .iter()
            .map(|(input, digest)| (input.clone(), (*digest).into()))
            .collect();
        self.sections.insert(*digest, inputs.clone());
        Ok(inputs)
    }

    fn reason(&self, host: &str, reason: &Reason, before: &Inputs) -> ExplainedReason {
        let mut explained = ExplainedReason {
            input: reason.input.clone(),
            change: reason.change.clone(),
            before: None,
            after: None,
            diff: None,
            no_diff: None,
        };
        // A reason that is no input, such as `--force`, has nothing behind it.
        let Ok(input) = explained.input.parse::<InputId>() else {
            return explained;
        };
        let digest = before.get(&input);
        match &input {
            InputId::File(path) => match self.diff(path, digest) {
                Ok(diff) => explained.diff = diff,
                Err(why) => explained.no_diff = Some(why.to_owned()),
            },
            InputId::Variable(name) => {
                (explained.before, explained.after) = self.variable(host, name, digest);
            }
            InputId::HostVariable { host, name } => {
                (explained.before, explained.after) = self.variable(host, name, digest);
            }
            _ => {}
        }
        explained
    }

    /// What changed in a file; nothing if it is new or gone, which the reason says.
    fn diff(
        &self,
        path: &Utf8Path,
        before: Option<&Digest>,
    ) -> Result<Option<String>, &'static str> {
        let now = self.tree.read(path);
        let (Some(digest), Ok(Some(bytes))) = (before, &now) else {
            return match now {
                Err(_) => Err("the file can't be read now"),
                Ok(_) => Ok(None),
            };
        };
        let now = str::from_utf8(bytes).map_err(|_| "the file is no text")?;
        let Some(old) = self.texts.get(digest) else {
            return Err("this machine keeps no copy of its text at the last success");
        };
        if old == now {
            return Err("only whether it may be executed changed");
        }
        let diff = TextDiff::from_lines(old.as_str(), now);
        let mut unified = diff.unified_diff();
        unified.header(&format!("{path} (last success)"), &format!("{path} (now)"));
        Ok(Some(unified.to_string()))
    }

    /// The value of a variable before and after, as far as it may be shown. The value before
    /// is that of the last inventory, which counts only if it is the one that was digested.
    fn variable(
        &self,
        host: &str,
        name: &str,
        digest: Option<&Digest>,
    ) -> (Option<Value<'static>>, Option<Value<'static>>) {
        let recorded = self.ledger.index().inventory.get(host);
        let current = self.inventory.hosts.get(host);
        let secret = recorded.is_some_and(|host| host.secret.contains(name))
            || current.is_some_and(|host| host.secret.contains(name));
        if secret {
            return (None, None);
        }
        let before = recorded
            .and_then(|host| host.vars.get(name))
            .map(|value| value.0.clone())
            .filter(|value| Some(&Digest::of(value.to_string().as_bytes())) == digest);
        let after = current.and_then(|host| host.vars.get(name)).cloned();
        (before, after)
    }
}
