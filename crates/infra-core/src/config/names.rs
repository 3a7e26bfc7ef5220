//! What names are allowed.

/// What the name of a stack or playbook must be.
pub(super) const LABEL: &str =
    "made of letters, digits, '.', '_' and '-', starting with a letter or digit";
/// What the name of a group must be.
pub(super) const GROUP: &str = "made of letters, digits and '_', starting with a letter or '_'";
/// What the name of a variable must be.
pub(super) const VARIABLE: &str = GROUP;
/// What the type of a resource must be.
pub(super) const RESOURCE_TYPE: &str = "one such as \"aws_instance\"";

/// `[A-Za-z0-9][A-Za-z0-9._-]*`: safe as a file name and as a shell word.
pub(super) fn is_label(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
}

/// `[A-Za-z_][A-Za-z0-9_]*`: what Ansible takes without [`TRANSFORM_INVALID_GROUP_CHARS`][1].
///
/// [1]: https://docs.ansible.com/ansible/latest/reference_appendices/config.html#transform-invalid-group-chars
pub(super) fn is_identifier(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Groups that Ansible makes itself.
pub(super) fn is_builtin_group(name: &str) -> bool {
    matches!(name, "all" | "ungrouped")
}

/// Terraform's own identifiers may hold dashes.
pub(super) fn is_resource_type(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

/// A variable that Ansible reads to connect or to run: nothing from the cloud may set it.
pub(super) fn is_connection_variable(name: &str) -> bool {
    name.starts_with("ansible_")
}

/// [Special variables][1] that a play sets; a value of one's own has no effect or does harm.
///
/// [1]: https://docs.ansible.com/ansible/latest/reference_appendices/special_variables.html
pub(super) fn is_magic_variable(name: &str) -> bool {
    const MAGIC: [&str; 14] = [
        "environment",
        "group_names",
        "groups",
        "hostvars",
        "inventory_dir",
        "inventory_file",
        "inventory_hostname",
        "inventory_hostname_short",
        "omit",
        "play_hosts",
        "playbook_dir",
        "role_name",
        "role_names",
        "role_path",
    ];
    MAGIC.contains(&name)
}
