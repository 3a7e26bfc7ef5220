//! What Ansible inherits from this process and this machine.

use std::collections::BTreeMap;
use std::sync::Arc;

use infra_core::ansible::Request;
use infra_exec::tools::AnsibleCore;

use crate::tools;

/// Adds to a request where this process is at home, its environment, and the Ansible that it has.
pub(crate) fn inherit(request: &mut Request<'_>, ansible: Option<&AnsibleCore>) {
    request.home = std::env::home_dir().and_then(|dir| dir.try_into().ok());
    request.env = settings();
    request.environment = Some(environment());
    request.collection_paths = tools::collection_paths(ansible);
    request.tools = tools::versions(ansible);
}

/// The environment of this process, which Ansible inherits. What isn't text, Ansible can't look up
/// as one either.
fn environment() -> Arc<BTreeMap<String, String>> {
    let texts = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    Arc::new(texts.collect())
}

/// The settings of Ansible in this process's environment that change what it reads. Others,
/// such as those for colours, change nothing on a host.
fn settings() -> BTreeMap<String, String> {
    const NAMES: [&str; 33] = [
        "ANSIBLE_ALLOW_BROKEN_CONDITIONALS",
        "ANSIBLE_ANY_ERRORS_FATAL",
        "ANSIBLE_BECOME",
        "ANSIBLE_BECOME_EXE",
        "ANSIBLE_BECOME_FLAGS",
        "ANSIBLE_BECOME_METHOD",
        "ANSIBLE_BECOME_USER",
        "ANSIBLE_CACHE_PLUGIN",
        "ANSIBLE_COLLECTIONS_PATH",
        "ANSIBLE_COLLECTIONS_PATHS",
        "ANSIBLE_CONFIG",
        "ANSIBLE_DUPLICATE_YAML_DICT_KEY",
        "ANSIBLE_FORCE_HANDLERS",
        "ANSIBLE_GATHERING",
        "ANSIBLE_HASH_BEHAVIOUR",
        "ANSIBLE_HOME",
        "ANSIBLE_INJECT_FACT_VARS",
        "ANSIBLE_JINJA2_EXTENSIONS",
        "ANSIBLE_JINJA2_NATIVE",
        "ANSIBLE_LIBRARY",
        "ANSIBLE_MODULE_UTILS",
        "ANSIBLE_PLAYBOOK_DIR",
        "ANSIBLE_PLAYBOOK_VARS_ROOT",
        "ANSIBLE_PRECEDENCE",
        "ANSIBLE_PRIVATE_ROLE_VARS",
        "ANSIBLE_PYTHON_INTERPRETER",
        "ANSIBLE_ROLES_PATH",
        "ANSIBLE_RUN_VARS_PLUGINS",
        "ANSIBLE_STRATEGY",
        "ANSIBLE_VARS_ENABLED",
        "ANSIBLE_VAULT_IDENTITY_LIST",
        "ANSIBLE_VAULT_PASSWORD_FILE",
        "ANSIBLE_YAML_FILENAME_EXT",
    ];
    std::env::vars()
        .filter(|(name, _)| {
            NAMES.contains(&name.as_str())
                || (name.starts_with("ANSIBLE_") && name.ends_with("_PLUGINS"))
        })
        .collect()
}
