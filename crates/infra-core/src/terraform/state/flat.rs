//! The flat attribute map of Terraform 0.11: `network.#`, `network.0.ip`, `tags.%`.

use std::borrow::Cow;

use indexmap::IndexMap;

use crate::json::Value;

/// Builds the nested value that a flat map stands for.
///
/// `x.#` counts a list or set and `x.%` a map (the "flatmap" of Terraform 0.11). The
/// index of a set element is a hash, so indexes only give the order. A map without a
/// count, or whose keys hold dots, is read as it stands.
pub(super) fn unflatten(flat: &Value<'_>) -> Value<'static> {
    let Some(members) = flat.as_object() else {
        return Value::Null;
    };
    let mut root = Node::default();
    for (key, value) in members {
        root.insert(
            key,
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned),
        );
    }
    root.build()
}

#[derive(Default)]
struct Node {
    value: Option<String>,
    list: bool,
    map: bool,
    children: IndexMap<String, Node>,
}

impl Node {
    fn insert(&mut self, key: &str, value: String) {
        // The parts of a map's key stay together: `tags.kubernetes.io/role` is one key.
        if self.map {
            self.children.entry(key.to_owned()).or_default().value = Some(value);
            return;
        }
        match key.split_once('.') {
            None if key == "#" => self.list = true,
            None if key == "%" => self.map = true,
            None => self.children.entry(key.to_owned()).or_default().value = Some(value),
            Some((first, rest)) => self
                .children
                .entry(first.to_owned())
                .or_default()
                .insert(rest, value),
        }
    }

    fn build(self) -> Value<'static> {
        if self.list {
            let mut items: Vec<(u64, Node)> = self
                .children
                .into_iter()
                .map(|(key, node)| {
                    (
                        key.trim_start_matches('~').parse().unwrap_or(u64::MAX),
                        node,
                    )
                })
                .collect();
            items.sort_by_key(|(index, _)| *index);
            return items.into_iter().map(|(_, node)| node.build()).collect();
        }
        if let (Some(value), true) = (self.value, self.children.is_empty()) {
            return Value::String(Cow::Owned(value));
        }
        Value::Object(
            self.children
                .into_iter()
                .map(|(key, node)| (Cow::Owned(key), node.build()))
                .collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_maps_and_sets_are_rebuilt() {
        let flat = Value::parse(
            r#"{"id":"i-1","tags.%":"2","tags.Name":"web","tags.a.b/c":"d","network.#":"2",
                "network.1.ip":"10.0.0.2","network.0.ip":"10.0.0.1","sg.#":"1","sg.3735928559":"sg-1","empty.#":"0"}"#,
        )
        .unwrap();
        assert_eq!(
            unflatten(&flat).to_string(),
            r#"{"id":"i-1","tags":{"Name":"web","a.b/c":"d"},"network":[{"ip":"10.0.0.1"},{"ip":"10.0.0.2"}],"sg":["sg-1"],"empty":[]}"#
        );
    }
}
