//! What holds whatever a cloud says.

use std::collections::BTreeSet;

use infra_core::inventory::{is_group_name, is_host_name};
use proptest::prelude::*;

use super::built;

/// Text that means something to one of the readers, or any text.
fn nasty() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("{{ lookup('pipe', 'touch /tmp/canary') }}".to_owned()),
        Just("x\"\n ansible_connection: local".to_owned()),
        Just("' ansible_connection=local".to_owned()),
        Just("-oProxyCommand=touch".to_owned()),
        Just("__ansible_unsafe".to_owned()),
        Just("__ansible_vault".to_owned()),
        Just("all".to_owned()),
        Just("web".to_owned()),
        Just("\u{2028}\u{85}\u{0}#;".to_owned()),
        "[a-z]{1,3}",
        any::<String>(),
    ]
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

fn instance(key: &str, tags: &[(String, String)]) -> String {
    let tags: Vec<String> = tags
        .iter()
        .map(|(key, value)| format!("{}:{}", quoted(key), quoted(value)))
        .collect();
    format!(
        r#"{{"index_key":{},"attributes":{{"id":"i","private_ip":"10.0.0.1","tags":{{{}}}}}}}"#,
        quoted(key),
        tags.join(",")
    )
}

fn state(instances: &[String]) -> String {
    format!(
        r#"{{"version":4,"resources":[{{"type":"aws_instance","name":"web","instances":[{}]}}]}}"#,
        instances.join(",")
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn tags_name_no_group_and_no_variable(
        hosts in prop::collection::btree_map(nasty(), prop::collection::vec((nasty(), nasty()), 0..4), 1..5),
        names in prop::collection::vec(nasty(), 5),
    ) {
        let instances: Vec<String> = hosts
            .iter()
            .zip(&names)
            .map(|((key, tags), name)| {
                let mut tags = tags.clone();
                tags.push(("Name".to_owned(), name.clone()));
                instance(key, &tags)
            })
            .collect();
        let built = built(&state(&instances));
        let groups: BTreeSet<&str> = built.inventory.groups.keys().map(String::as_str).collect();
        prop_assert!(groups.is_subset(&BTreeSet::from(["aws_instance", "web"])));
        prop_assert!(groups.iter().all(|name| is_group_name(name)));
        prop_assert_eq!(built.inventory.hosts.len(), hosts.len());
        for (name, host) in &built.inventory.hosts {
            prop_assert!(is_host_name(name) && !groups.contains(name.as_str()));
            let vars: Vec<&str> = host.vars.keys().map(String::as_str).collect();
            prop_assert_eq!(vars, ["ansible_host", "infra", "infra_addresses"]);
        }
        // Nothing ends its line: as many lines as variables, hosts and groups.
        for line in built.inventory.yaml().lines() {
            let group = ["all:", "\"aws_instance\":", "\"web\":"].contains(&line);
            prop_assert!(group || line.starts_with("  "), "{line:?}");
        }
        let ini = built.inventory.ini();
        prop_assert!(ini.is_ascii() && !ini.contains("ansible_connection=local'"));
    }

    #[test]
    fn the_order_of_the_document_decides_nothing(
        names in prop::collection::btree_map("[a-z.\\[\\]0-9]{1,4}", nasty(), 1..6),
    ) {
        let mut instances: Vec<String> = names
            .iter()
            .map(|(key, name)| instance(key, &[("Name".to_owned(), name.clone())]))
            .collect();
        let forwards = built(&state(&instances));
        instances.reverse();
        let backwards = built(&state(&instances));
        prop_assert_eq!(forwards.inventory.list().to_string(), backwards.inventory.list().to_string());
        prop_assert_eq!(forwards, backwards);
    }

    #[test]
    fn different_addresses_give_different_names(
        keys in prop::collection::btree_set(prop_oneof![nasty(), "[a-z.0_\\-\\[\\]]{1,4}"], 1..12),
        modules in prop::collection::btree_set(prop_oneof![nasty(), "[a-z.0_\\-]{1,3}"], 1..4),
    ) {
        let resources: Vec<String> = modules
            .iter()
            .map(|module| {
                let instances: Vec<String> = keys.iter().map(|key| instance(key, &[])).collect();
                format!(
                    r#"{{"module":{},"type":"aws_instance","name":"web","instances":[{}]}}"#,
                    quoted(&format!("module.m[{}]", quoted(module))),
                    instances.join(",")
                )
            })
            .collect();
        let state = format!(r#"{{"version":4,"resources":[{}]}}"#, resources.join(","));
        prop_assert_eq!(built(&state).inventory.hosts.len(), keys.len() * modules.len());
    }
}
