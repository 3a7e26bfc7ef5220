//! Whether a variable can have a value that nothing here gives it.
//!
//! Variables have values of the inventory, of files, of tasks, and of what modules return as
//! `ansible_facts` (`plugins/strategy/__init__.py`). Where all of these are known, a name that none
//! of them has is undefined, and names no file.

use std::collections::BTreeSet;
use std::rc::Rc;

use camino::{Utf8Path, Utf8PathBuf};

use super::Walker;
use crate::ansible::builtin::MODULES;
use crate::ansible::jinja::is_template;
use crate::ansible::tree::Kind;
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

/// An action of a collection.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Home {
    /// `namespace.name`
    pub(super) collection: String,
    /// Its name there
    pub(super) name: String,
}

impl Walker<'_> {
    /// What may have values beyond those that are known, now that there are no more to be found.
    pub(super) fn beyond(&mut self) -> Beyond {
        // Nobody asked.
        if self.values.beyond == Beyond::Any || !self.values.was_asked_for_more() {
            return self.values.beyond;
        }
        let known = !self.values.has_strangers
            && !self.settings.others_give_variables
            && self.settings.fact_cache.is_none()
            && !self.values.by_name.contains_key("ansible_facts_modules")
            && !self.plays.iter().any(|play| play.any_action)
            && !self.unresolved.keys().any(|(.., why)| hides_values(*why))
            && !self.has_givers()
            && !(0..self.plays.len()).any(|play| self.foreign_actions_may_set_facts(play));
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

    /// Whether tasks of a play have actions that may set facts of any name.
    pub(super) fn foreign_actions_may_set_facts(&mut self, play: usize) -> bool {
        let foreign = self.plays.get(play).map(|play| play.foreign.clone());
        (foreign.into_iter().flatten()).any(|action| self.may_set_facts(play, &action))
    }

    /// Whether an action that isn't Ansible's own may set facts. `_return_formatted` of
    /// `module_utils/basic.py`: those are what a module returns as `ansible_facts`.
    fn may_set_facts(&mut self, play: usize, action: &str) -> bool {
        if ["library", "action_plugins"]
            .iter()
            .any(|folder| self.has_plugin(folder, action))
        {
            return self.own_module_may_set_facts(action);
        }
        let homes = self.homes(play, action);
        homes.is_empty() || (homes.iter()).any(|home| self.published_may_set_facts(play, home))
    }

    /// The same of one of the tree. It does if its text has the word, or if anything else makes
    /// what it returns: a helper of one's own, a plugin for the action, a mapping that is passed on
    /// whole.
    fn own_module_may_set_facts(&self, action: &str) -> bool {
        let mut folders = self.plays.iter().flat_map(|play| &play.plugins);
        let has_helpers = folders.any(|(kind, _)| *kind == "module_utils");
        has_helpers
            || self.has_plugin("action_plugins", action)
            || (self.plugin_files("library", action)).any(|path| match self.sources.read(&path) {
                Ok(Some(source)) => {
                    let text = source.text();
                    let count = |word: &str| text.matches(word).count();
                    let returns_plainly = text.contains("exit_json(")
                        && !["ansible_facts", "exit_json(**", "print(", "stdout.write"]
                            .iter()
                            .any(|word| text.contains(word));
                    !returns_plainly || count("module_utils") != count("ansible.module_utils")
                }
                _ => true,
            })
    }

    /// The same of one of a collection: its text, or that of a helper, has the word, as
    /// [documentation of what it returns][doc] must.
    ///
    /// [doc]: https://docs.ansible.com/ansible/latest/dev_guide/developing_modules_general.html#creating-an-info-or-a-facts-module
    fn published_may_set_facts(&mut self, play: usize, home: &Home) -> bool {
        let key = (play, home.clone());
        if let Some(known) = self.setters_of_facts.get(&key) {
            return *known;
        }
        let known = self.some_text_has_facts(play, home);
        self.setters_of_facts.insert(key, known);
        known
    }

    /// Whether the text of a collection's action or of a helper of its mentions facts, or isn't
    /// at hand.
    fn some_text_has_facts(&mut self, play: usize, home: &Home) -> bool {
        let Home { collection, name } = home;
        let Some(dir) = self.find_collection(play, collection) else {
            return true;
        };
        let plugins = dir.join("plugins");
        let mut waiting: Vec<Utf8PathBuf> = (["modules", "action"].iter())
            .map(|folder| plugins.join(folder).join(format!("{name}.py")))
            .filter(|path| self.sources.is_file(path))
            .collect();
        if waiting.is_empty() {
            return true;
        }
        let mut seen: BTreeSet<Utf8PathBuf> = BTreeSet::new();
        while let Some(path) = waiting.pop() {
            if !seen.insert(path.clone()) {
                continue;
            }
            let Ok(Some(source)) = self.sources.read(&path) else {
                return true;
            };
            if source.text().contains("ansible_facts") {
                return true;
            }
            let words = source.words();
            let others = source
                .qualified()
                .iter()
                .filter(|other| *other != collection);
            let others: Vec<Utf8PathBuf> = others
                .filter_map(|other| self.find_collection(play, other))
                .map(|dir| dir.join("plugins"))
                .collect();
            for plugins in std::iter::once(&plugins).chain(&others) {
                for folder in ["module_utils", "plugin_utils"] {
                    let helpers = plugins.join(folder);
                    for (relative, kind) in self.below(&helpers, Some(play)).iter() {
                        let is_named = || words.contains(module_of(relative));
                        if matches!(kind, Kind::File { .. }) && is_named() {
                            waiting.push(helpers.join(relative));
                        }
                    }
                }
            }
        }
        false
    }

    /// What an action can be of collections: one that isn't named with its collection is of any
    /// that has it.
    pub(super) fn homes(&mut self, play: usize, action: &str) -> Rc<[Home]> {
        let key = (play, action.to_owned());
        if let Some(known) = self.homes.get(&key) {
            return Rc::clone(known);
        }
        let found: Rc<[_]> = self.find_homes(play, action).into();
        self.homes.insert(key, Rc::clone(&found));
        found
    }

    fn find_homes(&self, play: usize, action: &str) -> Vec<Home> {
        let has = |home: &Home| {
            let Home { collection, name } = home;
            (["modules", "action"].iter())
                .any(|folder| self.collection_has(play, collection, folder, name))
        };
        let home = |collection: String, name: &str| Home {
            collection,
            name: name.to_owned(),
        };
        let possible: Vec<Home> = match action.split('.').collect::<Vec<_>>().as_slice() {
            [name] if !is_template(name) => (self.known_collections(play).into_iter())
                .map(|collection| home(collection, name))
                .collect(),
            [namespace, collection, name] => {
                vec![home(format!("{namespace}.{collection}"), name)]
            }
            _ => Vec::new(),
        };
        possible.into_iter().filter(has).collect()
    }
}

/// The module or package that a file of Python is: whoever imports it names it.
fn module_of(relative: &Utf8Path) -> &str {
    match (relative.file_stem(), relative.parent()) {
        (Some("__init__"), Some(package)) => package.file_name().unwrap_or_default(),
        (stem, _) => stem.unwrap_or_default(),
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
