//! Whether a variable can have a value that nothing here gives it.
//!
//! Variables have values of the inventory, of files, of tasks, and of what modules return as
//! `ansible_facts` (`plugins/strategy/__init__.py`). Where all of these are known, a name that none
//! of them has is undefined, and names no file.

use std::rc::Rc;

use camino::Utf8PathBuf;

use super::Walker;
use super::facts::Facts;
use crate::ansible::builtin::MODULES;
use crate::ansible::unresolved::Reason;
use crate::ansible::values::Beyond;

/// Plugins that can give variables values: they are called with what manages variables, or have
/// tasks return what they like.
const GIVERS: [&str; 6] = [
    "action_plugins",
    "cache_plugins",
    "callback_plugins",
    "inventory_plugins",
    "strategy_plugins",
    "vars_plugins",
];

impl Walker<'_> {
    /// What may have values beyond those that are known, now that there are no more to be found.
    pub(super) fn beyond(&mut self) -> Beyond {
        // Nobody asked.
        if self.values.beyond == Beyond::Any || !self.values.was_asked_for_more() {
            return self.values.beyond;
        }
        let facts: Vec<Rc<Facts>> = (0..self.plays.len())
            .flat_map(|play| self.facts_of(play))
            .collect();
        for facts in &facts {
            self.grew |= self.values.may_be_facts(&facts.words);
        }
        let known = !self.values.has_strangers
            && !self.settings.others_give_variables
            && self.settings.fact_cache.is_none()
            && !self.values.by_name.contains_key("ansible_facts_modules")
            && !self.plays.iter().any(|play| play.any_action)
            && !self.unresolved.keys().any(|(.., why)| hides_values(*why))
            && !self.has_givers()
            && facts.iter().all(|facts| facts.none);
        if known {
            Beyond::Nothing
        } else {
            Beyond::Strangers
        }
    }

    /// Whether the tree has plugins that can give variables values, or modules in the place of
    /// Ansible's own.
    fn has_givers(&self) -> bool {
        let mut folders = self.plays.iter().flat_map(|play| &play.plugins);
        let has_files = |dir: &Utf8PathBuf| {
            let list = self.sources.list(dir);
            list.is_some_and(|list| !list.is_empty())
        };
        folders.any(|(kind, dir)| GIVERS.contains(kind) && has_files(dir))
            || MODULES.iter().any(|name| self.has_plugin("library", name))
    }
}

/// Whether something that can't be resolved may give variables values.
fn hides_values(why: Reason) -> bool {
    match why {
        Reason::NotYaml
        | Reason::Encrypted
        | Reason::EncryptedTasks
        | Reason::Unreadable
        | Reason::NotUtf8Name
        | Reason::TooDeep
        | Reason::TooMany
        | Reason::CachedFacts => true,
        Reason::TemplatedName
        | Reason::AnyName
        | Reason::Undefined
        | Reason::ExternalLookup
        | Reason::UnknownLookup
        | Reason::PythonPlugin
        | Reason::DynamicInventory
        | Reason::Prompt
        | Reason::Missing
        | Reason::Cycle
        | Reason::OutsideTree => false,
    }
}
