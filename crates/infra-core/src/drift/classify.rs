//! The decision table: what a difference outside of Terraform means.
//!
//! | drift | attribute | class |
//! |---|---|---|
//! | deleted, created, or an unknown action | | material |
//! | of a deposed object | | material |
//! | only moved | | equal |
//! | updated, but the values are missing or the same throughout | | material |
//! | updated | the same, written differently | equal |
//! | updated | forces a planned replacement of the object | material |
//! | updated | matched by a rule that holds | benign |
//! | updated | anything else | material |
//!
//! An entry is as bad as its worst attribute. The rows are tried from above, so no rule
//! can make a deletion or a forced replacement benign.

use std::collections::HashMap;

use jiff::civil::Date;

use crate::drift::rule::{DriftRules, Rule};
use crate::drift::{AttributeDrift, Class, DriftEntry, RuleUse, Shown};
use crate::json::{Difference, Masks, Path, diff};
use crate::terraform::{Actions, Plan, ResourceChange};

/// The rules on one day, and what they have done so far.
pub(super) struct Judge<'r> {
    rules: &'r [Rule],
    today: Date,
    hits: Vec<usize>,
}

/// For each object that is to be replaced, the paths that force it.
type Replacements<'p> = HashMap<&'p str, &'p [Path]>;

/// Classifies every entry of `resource_drift`, in its order.
pub(super) fn classify(plan: &Plan<'_>, judge: &mut Judge<'_>) -> Vec<DriftEntry> {
    let replacements: Replacements<'_> = plan
        .resource_changes
        .iter()
        .filter(|entry| entry.deposed.is_none() && gives_way(&entry.change.actions))
        .map(|entry| {
            (
                entry.address.as_str(),
                entry.change.replace_paths.as_slice(),
            )
        })
        .collect();
    plan.resource_drift
        .iter()
        .map(|entry| judge.entry(entry, &replacements))
        .collect()
}

/// Whether the object is destroyed or left to itself, for another or for none.
fn gives_way(actions: &Actions) -> bool {
    actions.destroys() || actions.is_replace()
}

impl<'r> Judge<'r> {
    pub(super) fn new(rules: &'r DriftRules, today: Date) -> Self {
        Self {
            rules: &rules.rules,
            today,
            hits: vec![0; rules.rules.len()],
        }
    }

    fn entry(&mut self, drift: &ResourceChange<'_>, replaced: &Replacements<'_>) -> DriftEntry {
        let change = &drift.change;
        let (before, after) = (change.before_value(), change.after_value());
        let unknown = change.unknown_mask();
        let (before_sensitive, after_sensitive) = change.sensitive_masks();
        let masks = Masks {
            unknown: Some(&unknown.0),
            before_sensitive: Some(&before_sensitive.0),
            after_sensitive: Some(&after_sensitive.0),
        };
        let mut entry = DriftEntry {
            address: drift.address.to_string(),
            previous_address: drift
                .is_move()
                .then(|| drift.previous_address.as_ref().map(ToString::to_string))
                .flatten(),
            deposed: drift.deposed.as_ref().map(ToString::to_string),
            actions: change.actions.clone(),
            class: Class::Equal,
            rule: None,
            why: whole(drift),
            attributes: Vec::new(),
        };
        // An object that is gone has no attributes left to tell.
        if !(before.is_null() || after.is_null()) {
            let forced = replaced
                .get(drift.address.as_str())
                .copied()
                .unwrap_or_default();
            entry.attributes = diff(&before, &after, masks)
                .iter()
                .map(|leaf| self.attribute(&entry.address, leaf, forced, entry.why.as_deref()))
                .collect();
        }
        // Terraform found a difference, so there is one: in what the document leaves out, as a
        // redacted one does, unless it is one of what is sensitive.
        let is_shown = || before_sensitive.places() != after_sensitive.places();
        if change.actions == Actions::Update && entry.attributes.is_empty() && !is_shown() {
            let why = "the document doesn't show what changed";
            entry.why.get_or_insert_with(|| why.to_owned());
        }
        let worst = entry.attributes.iter().map(|leaf| leaf.class).max();
        entry.class = match entry.why {
            Some(_) => Class::Material,
            None => worst.unwrap_or(Class::Equal),
        };
        if entry.class == Class::Benign {
            entry.rule = entry.attributes.iter().find_map(|leaf| leaf.rule.clone());
        }
        if entry.class == Class::Material && entry.why.is_none() {
            entry.why = entry.attributes.iter().find_map(|leaf| leaf.why.clone());
        }
        entry
    }

    fn attribute(
        &mut self,
        address: &str,
        leaf: &Difference<'_, '_>,
        forced: &[Path],
        whole: Option<&str>,
    ) -> AttributeDrift {
        let (before, after) = Shown::pair(leaf);
        let mut attribute = AttributeDrift {
            path: leaf.path.clone(),
            before,
            after,
            class: Class::Material,
            rule: None,
            why: None,
        };
        if leaf.equal {
            attribute.class = Class::Equal;
        } else if let Some(whole) = whole {
            attribute.why = Some(whole.to_owned());
        } else if forced.iter().any(|path| path.overlaps(&leaf.path)) {
            attribute.why = Some(format!("{} forces the replacement of {address}", leaf.path));
        } else {
            match self.rule_for(address, &leaf.path) {
                Ok(index) => {
                    self.hits[index] += 1;
                    attribute.class = Class::Benign;
                    attribute.rule = Some(self.rules[index].config.name.clone());
                }
                Err(why) => attribute.why = Some(why),
            }
        }
        attribute
    }

    /// The first rule that holds and matches, or why there is none.
    fn rule_for(&self, address: &str, path: &Path) -> Result<usize, String> {
        let mut expired = None;
        for (index, rule) in self.rules.iter().enumerate() {
            if !(rule.matches_attribute(path) && rule.matches_address(address)) {
                continue;
            }
            match rule.config.expires {
                Some(last) if rule.is_expired(self.today) => {
                    expired.get_or_insert((&rule.config.name, last));
                }
                _ => return Ok(index),
            }
        }
        Err(match expired {
            Some((name, last)) => format!("the rule {name} for {path} expired on {last}"),
            None => format!("no rule expects {path} to change"),
        })
    }

    /// What each rule has done.
    pub(super) fn uses(&self) -> Vec<RuleUse> {
        self.rules
            .iter()
            .zip(&self.hits)
            .map(|(rule, hits)| RuleUse {
                name: rule.config.name.clone(),
                hits: *hits,
                reason: rule.config.reason.clone(),
                owner: rule.config.owner.clone(),
                expires: rule.config.expires,
                expired: rule.is_expired(self.today),
            })
            .collect()
    }
}

/// Why an entry is material as a whole, if it is.
fn whole(drift: &ResourceChange<'_>) -> Option<String> {
    let change = &drift.change;
    let why = match &change.actions {
        _ if drift.deposed.is_some() => "it is a deposed object".to_owned(),
        Actions::Update if change.before.is_none() || change.after.is_none() => {
            "the document has no values for it".to_owned()
        }
        Actions::NoOp | Actions::Update => return None,
        Actions::Delete => "it was deleted outside of Terraform".to_owned(),
        Actions::Create => "it was created outside of Terraform".to_owned(),
        other => format!("it was changed by: {other}"),
    };
    Some(why)
}
