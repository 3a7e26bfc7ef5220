//! Which values a variable may have: those that say how to connect are checked, all
//! others are data.

use super::connect::{is_connectable, is_user};
use super::model::is_connection_variable;
use super::names::is_variable_name;
use super::render::is_live_key;
use crate::json::Value;

/// A port as a number or its text.
pub(super) fn port(value: &Value<'_>) -> Option<u16> {
    match value {
        Value::Number(text) | Value::String(text) => text.parse().ok().filter(|port| *port != 0),
        _ => None,
    }
}

/// Why a variable that a state declares (`ansible_host`, `ansible_group`) is not taken.
///
/// Of the variables that Ansible itself reads, those are taken whose value can be checked.
/// `ansible_connection=local` would run tasks on this machine, and arguments of ssh can
/// name a command to run here.
pub(super) fn refusal(name: &str, value: &Value<'_>) -> Option<&'static str> {
    if !is_variable_name(name) || matches!(name, "infra" | "infra_addresses") {
        return Some("this cannot be the name of a variable here");
    }
    if !name.starts_with("ansible_") && !is_connection_variable(name) {
        return None;
    }
    let text = match value {
        Value::String(text) | Value::Number(text) => text.as_ref(),
        Value::Bool(true) => "true",
        Value::Bool(false) => "false",
        _ => return Some("Ansible's own variables must be plain text here"),
    };
    let good = match name {
        "ansible_host" | "ansible_ssh_host" => is_connectable(text),
        "ansible_port" | "ansible_ssh_port" => port(value).is_some(),
        "ansible_user" | "ansible_ssh_user" | "ansible_become_user" => is_user(text),
        "ansible_connection" => {
            matches!(text, "ssh" | "smart" | "paramiko" | "winrm" | "psrp")
        }
        "ansible_become" => matches!(
            text.to_ascii_lowercase().as_str(),
            "true" | "false" | "yes" | "no"
        ),
        "ansible_become_method" | "ansible_shell_type" | "ansible_network_os" => is_word(text),
        "ansible_python_interpreter"
        | "ansible_ssh_private_key_file"
        | "ansible_private_key_file" => is_path(text),
        _ => return Some("infra does not take this variable of Ansible's from a state"),
    };
    (!good).then_some("its value is not of the form that it must have")
}

fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._".contains(&byte))
}

fn is_path(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('-')
        && !text.split('/').any(|step| step == "..")
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"/._-~".contains(&byte))
}

/// Takes out the members whose names Ansible would not take for data: of
/// `{"__ansible_vault": …}` it makes a vaulted value, and the run breaks on it; a name that
/// could be a template is one as soon as a playbook takes it out of its map, as `dict2items`
/// does, and no format has a mark for names that every version heeds. Says whether there
/// were any.
pub(super) fn without_live_keys(value: &mut Value<'static>) -> bool {
    match value {
        Value::Array(items) => items
            .iter_mut()
            .fold(false, |found, item| without_live_keys(item) | found),
        Value::Object(members) => {
            let before = members.len();
            members.retain(|key, _| !is_live_key(key));
            let found = members.len() != before;
            members
                .values_mut()
                .fold(found, |found, member| without_live_keys(member) | found)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_of_ansible_are_taken_only_where_their_value_can_be_checked() {
        let taken = |name: &str, value: &str| refusal(name, &Value::from(value)).is_none();
        assert!(taken("ansible_host", "10.0.0.1") && !taken("ansible_host", "-oProxyCommand=x"));
        assert!(taken("ansible_port", "22") && !taken("ansible_port", "22 -v"));
        assert!(taken("ansible_user", "admin") && !taken("ansible_user", "-l"));
        assert!(taken("ansible_connection", "ssh") && !taken("ansible_connection", "local"));
        assert!(!taken("ansible_ssh_common_args", "-J bastion"));
        assert!(!taken("ansible_host", "{{ x }}"));
        assert!(taken("ansible_ssh_private_key_file", "~/.ssh/id"));
        assert!(!taken("ansible_ssh_private_key_file", "../id"));
        assert!(taken("greeting", "{{ x }}"), "data stays data");
        assert!(!taken("__ansible_vault", "x") && !taken("a-b", "x"));
    }

    #[test]
    fn members_that_ansible_would_not_take_for_data_are_taken_out() {
        let text = r#"{"a":[{"__ansible_unsafe":"x","b":1,"{{ x }}":2,"c":{"{% x %}":3}}]}"#;
        let mut value = Value::parse(text).unwrap().into_owned();
        assert!(without_live_keys(&mut value));
        assert_eq!(value.to_string(), r#"{"a":[{"b":1,"c":{}}]}"#);
        assert!(!without_live_keys(&mut value));
    }
}
