//! What the actions of others return as facts, which are variables from then on.
//! `_return_formatted` of `module_utils/basic.py`, `plugins/strategy/__init__.py`.
//!
//! The code of one that sets facts has the word `ansible_facts`, or a helper of its has, as
//! [the documentation of what it returns][doc] must.
//!
//! [doc]: https://docs.ansible.com/ansible/latest/dev_guide/developing_modules_general.html#creating-an-info-or-a-facts-module

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::Walker;
use crate::ansible::jinja::is_template;
use crate::ansible::source::Source;
use crate::ansible::tree::Kind;

/// An action of a collection.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Home {
    /// `namespace.name`
    pub(super) collection: String,
    /// Its name there
    pub(super) name: String,
}

/// What an action returns as facts.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// Whether it surely returns none
    pub(super) none: bool,
    /// The words of its code, if that mentions facts: names of facts are among them
    pub(super) words: BTreeSet<Arc<str>>,
}

impl Facts {
    /// What code returns, whose every file is at hand or not.
    fn of(code: &[Rc<Source>], whole: bool) -> Self {
        let mentions = |source: &Rc<Source>| source.text().contains("ansible_facts");
        if !code.iter().any(mentions) {
            return Self {
                none: whole,
                words: BTreeSet::new(),
            };
        }
        let words = code
            .iter()
            .flat_map(|source| source.words().iter().cloned());
        Self {
            none: false,
            words: words.collect(),
        }
    }
}

impl Walker<'_> {
    /// What the actions of a play that aren't Ansible's own return as facts.
    pub(super) fn facts_of(&mut self, play: usize) -> Vec<Rc<Facts>> {
        let foreign = self.plays.get(play).map(|play| play.foreign.clone());
        let foreign = foreign.into_iter().flatten();
        foreign
            .flat_map(|action| self.facts_of_action(play, &action))
            .collect()
    }

    fn facts_of_action(&mut self, play: usize, action: &str) -> Vec<Rc<Facts>> {
        let folders = ["library", "action_plugins"];
        if folders.iter().any(|folder| self.has_plugin(folder, action)) {
            return vec![Rc::new(self.facts_of_own(action))];
        }
        let homes = self.homes(play, action);
        if homes.is_empty() {
            return vec![Rc::default()];
        }
        (homes.iter())
            .map(|home| self.facts_of_published(play, home))
            .collect()
    }

    /// What an action of the tree returns. Others than published ones may pass on what somebody
    /// else made of it: a helper, a plugin for the action, a mapping as a whole.
    fn facts_of_own(&self, action: &str) -> Facts {
        let folders = || self.plays.iter().flat_map(|play| &play.plugins);
        let helpers = folders().filter(|(kind, _)| *kind == "module_utils");
        let has_helpers = helpers.clone().next().is_some();
        let helpers = helpers.flat_map(|(_, dir)| {
            let list = self.sources.list(dir);
            let names = list.iter().flat_map(|list| list.iter());
            let files = names.map(|(name, ..)| dir.join(name));
            files
                .filter(|path| path.extension() == Some("py"))
                .collect::<Vec<_>>()
        });
        let modules: Vec<Utf8PathBuf> = self.plugin_files("library", action).collect();
        let plain = modules.iter().all(|path| self.returns_plainly(path));
        let plugins = self.plugin_files("action_plugins", action);
        let files: BTreeSet<Utf8PathBuf> = (modules.into_iter())
            .chain(plugins)
            .chain(helpers)
            .collect();
        let code: Vec<Rc<Source>> = (files.iter())
            .filter_map(|path| self.sources.read(path).ok().flatten())
            .collect();
        let whole = plain && !has_helpers && !self.has_plugin("action_plugins", action);
        Facts::of(&code, whole)
    }

    fn returns_plainly(&self, module: &Utf8Path) -> bool {
        let Ok(Some(source)) = self.sources.read(module) else {
            return false;
        };
        let text = source.text();
        let has = |word: &&str| text.contains(word);
        let count = |word: &str| text.matches(word).count();
        has(&"exit_json(")
            && !["exit_json(**", "print(", "stdout.write"].iter().any(has)
            && count("module_utils") == count("ansible.module_utils")
    }

    fn facts_of_published(&mut self, play: usize, home: &Home) -> Rc<Facts> {
        let key = (play, home.clone());
        if let Some(known) = self.facts.get(&key) {
            return Rc::clone(known);
        }
        let (code, whole) = self.code_of(play, home);
        let facts = Rc::new(Facts::of(&code, whole));
        self.facts.insert(key, Rc::clone(&facts));
        facts
    }

    /// The code of a collection's action with its helpers, and whether that is all of it.
    fn code_of(&mut self, play: usize, home: &Home) -> (Vec<Rc<Source>>, bool) {
        let Home { collection, name } = home;
        let Some(dir) = self.find_collection(play, collection) else {
            return (Vec::new(), false);
        };
        let plugins = dir.join("plugins");
        let mut waiting: Vec<Utf8PathBuf> = (["modules", "action"].iter())
            .map(|folder| plugins.join(folder).join(format!("{name}.py")))
            .filter(|path| self.sources.is_file(path))
            .collect();
        let mut whole = !waiting.is_empty();
        let mut code = Vec::new();
        let mut seen: BTreeSet<Utf8PathBuf> = BTreeSet::new();
        while let Some(path) = waiting.pop() {
            if !seen.insert(path.clone()) {
                continue;
            }
            let Ok(Some(source)) = self.sources.read(&path) else {
                whole = false;
                continue;
            };
            let words = source.words();
            let others = source.qualified().iter();
            let others: Vec<Utf8PathBuf> = (others.filter(|other| *other != collection))
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
            code.push(source);
        }
        (code, whole)
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
