//! Collections. `utils/collection_loader/_collection_finder.py`.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::Walker;
use super::context::{Context, Via};
use super::role::collection_of;
use crate::ansible::closure::{CollectionInput, Reach};
use crate::ansible::path::is_outside;
use crate::ansible::tree::Kind;
use crate::ansible::yaml::Shape;
use std::sync::Arc;

/// The folders of a collection's plugins, with the kind that Ansible knows them as.
const KINDS: [(&str, &str); 20] = [
    ("action", "action_plugins"),
    ("become", "become_plugins"),
    ("cache", "enabled_plugins"),
    ("callback", "enabled_plugins"),
    ("cliconf", "cliconf_plugins"),
    ("connection", "connection_plugins"),
    ("doc_fragments", "doc_fragments"),
    ("filter", "named_plugins"),
    ("httpapi", "httpapi_plugins"),
    ("inventory", "enabled_plugins"),
    ("lookup", "lookup_plugins"),
    ("modules", "modules"),
    ("module_utils", "module_utils"),
    ("netconf", "netconf_plugins"),
    ("plugin_utils", "plugin_utils"),
    ("shell", "shell_plugins"),
    ("strategy", "strategy_plugins"),
    ("terminal", "terminal_plugins"),
    ("test", "named_plugins"),
    ("vars", "enabled_plugins"),
];

impl Walker<'_> {
    /// The directories called `ansible_collections`, in the order of the search.
    pub(super) fn collection_roots(&self, play: usize) -> Vec<Utf8PathBuf> {
        let beside = self
            .plays
            .get(play)
            .map(|play| play.base.join("collections"));
        let main = crate::ansible::path::parent(&self.request.playbook).join("collections");
        let mut roots: Vec<Utf8PathBuf> = Vec::new();
        for path in [main]
            .into_iter()
            .chain(beside)
            .chain(self.settings.collections.iter().cloned())
        {
            let root = if path.file_name() == Some("ansible_collections") {
                path
            } else {
                path.join("ansible_collections")
            };
            if !roots.contains(&root) {
                roots.push(root);
            }
        }
        roots
    }

    pub(super) fn find_collection(&self, play: usize, name: &str) -> Option<Utf8PathBuf> {
        let (namespace, collection) = name.split_once('.')?;
        self.collection_roots(play)
            .into_iter()
            .map(|root| root.join(namespace).join(collection))
            .find(|dir| self.sources.is_dir(dir))
    }

    /// Whether a collection is in the tree, where its plugins are inputs.
    pub(super) fn is_in_tree(&self, play: usize, name: &str) -> bool {
        self.find_collection(play, name)
            .is_some_and(|dir| !is_outside(&dir))
    }

    /// A playbook by its full name: `namespace.collection.playbook`.
    pub(super) fn collection_playbook(
        &mut self,
        name: &str,
        via: &Arc<Via>,
    ) -> Option<Utf8PathBuf> {
        let mut parts = name.split('.');
        let (namespace, collection) = (parts.next()?, parts.next()?);
        let rest: Vec<&str> = parts.collect();
        if rest.is_empty() || name.contains('/') {
            return None;
        }
        let play = self.plays.len();
        let dir = self
            .find_collection(play, &format!("{namespace}.{collection}"))?
            .join("playbooks");
        let file = dir.join(rest.join("/"));
        let found = [
            file.clone(),
            Utf8PathBuf::from(format!("{file}.yml")),
            Utf8PathBuf::from(format!("{file}.yaml")),
        ]
        .into_iter()
        .find(|file| self.sources.is_file(file))?;
        self.add_yaml(&found, Reach::Everywhere, via, false, Shape::Plays);
        self.default_collection = Some(format!("{namespace}.{collection}"));
        Some(found)
    }

    /// The collections that a play's text mentions, with the plugins of those in the tree.
    pub(super) fn used_collections(&mut self, play: usize) {
        let Some(state) = self.plays.get(play) else {
            return;
        };
        let mut names = state.qualified.clone();
        for context in &state.stacks {
            names.extend(context.collections.iter().cloned());
            names.extend(context.roles.iter().filter_map(|role| collection_of(role)));
        }
        // A short name that is nobody's may be routed to any collection.
        let stray: Vec<String> = state
            .short_actions
            .iter()
            .filter(|action| {
                !self.has_module(action)
                    && !self.in_searched(play, "modules", action)
                    && !self.in_searched(play, "action", action)
            })
            .cloned()
            .collect();
        if !stray.is_empty() {
            names.extend(self.known_collections(play));
        }
        let Some(context) = self
            .plays
            .get(play)
            .and_then(|play| play.stacks.first())
            .cloned()
        else {
            return;
        };
        for name in names {
            if name != "ansible.builtin" && name != "ansible.legacy" {
                self.use_collection(&name, &context);
            }
        }
    }

    /// The collections that there are.
    pub(super) fn known_collections(&self, play: usize) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for root in self.collection_roots(play) {
            for namespace in self.dirs(&root) {
                for collection in self.dirs(&root.join(&namespace)) {
                    names.insert(format!("{namespace}.{collection}"));
                }
            }
        }
        names
    }

    /// Whether a collection that is searched for short names has a plugin or module.
    fn in_searched(&self, play: usize, folder: &str, name: &str) -> bool {
        let Some(state) = self.plays.get(play) else {
            return false;
        };
        let searched: BTreeSet<&String> = state
            .stacks
            .iter()
            .flat_map(|context| &context.collections)
            .collect();
        searched
            .into_iter()
            .any(|collection| self.collection_has(play, collection, folder, name))
    }

    /// Whether a collection has a plugin or module.
    pub(super) fn collection_has(
        &self,
        play: usize,
        collection: &str,
        folder: &str,
        name: &str,
    ) -> bool {
        self.find_collection(play, collection).is_some_and(|dir| {
            let dir = dir.join("plugins").join(folder);
            ["py", "ps1"].iter().any(|extension| {
                self.sources
                    .is_file(&dir.join(format!("{name}.{extension}")))
            })
        })
    }

    fn has_module(&self, name: &str) -> bool {
        (self.plays.iter())
            .flat_map(|play| &play.plugins)
            .filter(|(kind, _)| matches!(*kind, "library" | "action_plugins"))
            .any(|(_, dir)| {
                ["", ".py", ".ps1", ".sh"].iter().any(|extension| {
                    ["", "_"].iter().any(|mark| {
                        let file = dir.join(format!("{mark}{name}{extension}"));
                        self.sources.is_file(&file)
                    })
                })
            })
    }

    fn dirs(&self, dir: &Utf8Path) -> Vec<String> {
        self.sources
            .list(dir)
            .map(|entries| {
                entries
                    .iter()
                    .filter(|(_, kind, exact)| *kind == Some(Kind::Dir) && *exact)
                    .map(|(name, ..)| name.clone())
                    .collect()
            })
            .unwrap_or_default()
    }

    /// A collection, the ones it depends on, and its files if they are in the tree.
    pub(super) fn use_collection(&mut self, name: &str, context: &Context) {
        let Some(dir) = self.find_collection(context.play, name) else {
            return;
        };
        if !self.collections.contains_key(name) {
            self.grew = true;
            let (version, dependencies) = self.metadata(&dir);
            self.collections.insert(
                name.to_owned(),
                CollectionInput {
                    name: name.to_owned(),
                    version,
                    path: dir.clone(),
                },
            );
            for dependency in dependencies {
                self.use_collection(&dependency, context);
            }
        }
        if is_outside(&dir) {
            return;
        }
        let via = Via::root(format!("collection {name}"));
        self.routed(context.play, &dir);
        // Its metadata counts as the version that it says.
        for file in [
            "meta/runtime.yml",
            "__init__.py",
            "plugins/__init__.py",
            "roles/__init__.py",
        ] {
            self.listed(&dir.join(file), Reach::Everywhere, &via);
        }
        // To Python each folder is a package: its code would run, and so would that of a module
        // of the same name.
        for (folder, _) in KINDS {
            let folder = dir.join("plugins").join(folder);
            self.listed(&folder.with_extension("py"), Reach::Everywhere, &via);
            self.listed(&folder.join("__init__.py"), Reach::Everywhere, &via);
        }
        let roles: Vec<_> = (self.plays.iter())
            .flat_map(|play| &play.stacks)
            .flat_map(|context| context.roles.iter().cloned())
            .filter(|role| role.starts_with(&dir))
            .collect();
        for role in roles {
            self.listed(&role.join("__init__.py"), Reach::Everywhere, &via);
        }
        // A file of filters needn't be called like any of them: all of them are read.
        let filters = self.plays.get(context.play).is_some_and(|play| {
            play.filters.contains(name)
                || play
                    .stacks
                    .iter()
                    .any(|context| context.collections.iter().any(|searched| searched == name))
        });
        for (folder, kind) in KINDS {
            let plugins = dir.join("plugins").join(folder);
            if !self.sources.is_dir(&plugins) {
                continue;
            }
            // A short name is looked for in each of these, which begins with its package.
            if matches!(folder, "modules" | "action" | "filter" | "test" | "lookup") {
                self.listed(
                    &plugins.join("__init__.py"),
                    Reach::Play(context.play),
                    &via,
                );
            }
            for (relative, file) in self.below(&plugins, Some(context.play)).iter() {
                let named =
                    kind == "named_plugins" && filters && relative.extension() == Some("py");
                if !matches!(file, Kind::File { .. })
                    || !(named || self.is_used(context.play, kind, relative))
                {
                    continue;
                }
                let path = plugins.join(relative);
                // Python reads the package of a module before the module.
                for package in path
                    .ancestors()
                    .skip(1)
                    .take_while(|above| above.starts_with(&plugins))
                {
                    self.listed(
                        &package.join("__init__.py"),
                        Reach::Play(context.play),
                        &via,
                    );
                }
                let kind = if matches!(kind, "named_plugins" | "enabled_plugins") {
                    "filter_plugins"
                } else {
                    kind
                };
                self.plugin(context.play, kind, &path, &via);
            }
        }
    }

    /// Notes what `meta/runtime.yml` of a collection says that plugins with names which a play's
    /// text mentions are called instead. `plugin_routing` of `plugins/loader.py`.
    fn routed(&mut self, play: usize, dir: &Utf8Path) {
        let routing = self.sources.read(&dir.join("meta/runtime.yml"));
        let Ok(Some(source)) = routing else { return };
        let Ok(documents) = source.yaml() else { return };
        let Some(state) = self.plays.get_mut(play) else {
            return;
        };
        let kinds = documents
            .iter()
            .filter_map(|document| document.get("plugin_routing"));
        let names = (kinds.flat_map(|kinds| kinds.members()))
            .flat_map(|(kind, names)| names.members().iter().map(move |name| (kind, name)));
        for (kind, (name, route)) in names {
            let (Some(name), Some(to)) = (name.text(), route.get("redirect")) else {
                continue;
            };
            let name = name.rsplit('.').next().unwrap_or(name);
            let used = [&state.words, &state.code_words, &state.module_words]
                .iter()
                .any(|words| words.contains(name))
                || state.actions.contains(name)
                || kind.text() == Some("lookup")
                    && state.words.contains(format!("with_{name}").as_str());
            let Some((collection, name)) = to
                .text()
                .filter(|_| used)
                .and_then(|to| to.rsplit_once('.'))
            else {
                continue;
            };
            let collection: Vec<&str> = collection.split('.').take(2).collect();
            self.grew |= state.code_words.insert(Arc::from(name));
            self.grew |= state.qualified.insert(collection.join("."));
        }
    }

    /// The version and the dependencies of a collection.
    fn metadata(&self, dir: &Utf8Path) -> (Option<String>, Vec<String>) {
        for (file, inside) in [
            ("MANIFEST.json", Some("collection_info")),
            ("galaxy.yml", None),
        ] {
            let Some(source) = self.sources.read(&dir.join(file)).ok().flatten() else {
                continue;
            };
            let Ok(documents) = source.yaml() else {
                continue;
            };
            let Some(document) = documents.first() else {
                continue;
            };
            let info = match inside {
                Some(key) => document.get(key),
                None => Some(document),
            };
            let Some(info) = info else { continue };
            let version = info
                .get("version")
                .and_then(|node| node.text())
                .map(str::to_owned);
            let dependencies = info
                .get("dependencies")
                .map(|node| {
                    node.members()
                        .iter()
                        .filter_map(|(name, _)| name.text().map(str::to_owned))
                        .collect()
                })
                .unwrap_or_default();
            return (version, dependencies);
        }
        (None, Vec::new())
    }
}
