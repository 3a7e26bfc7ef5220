//! Plugins and modules of the tree. `plugins/loader.py`.

use std::collections::BTreeSet;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::Walker;
use super::context::Via;
use super::record::Text;
use crate::ansible::closure::Reach;
use crate::ansible::path::{join, parent};
use crate::ansible::reads::{HostSelection, Names};
use crate::ansible::settings::PLUGIN_FOLDERS;
use crate::ansible::tree::Kind;
use crate::ansible::unresolved::Reason;

/// Plugins of these kinds are loaded whether something names them or not.
const ALWAYS: [&str; 4] = [
    "callback_plugins",
    "filter_plugins",
    "test_plugins",
    "vars_plugins",
];

/// Plugins of these kinds are all loaded when Ansible starts, from the folders known then.
/// `executor/playbook_executor.py`.
const PRELOADED: [&str; 3] = ["become_plugins", "connection_plugins", "shell_plugins"];

/// Code of these kinds runs on the managed host, with its arguments only.
const REMOTE: [&str; 4] = ["library", "module_utils", "modules", "doc_fragments"];

/// Modules that others call without a task naming them. `plugins/action/`.
const IMPLIED: [&str; 12] = [
    "setup",
    "gather_facts",
    "copy",
    "file",
    "stat",
    "command",
    "slurp",
    "async_status",
    "async_wrapper",
    "normal",
    "validate_argument_spec",
    "find",
];

/// The first parts of the names in `module_utils/`, of each release from 2.16 to 2.21.
const OWN_UTILS: [&str; 23] = [
    "_internal",
    "_text",
    "ansible_release",
    "api",
    "basic",
    "common",
    "compat",
    "connection",
    "csharp",
    "datatag",
    "distro",
    "errors",
    "facts",
    "json_utils",
    "parsing",
    "powershell",
    "pycompat24",
    "service",
    "six",
    "splitter",
    "testing",
    "urls",
    "yumdnf",
];

impl Walker<'_> {
    /// Notes the folders of plugins beside a playbook or in a role: `add_all_plugin_dirs`.
    pub(super) fn plugin_dirs(&mut self, play: usize, dir: &Utf8Path) {
        let mut found: Vec<(&'static str, Utf8PathBuf)> = Vec::new();
        for (folder, _, _) in PLUGIN_FOLDERS {
            let path = dir.join(folder);
            if matches!(folder, "modules" | "plugin_utils") {
                continue;
            }
            if self.sources.is_dir(&path) {
                found.push((folder, path));
            } else {
                self.add_absent(path);
            }
        }
        found.extend(self.settings.plugins.iter().cloned());
        // Of this kind there is no setting: the name alone, where Ansible is started, is one.
        let shells = join(&self.request.root, &self.request.cwd, "shell_plugins");
        if self.sources.is_dir(&shells) {
            found.push(("shell_plugins", shells));
        } else {
            self.add_absent(shells);
        }
        if let Some(play) = self.plays.get_mut(play) {
            play.plugins.extend(found);
        }
    }

    /// Adds the plugins that the text of a play mentions, until no text mentions more.
    pub(super) fn plugins(&mut self, play: usize) {
        // A role's folders serve every play once the role is loaded, and roles are loaded
        // before the first play runs.
        let folders: BTreeSet<_> = (self.plays.iter())
            .flat_map(|play| play.plugins.iter().cloned())
            .collect();
        for (folder, dir) in folders {
            let via = Via::root(folder);
            let preloaded = PRELOADED.contains(&folder) && self.is_there_at_start(folder, &dir);
            for (relative, kind) in self.below(&dir, Some(play)).iter() {
                if !matches!(kind, Kind::File { .. }) {
                    continue;
                }
                let used = self.is_used(play, folder, relative)
                    || preloaded && relative.extension() == Some("py");
                if used {
                    self.plugin(play, folder, &dir.join(relative), &via);
                    self.packages(play, folder, &dir, relative, &via);
                }
            }
        }
    }

    /// Whether a folder of plugins is known before any playbook is read: it is beside the
    /// playbook, or configured.
    fn is_there_at_start(&self, folder: &str, dir: &Utf8Path) -> bool {
        let beside = [&parent(&self.request.playbook), &self.request.cwd];
        (dir.parent()).is_some_and(|above| beside.iter().any(|dir| *dir == above))
            || (self.settings.plugins.iter()).any(|(kind, path)| *kind == folder && path == dir)
    }

    /// The packages that a helper of modules is in: Python reads each before it.
    fn packages(
        &mut self,
        play: usize,
        folder: &str,
        dir: &Utf8Path,
        relative: &Utf8Path,
        via: &Arc<Via>,
    ) {
        if folder != "module_utils" {
            return;
        }
        for package in relative.ancestors().skip(1) {
            if !package.as_str().is_empty() {
                let init = dir.join(package).join("__init__.py");
                if self.sources.is_file(&init) {
                    self.plugin(play, folder, &init, via);
                } else {
                    self.add_absent(init);
                }
            }
        }
    }

    /// Whether a file of a folder of plugins is loaded: its name is mentioned, or it is of
    /// a kind that always is.
    pub(super) fn is_used(&self, play: usize, folder: &str, relative: &Utf8Path) -> bool {
        let name = relative.file_name().unwrap_or_default();
        let extension = relative.extension().unwrap_or_default();
        if matches!(extension, "pyc" | "pyo" | "md" | "rst" | "txt") || name.starts_with('.') {
            return false;
        }
        let mut stem = name.split('.').next().unwrap_or(name);
        if stem == "__init__" {
            if folder != "module_utils" {
                return false;
            }
            // A package is called like its directory, and comes before a module of that name.
            match relative.parent().and_then(Utf8Path::file_name) {
                Some(package) => stem = package,
                None => return true,
            }
        }
        if ALWAYS.contains(&folder) {
            return matches!(extension, "py" | "yml" | "yaml" | "json");
        }
        // `_old.py` is deprecated, and called `old` (`_find_plugin_legacy`).
        if folder != "module_utils"
            && let Some(deprecated) = stem.strip_prefix('_')
        {
            stem = deprecated;
        }
        let Some(state) = self.plays.get(play) else {
            return false;
        };
        // What shadows a part of Ansible's own is used by modules whose text isn't here.
        let own = match folder {
            "module_utils" => relative.components().next().is_some_and(|first| {
                OWN_UTILS.contains(&first.as_str().split('.').next().unwrap_or_default())
            }),
            "library" | "action_plugins" => IMPLIED.contains(&stem),
            "connection_plugins" | "shell_plugins" | "strategy_plugins" | "become_plugins"
            | "cache_plugins" => {
                matches!(
                    stem,
                    "ssh" | "local" | "sh" | "powershell" | "linear" | "sudo" | "memory"
                )
            }
            _ => false,
        };
        if own {
            return true;
        }
        // A name with other characters is no word of any text; it can't be ruled out.
        if !stem.chars().all(|c| c.is_alphanumeric() || c == '_') {
            return true;
        }
        match folder {
            "module_utils" => state.words.contains(stem) || state.module_words.contains(stem),
            "lookup_plugins" => {
                let called = state.lookups.iter().any(|used| {
                    used.call
                        .plugin
                        .as_deref()
                        .is_none_or(|plugin| plugin.rsplit('.').next() == Some(stem))
                });
                called
                    || state.words.contains(format!("with_{stem}").as_str())
                    || state.code_words.contains(stem)
            }
            "library" | "modules" | "action_plugins" => {
                state.any_action || state.actions.contains(stem) || state.code_words.contains(stem)
            }
            // Of a collection, these are enabled by the settings.
            "enabled_plugins" => state.code_words.contains(stem),
            _ => state.words.contains(stem),
        }
    }

    /// Whether a plugin of the tree has a name.
    pub(super) fn has_plugin(&self, folder: &str, name: &str) -> bool {
        self.plugin_files(folder, name).next().is_some()
    }

    /// The files of a plugin, in the folders of any play.
    pub(super) fn plugin_files(
        &self,
        folder: &str,
        name: &str,
    ) -> impl Iterator<Item = Utf8PathBuf> {
        (self.plays.iter())
            .flat_map(|play| &play.plugins)
            .filter(move |(kind, _)| *kind == folder)
            .flat_map(move |(_, dir)| ["", "_"].map(|mark| dir.join(format!("{mark}{name}.py"))))
            .filter(|path| self.sources.is_file(path))
    }

    /// One plugin: a file, its text, and what code in Python can read besides.
    pub(super) fn plugin(&mut self, play: usize, folder: &str, path: &Utf8Path, via: &Arc<Via>) {
        self.add_file(path, Reach::Play(play), via, false);
        let package = path.with_extension("");
        if folder == "module_utils" && self.sources.kind(&package).is_none() {
            self.add_absent(package);
        }
        let text = if matches!(folder, "library" | "modules" | "module_utils") {
            Text::Module
        } else {
            Text::Code
        };
        self.mention(play, path, text, None, via);
        if REMOTE.contains(&folder) || path.extension() != Some("py") {
            return;
        }
        self.unresolved(path, 0, folder, Reason::PythonPlugin, Some(play));
        let Some(source) = self.text(path, play) else {
            return;
        };
        let words = source.words();
        let has = |word: &str| words.contains(word);
        let all = ["task_vars", "variables", "available_variables", "get_vars"]
            .into_iter()
            .any(has);
        let (hostvars, groups) = (has("hostvars"), has("groups"));
        if let Some(state) = self.plays.get_mut(play) {
            let reads = &mut state.inputs.reads;
            if all {
                reads.variables = Names::All;
            }
            if hostvars {
                reads.add_hostvar(HostSelection::All, &Names::All);
            }
            if groups {
                reads.groups = Names::All;
            }
        }
    }
}
