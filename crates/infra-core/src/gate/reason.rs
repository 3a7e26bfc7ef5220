//! Why a playbook runs on a host, or is skipped there.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::ansible::{Change, ChangeKind, InputId};
use crate::inventory::Inventory;
use crate::ledger::RecordedHost;

/// One reason of a decision: an input, and what about it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Reason {
    /// The input, such as `file ansible/site.yml` or `hostvars[leaf1].ansible_host`
    pub input: String,
    /// What about it, in words
    pub change: String,
}

impl Reason {
    /// A reason in these words.
    pub fn new(input: impl Into<String>, change: impl Into<String>) -> Self {
        Self {
            input: input.into(),
            change: change.into(),
        }
    }
}

/// The values of variables before and after, for saying what changed.
#[derive(Clone, Copy)]
pub struct Values<'a> {
    /// The inventory of the last run
    pub before: &'a BTreeMap<String, RecordedHost>,
    /// The inventory now
    pub after: &'a Inventory,
}

/// How many inputs that are alike are each a reason of their own. With thousands of hosts, of each
/// of which a template reads the address, all others are one more reason together.
const ALIKE: usize = 20;

impl Values<'_> {
    /// The reasons that changed inputs are, with their values where they may be shown.
    pub fn reasons(&self, host: &str, changes: &[Change]) -> Vec<Reason> {
        let mut alike: BTreeMap<String, usize> = BTreeMap::new();
        let mut reasons = Vec::new();
        for change in changes {
            let count = alike.entry(family(&change.input)).or_default();
            *count += 1;
            if *count <= ALIKE {
                reasons.push(self.reason(host, change));
            }
        }
        let more = alike.into_iter().filter(|(_, count)| *count > ALIKE);
        reasons.extend(
            more.map(|(family, count)| {
                Reason::new(family, format!("{} more changed", count - ALIKE))
            }),
        );
        reasons
    }

    fn reason(&self, host: &str, change: &Change) -> Reason {
        let place = match &change.input {
            InputId::Variable(name) => Some((host, name)),
            InputId::HostVariable { host, name } => Some((host.as_str(), name)),
            InputId::Machine => return Reason::new("machine", self.machine(host)),
            _ => None,
        };
        let text = place
            .and_then(|(host, name)| self.variable(host, name))
            .unwrap_or_else(|| {
                match change.change {
                    ChangeKind::Added => "is new",
                    ChangeKind::Removed => "is gone",
                    ChangeKind::Changed => "changed",
                }
                .to_owned()
            });
        Reason::new(change.input.to_string(), text)
    }

    fn variable(&self, host: &str, name: &str) -> Option<String> {
        let before = self.before.get(host);
        let after = self.after.hosts.get(host);
        let secret = before.is_some_and(|host| host.secret.contains(name))
            || after.is_some_and(|host| host.secret.contains(name));
        if secret {
            return None;
        }
        let old = before
            .and_then(|host| host.vars.get(name))
            .map(|value| value.0.to_string());
        let new = after
            .and_then(|host| host.vars.get(name))
            .map(ToString::to_string);
        match (old, new) {
            (Some(old), Some(new)) if old != new => {
                Some(format!("{} → {}", shorten(&old), shorten(&new)))
            }
            (Some(old), None) => Some(format!("was {}, is gone", shorten(&old))),
            (None, Some(new)) => Some(format!("is new: {}", shorten(&new))),
            _ => None,
        }
    }

    fn machine(&self, host: &str) -> String {
        let old = self
            .before
            .get(host)
            .and_then(|host| host.identity.as_deref());
        let new = self
            .after
            .hosts
            .get(host)
            .and_then(|host| host.identity.as_deref());
        match (old, new) {
            (Some(old), Some(new)) => format!("another machine: {old} → {new}"),
            _ => "another machine".to_owned(),
        }
    }
}

/// What inputs are called that are alike.
fn family(input: &InputId) -> String {
    match input {
        InputId::HostVariable { name, .. } => format!("hostvars[…].{name}"),
        InputId::File(_) => "files".to_owned(),
        InputId::Attributes(_) => "modes".to_owned(),
        InputId::Group(_) => "members of groups".to_owned(),
        InputId::Variable(_) => "variables".to_owned(),
        InputId::ExtraVariable(_) => "extra variables".to_owned(),
        other => other.to_string(),
    }
}

/// A value in a reason is a hint, not a listing.
fn shorten(text: &str) -> String {
    const LONGEST: usize = 60;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST - 1).chain(['…']).collect()
}
