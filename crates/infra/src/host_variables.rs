//! The variables of hosts as `ansible-inventory --list` prints them.

use std::collections::BTreeMap;

use infra_core::json::Value;

use crate::reach::Variables;

/// Reads `_meta.hostvars`. What isn't there, or isn't as it should be, is no variable: the
/// listing only serves to reach the hosts.
pub(crate) fn read(listing: &[u8]) -> Variables {
    let text = String::from_utf8_lossy(listing);
    let Ok(value) = Value::parse(&text) else {
        return Variables::new();
    };
    let hosts = value
        .get("_meta")
        .and_then(|meta| meta.get("hostvars"))
        .and_then(Value::as_object);
    hosts
        .into_iter()
        .flatten()
        .map(|(host, vars)| {
            let vars = vars.as_object().into_iter().flatten();
            let vars: BTreeMap<String, Value<'static>> = vars
                .map(|(name, value)| (name.to_string(), value.clone().into_owned()))
                .collect();
            (host.to_string(), vars)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_variables_are_read_and_damage_is_none() {
        let read_one =
            read(br#"{"_meta":{"hostvars":{"a":{"ansible_user":"admin","ansible_port":22}}}}"#);
        assert_eq!(read_one["a"]["ansible_user"], Value::from("admin"));
        assert!(
            read(b"").is_empty() && read(b"{}").is_empty() && read(br#"{"_meta":[]}"#).is_empty()
        );
    }
}
