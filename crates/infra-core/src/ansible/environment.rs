//! Settings of Ansible that stand in the environment.

/// The environment variables that change what a run reads or what it does on a host, but for
/// the directories of plugins. `config/base.yml` of ansible-core 2.15 to 2.21.
const SETTINGS: [&str; 49] = [
    "ANSIBLE_ALLOW_BROKEN_CONDITIONALS",
    "ANSIBLE_ALLOW_EMBEDDED_TEMPLATES",
    "ANSIBLE_ANY_ERRORS_FATAL",
    "ANSIBLE_BECOME",
    "ANSIBLE_BECOME_EXE",
    "ANSIBLE_BECOME_FLAGS",
    "ANSIBLE_BECOME_METHOD",
    "ANSIBLE_BECOME_USER",
    "ANSIBLE_CACHE_PLUGIN",
    "ANSIBLE_CACHE_PLUGIN_CONNECTION",
    "ANSIBLE_COLLECTIONS_PATH",
    "ANSIBLE_COLLECTIONS_PATHS",
    "ANSIBLE_COLLECTIONS_SCAN_SYS_PATH",
    "ANSIBLE_CONFIG",
    "ANSIBLE_DUPLICATE_YAML_DICT_KEY",
    "ANSIBLE_ERROR_ON_UNDEFINED_VARS",
    "ANSIBLE_EXECUTABLE",
    "ANSIBLE_FACTS_MODULES",
    "ANSIBLE_FACT_PATH",
    "ANSIBLE_FORCE_HANDLERS",
    "ANSIBLE_GATHERING",
    "ANSIBLE_GATHER_SUBSET",
    "ANSIBLE_HASH_BEHAVIOUR",
    "ANSIBLE_HOME",
    "ANSIBLE_INJECT_FACT_VARS",
    "ANSIBLE_INJECT_INVOCATION",
    "ANSIBLE_JINJA2_EXTENSIONS",
    "ANSIBLE_JINJA2_NATIVE",
    "ANSIBLE_LIBRARY",
    "ANSIBLE_MODULE_IGNORE_EXTS",
    "ANSIBLE_MODULE_UTILS",
    "ANSIBLE_NULL_REPRESENTATION",
    "ANSIBLE_PLAYBOOK_DIR",
    "ANSIBLE_PLAYBOOK_VARS_ROOT",
    "ANSIBLE_PRECEDENCE",
    "ANSIBLE_PRIVATE_ROLE_VARS",
    "ANSIBLE_PYTHON_INTERPRETER",
    "ANSIBLE_REMOTE_USER",
    "ANSIBLE_ROLES_PATH",
    "ANSIBLE_RUN_VARS_PLUGINS",
    "ANSIBLE_STRATEGY",
    "ANSIBLE_STRING_CONVERSION_ACTION",
    "ANSIBLE_STRING_TYPE_FILTERS",
    "ANSIBLE_TRANSFORM_INVALID_GROUP_CHARS",
    "ANSIBLE_TRANSPORT",
    "ANSIBLE_VARS_ENABLED",
    "ANSIBLE_VAULT_IDENTITY_LIST",
    "ANSIBLE_VAULT_PASSWORD_FILE",
    "ANSIBLE_YAML_FILENAME_EXT",
];

/// Whether an environment variable is a setting of Ansible's that changes what a run reads or
/// what it does on a host, so that it belongs to [`Request::env`](super::Request::env) where
/// ansible-playbook inherits it. Others, such as those for colours and connections, change
/// nothing there.
pub fn is_setting(name: &str) -> bool {
    SETTINGS.contains(&name) || (name.starts_with("ANSIBLE_") && name.ends_with("_PLUGINS"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_read_of_the_settings_is_known_to_be_one() {
        let read = include_str!("settings.rs").split('"');
        let mut read: Vec<&str> = read.filter(|text| text.starts_with("ANSIBLE_")).collect();
        // Its files count where a playbook is given it; where to connect to is no input.
        read.retain(|name| *name != "ANSIBLE_SSH_ARGS");
        assert!(read.contains(&"ANSIBLE_TRANSPORT"), "{read:?}");
        for name in read {
            assert!(is_setting(name), "{name}");
        }
        for other in ["ANSIBLE_FORCE_COLOR", "ANSIBLE_FORKS", "HOME", "MY_PLUGINS"] {
            assert!(!is_setting(other), "{other}");
        }
    }

    #[test]
    fn they_are_in_order_and_each_is_there_once() {
        assert!(SETTINGS.is_sorted_by(|one, next| one < next));
    }
}
