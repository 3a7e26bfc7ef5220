//! The settings that change where Ansible looks: `ansible.cfg` and `ANSIBLE_*`.
//!
//! Names, defaults and types are those of `config/base.yml`; `config/manager.py` says
//! which file applies and what relative paths are relative to.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::path::{join, parent};
use super::request::Request;
use super::source::Sources;

/// Folders of plugins: the subdirectory beside a playbook or in a role, the setting and
/// the environment variable that name further ones. `plugins/loader.py`.
pub(crate) const PLUGIN_FOLDERS: [(&str, &str, &str); 21] = [
    ("action_plugins", "action_plugins", "ANSIBLE_ACTION_PLUGINS"),
    ("become_plugins", "become_plugins", "ANSIBLE_BECOME_PLUGINS"),
    ("cache_plugins", "cache_plugins", "ANSIBLE_CACHE_PLUGINS"),
    (
        "callback_plugins",
        "callback_plugins",
        "ANSIBLE_CALLBACK_PLUGINS",
    ),
    (
        "cliconf_plugins",
        "cliconf_plugins",
        "ANSIBLE_CLICONF_PLUGINS",
    ),
    (
        "connection_plugins",
        "connection_plugins",
        "ANSIBLE_CONNECTION_PLUGINS",
    ),
    (
        "doc_fragments",
        "doc_fragment_plugins",
        "ANSIBLE_DOC_FRAGMENT_PLUGINS",
    ),
    ("filter_plugins", "filter_plugins", "ANSIBLE_FILTER_PLUGINS"),
    (
        "httpapi_plugins",
        "httpapi_plugins",
        "ANSIBLE_HTTPAPI_PLUGINS",
    ),
    (
        "inventory_plugins",
        "inventory_plugins",
        "ANSIBLE_INVENTORY_PLUGINS",
    ),
    ("library", "library", "ANSIBLE_LIBRARY"),
    ("lookup_plugins", "lookup_plugins", "ANSIBLE_LOOKUP_PLUGINS"),
    ("module_utils", "module_utils", "ANSIBLE_MODULE_UTILS"),
    (
        "netconf_plugins",
        "netconf_plugins",
        "ANSIBLE_NETCONF_PLUGINS",
    ),
    ("shell_plugins", "", ""),
    (
        "strategy_plugins",
        "strategy_plugins",
        "ANSIBLE_STRATEGY_PLUGINS",
    ),
    (
        "terminal_plugins",
        "terminal_plugins",
        "ANSIBLE_TERMINAL_PLUGINS",
    ),
    ("test_plugins", "test_plugins", "ANSIBLE_TEST_PLUGINS"),
    ("vars_plugins", "vars_plugins", "ANSIBLE_VARS_PLUGINS"),
    ("modules", "", ""),
    ("plugin_utils", "", ""),
];

/// What is configured.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    /// The `ansible.cfg` that applies
    pub(crate) file: Option<Utf8PathBuf>,
    /// Where it was looked for in vain
    pub(crate) absent: Vec<Utf8PathBuf>,
    /// `roles_path`
    pub(crate) roles: Vec<Utf8PathBuf>,
    /// `collections_path`, and what the caller adds
    pub(crate) collections: Vec<Utf8PathBuf>,
    /// Further folders of plugins, by the folder's usual name
    pub(crate) plugins: Vec<(&'static str, Utf8PathBuf)>,
    /// How the names of files of variables end: `yaml_valid_extensions`
    pub(crate) extensions: Vec<String>,
    /// `hash_behaviour = merge`
    pub(crate) merge_hashes: bool,
    /// `playbook_vars_root` isn't `top`: roles have `group_vars` of their own
    pub(crate) vars_in_roles: bool,
    /// How hosts are connected to unless something else is said of them: `transport`
    pub(crate) transport: Option<String>,
    /// Whether plugins or modules are configured that give variables values besides those that
    /// Ansible uses by itself: `vars_plugins_enabled`, `facts_modules`
    pub(crate) others_give_variables: bool,
    /// Plugins that give hosts and groups variables besides Ansible's own: `vars_plugins_enabled`
    pub(crate) vars_plugins: Vec<String>,
    /// The cache of facts, unless it is `memory`
    pub(crate) fact_cache: Option<String>,
    /// Files that settings name
    pub(crate) files: Vec<(String, Utf8PathBuf)>,
    /// Files that passwords of vaults are in, or scripts that print them
    pub(crate) passwords: Vec<Utf8PathBuf>,
}

impl Settings {
    /// Reads what applies to a request.
    pub(crate) fn read(request: &Request<'_>, sources: &Sources<'_>) -> Self {
        let mut settings = Self::default();
        let mut candidates: Vec<Utf8PathBuf> = Vec::new();
        let expand = |base: &Utf8Path, text: &str| expand(request, base, text);
        if let Some(file) = &request.config {
            candidates.push(file.clone());
        } else {
            if let Some(named) = request
                .env
                .get("ANSIBLE_CONFIG")
                .and_then(|text| expand(&request.cwd, text))
            {
                candidates.push(if sources.is_dir(&named) {
                    named.join("ansible.cfg")
                } else {
                    named
                });
            }
            candidates.push(request.cwd.join("ansible.cfg"));
            candidates.extend(request.home.as_ref().map(|home| home.join(".ansible.cfg")));
            candidates.push("/etc/ansible/ansible.cfg".into());
        }
        for candidate in candidates {
            if sources.is_file(&candidate) {
                settings.file = Some(candidate);
                break;
            }
            settings.absent.push(candidate);
        }
        let text = settings
            .file
            .as_ref()
            .and_then(|file| sources.read(file).ok().flatten());
        let ini = text
            .as_ref()
            .map(|source| parse_ini(source.text()))
            .unwrap_or_default();
        let beside = settings.file.as_deref().map(parent).unwrap_or_default();
        let get = |key: &str, env: &str| -> Option<(&str, &Utf8Path)> {
            if let Some(text) = request.env.get(env) {
                return Some((text, &request.cwd));
            }
            ini.get(key).map(|text| (text.as_str(), beside.as_path()))
        };
        let paths = |found: Option<(&str, &Utf8Path)>| -> Option<Vec<Utf8PathBuf>> {
            let (text, base) = found?;
            Some(
                text.split(':')
                    .filter(|part| !part.is_empty())
                    .filter_map(|part| expand(base, part))
                    .collect(),
            )
        };
        let own = get("home", "ANSIBLE_HOME")
            .and_then(|(text, base)| expand(base, text))
            .or_else(|| request.home.as_ref().map(|home| home.join(".ansible")));
        let home = |rest: &str| own.as_ref().map(|own| own.join(rest));
        settings.roles = paths(get("roles_path", "ANSIBLE_ROLES_PATH")).unwrap_or_else(|| {
            home("roles")
                .into_iter()
                .chain([
                    "/usr/share/ansible/roles".into(),
                    "/etc/ansible/roles".into(),
                ])
                .collect()
        });
        settings.collections = paths(
            get("collections_path", "ANSIBLE_COLLECTIONS_PATH")
                .or_else(|| get("collections_paths", "ANSIBLE_COLLECTIONS_PATHS")),
        )
        .unwrap_or_else(|| {
            home("collections")
                .into_iter()
                .chain(["/usr/share/ansible/collections".into()])
                .collect()
        });
        settings
            .collections
            .extend(request.collection_paths.iter().cloned());
        for (folder, key, env) in PLUGIN_FOLDERS {
            if key.is_empty() {
                continue;
            }
            let found = paths(get(key, env)).unwrap_or_else(|| {
                let kind = match folder {
                    "library" => "modules",
                    other => other.trim_end_matches("_plugins"),
                };
                let shared = Utf8PathBuf::from(format!("/usr/share/ansible/plugins/{kind}"));
                let dirs = home(&format!("plugins/{kind}")).into_iter().chain([shared]);
                dirs.filter(|dir| sources.is_dir(dir)).collect()
            });
            settings
                .plugins
                .extend(found.into_iter().map(|path| (folder, path)));
        }
        settings.extensions = match get("yaml_valid_extensions", "ANSIBLE_YAML_FILENAME_EXT") {
            Some((text, _)) => {
                let parts = text.split([',', '\n']).map(str::trim);
                let parts = parts.filter(|part| !part.is_empty());
                parts.map(str::to_owned).collect()
            }
            None => [".yml", ".yaml", ".json"].map(str::to_owned).to_vec(),
        };
        let word = |key: &str, env: &str| get(key, env).map(|(text, _)| text.trim().to_lowercase());
        settings.merge_hashes =
            word("hash_behaviour", "ANSIBLE_HASH_BEHAVIOUR").is_some_and(|text| text == "merge");
        settings.vars_in_roles = word("playbook_vars_root", "ANSIBLE_PLAYBOOK_VARS_ROOT")
            .is_some_and(|text| text != "top");
        settings.transport = word("transport", "ANSIBLE_TRANSPORT");
        let others = |key: &str, env: &str, usual: [&str; 2]| -> Vec<String> {
            let words = word(key, env).unwrap_or_default();
            let words = words.split([',', '\n']).map(str::trim);
            let others = words.filter(|word| !word.is_empty() && !usual.contains(word));
            others.map(str::to_owned).collect()
        };
        let usual = ["host_group_vars", "ansible.builtin.host_group_vars"];
        settings.vars_plugins = others("vars_plugins_enabled", "ANSIBLE_VARS_ENABLED", usual);
        let facts = others("facts_modules", "ANSIBLE_FACTS_MODULES", ["smart", "setup"]);
        settings.others_give_variables = !settings.vars_plugins.is_empty() || !facts.is_empty();
        settings.fact_cache =
            word("fact_caching", "ANSIBLE_CACHE_PLUGIN").filter(|text| text != "memory");
        // `vault_identity_list` has elements such as `dev@path`.
        for (key, env) in [
            ("vault_password_file", "ANSIBLE_VAULT_PASSWORD_FILE"),
            ("vault_identity_list", "ANSIBLE_VAULT_IDENTITY_LIST"),
        ] {
            let Some((text, base)) = get(key, env) else {
                continue;
            };
            let sources_of = text
                .split(',')
                .map(|part| part.rsplit('@').next().unwrap_or(part));
            let paths = sources_of.filter_map(|path| expand(base, path));
            settings
                .passwords
                .extend(paths.filter(|path| sources.is_file(path)));
        }
        for (key, env) in [
            ("ssh_config", ""),
            ("ssh_args", "ANSIBLE_SSH_ARGS"),
            ("task_timeout", ""),
        ] {
            // Words of ssh's arguments that are files, such as `-F ssh.cfg`.
            for part in get(key, env)
                .map(|(text, _)| text.split_whitespace())
                .into_iter()
                .flatten()
            {
                if let Some(path) = expand(&request.cwd, part.trim_matches(['"', '\'']))
                    && sources.is_file(&path)
                {
                    settings.files.push((key.to_owned(), path));
                }
            }
        }
        settings
    }
}

/// A path of the configuration: `~`, `{{CWD}}`, `$NAME`, and relative to `base`.
fn expand(request: &Request<'_>, base: &Utf8Path, text: &str) -> Option<Utf8PathBuf> {
    let text = text.trim().trim_matches(['"', '\'']);
    if text.is_empty() {
        return None;
    }
    let cwd = request.root.join(&request.cwd);
    let text = with_variables(request, &text.replace("{{CWD}}", cwd.as_str()));
    if let Some(rest) = text.strip_prefix('~') {
        let home = request.home.as_ref()?;
        return Some(join(&request.root, home, rest.trim_start_matches('/')));
    }
    Some(join(&request.root, base, &text))
}

/// A text with what the environment says in place of `$NAME` and `${NAME}`; what it doesn't know
/// stays. `unfrackpath` of `utils/path.py`, `expandvars` of Python.
fn with_variables(request: &Request<'_>, text: &str) -> String {
    let value = |name: &str| {
        let inherited = request.environment.as_ref();
        let home = request.home.as_ref().filter(|_| name == "HOME");
        (request.env.get(name))
            .or_else(|| inherited.and_then(|inherited| inherited.get(name)))
            .map(String::as_str)
            .or(home.map(|home| home.as_str()))
    };
    let mut parts = text.split('$');
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let braced = (part.strip_prefix('{')).and_then(|inner| inner.split_once('}'));
        let (name, rest) = braced
            .unwrap_or_else(|| part.split_at(part.find(|c| !is_name(c)).unwrap_or(part.len())));
        if let Some(value) = value(name) {
            whole.push_str(value);
            whole.push_str(rest);
        } else {
            whole.push('$');
            whole.push_str(part);
        }
    }
    whole
}

/// The keys of an INI file, whatever their section: no two of those used here share a
/// name. `configparser` of Python: `#` and `;` begin comments, values continue on
/// indented lines.
fn parse_ini(text: &str) -> BTreeMap<String, String> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    let mut last: Option<String> = None;
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        if trimmed.starts_with('[') {
            last = None;
            continue;
        }
        if line.starts_with(char::is_whitespace)
            && let Some(value) = last.as_ref().and_then(|key| found.get_mut(key))
        {
            value.push('\n');
            value.push_str(trimmed);
            continue;
        }
        if let Some((key, value)) = trimmed.split_once(['=', ':']) {
            let value = value
                .split_once(" ;")
                .map_or(value, |(value, _)| value)
                .trim();
            let key = key.trim().to_lowercase();
            found.insert(key.clone(), value.to_owned());
            last = Some(key);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ansible::memory::MemoryTree;
    use crate::inventory::Inventory;

    #[test]
    fn paths_of_a_file_are_relative_to_it_and_the_environment_wins() {
        let tree = MemoryTree::from_iter([
            (
                "ansible/ansible.cfg",
                "[defaults]\nroles_path = roles:$SHARED/r:${HOME}:a$NONE:../shared # no\nfilter_plugins=plugins/filter\nhash_behaviour: merge ; yes\n",
            ),
            ("/home/u/.ansible/plugins/modules/x.py", ""),
        ]);
        let inventory = Inventory::default();
        let mut request = Request::new(&tree, "/srv", "ansible/site.yml", &inventory);
        request
            .env
            .insert("ANSIBLE_COLLECTIONS_PATH".into(), "deps:~/c".into());
        request.home = Some("/home/u".into());
        request.env.insert("SHARED".into(), "/srv/more".into());
        let settings = Settings::read(&request, &Sources::new(&tree));
        assert_eq!(
            settings.roles[..4],
            ["ansible/roles", "more/r", "/home/u", "ansible/a$NONE"]
        );
        assert_eq!(settings.collections, ["ansible/deps", "/home/u/c"]);
        let of = |folder| {
            let known = settings.plugins.iter();
            let dirs = known.filter(|(kind, _)| *kind == folder);
            dirs.map(|(_, dir)| dir.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(of("filter_plugins"), ["ansible/plugins/filter"]);
        assert_eq!(of("library"), ["/home/u/.ansible/plugins/modules"]);
        assert!(settings.merge_hashes);
    }
}
