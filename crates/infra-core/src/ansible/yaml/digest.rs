//! The digest of what a YAML file says, whatever its comments, blank lines and layout.
//!
//! The order of keys counts wherever somebody could go through them: in the value of a
//! variable (`dict2items`, a loop in a template, `to_json`), but not among the variables
//! of a file, the keywords of a play or task, or the arguments of a module.

use std::sync::Arc;

use super::node::{Data, Node};
use crate::ansible::tree::Digest;

/// What the mappings of a file mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Shape {
    /// Variables
    Variables,
    /// Plays, tasks or the metadata of a role
    Plays,
    /// The value of one variable, or what somebody goes through as a whole
    Value,
}

/// The digest of a file of this shape. None: only its bytes tell what it says.
pub(crate) fn digest(bytes: &[u8], documents: &[Arc<Node>], shape: Shape) -> Option<Digest> {
    let text = str::from_utf8(bytes).ok()?;
    // `parsing/utils/yaml.py` tries JSON first, in which `1e3` is a number; with a comment
    // the same text would be YAML.
    if text
        .trim_start_matches('\u{feff}')
        .trim_start()
        .starts_with(['{', '[', '%'])
    {
        return None;
    }
    let mut hasher = blake3::Hasher::new_derive_key("infra 2026 what a YAML file says");
    match documents {
        [] => {}
        [one] => match (shape, &one.data) {
            (Shape::Variables, Data::Mapping(_)) => sorted(one, &mut hasher, exact),
            (Shape::Plays, Data::Mapping(_) | Data::Sequence(_)) => structure(one, &mut hasher),
            (Shape::Value, Data::Mapping(_) | Data::Sequence(_)) => exact(one, &mut hasher),
            (_, Data::Scalar { .. }) if one.is_null() => {}
            _ => return None,
        },
        _ => return None,
    }
    hasher.update(&[match shape {
        Shape::Variables => b'v',
        Shape::Plays => b'p',
        Shape::Value => b'o',
    }]);
    Some(hasher.finalize())
}

/// The digest of one node with all below it, in its order.
pub(crate) fn digest_of(node: &Node) -> Digest {
    let mut hasher = blake3::Hasher::new_derive_key("infra 2026 what a YAML value says");
    exact(node, &mut hasher);
    hasher.finalize()
}

/// A list of plays or tasks, or one of them.
fn structure(node: &Node, hasher: &mut blake3::Hasher) {
    match &node.data {
        Data::Sequence(items) => {
            open(node, b'[', items.len(), hasher);
            for item in items {
                structure(item, hasher);
            }
        }
        Data::Mapping(members) => {
            open(node, b'{', members.len(), hasher);
            for (key, value) in in_order(members) {
                exact(key, hasher);
                let name = key.text().unwrap_or_default();
                match name {
                    "tasks" | "pre_tasks" | "post_tasks" | "handlers" | "block" | "rescue"
                    | "always" => structure(value, hasher),
                    "roles" | "dependencies" => entries(value, hasher),
                    // A loop over a mapping goes through it in order.
                    name if name == "loop" || name.starts_with("with_") => exact(value, hasher),
                    _ => sorted(value, hasher, exact),
                }
            }
        }
        Data::Scalar { .. } => exact(node, hasher),
    }
}

/// A list of roles, whose parameters are variables.
fn entries(node: &Node, hasher: &mut blake3::Hasher) {
    open(node, b'[', node.items().len(), hasher);
    if !node.is_sequence() {
        return exact(node, hasher);
    }
    for item in node.items() {
        sorted(item, hasher, exact);
    }
}

/// A mapping whose keys have no order; anything else as it is.
fn sorted(node: &Node, hasher: &mut blake3::Hasher, below: fn(&Node, &mut blake3::Hasher)) {
    let Data::Mapping(members) = &node.data else {
        return exact(node, hasher);
    };
    open(node, b'{', members.len(), hasher);
    for (key, value) in in_order(members) {
        exact(key, hasher);
        below(value, hasher);
    }
}

/// By the text of the keys; keys that have none come last, in the order of the file.
fn in_order(members: &[(Arc<Node>, Arc<Node>)]) -> Vec<&(Arc<Node>, Arc<Node>)> {
    let mut members: Vec<_> = members.iter().collect();
    members.sort_by_key(|(key, _)| (key.text().is_none(), key.text()));
    members
}

fn exact(node: &Node, hasher: &mut blake3::Hasher) {
    match &node.data {
        Data::Scalar { text, plain } => {
            open(node, if *plain { b'p' } else { b'q' }, text.len(), hasher);
            hasher.update(text.as_bytes());
        }
        Data::Sequence(items) => {
            open(node, b'[', items.len(), hasher);
            for item in items {
                exact(item, hasher);
            }
        }
        Data::Mapping(members) => {
            open(node, b'{', members.len(), hasher);
            for (key, value) in members {
                exact(key, hasher);
                exact(value, hasher);
            }
        }
    }
}

fn open(node: &Node, kind: u8, len: usize, hasher: &mut blake3::Hasher) {
    let tag = node.tag.as_deref().unwrap_or_default();
    hasher
        .update(&[kind])
        .update(&(len as u64).to_le_bytes())
        .update(&(tag.len() as u64).to_le_bytes())
        .update(tag.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::super::load;
    use super::*;

    fn says(text: &str, shape: Shape) -> Option<Digest> {
        digest(text.as_bytes(), &load(text.as_bytes()).unwrap(), shape)
    }

    #[test]
    fn layout_comments_and_the_order_of_variables_say_nothing() {
        let says = |text| says(text, Shape::Variables).unwrap();
        let file = says("a: 1\nb: [x, 'y']\n");
        assert_eq!(file, says("---\n# why\n\nb:\n- x # z\n- \"y\"\na: 1"));
        assert_eq!(file, says("a: 0\nb: [x, 'y']\na: 1\n"));
        for other in [
            "a: '1'\nb: [x, 'y']\n",
            "a: 1\nb: [x, y]\n",
            "a: 1\nb: ['y', x]\n",
            "a: !unsafe 1\nb: [x, 'y']\n",
            "a: 1\nb: {x: 'y'}\n",
            "a: 1\n",
            "",
        ] {
            assert_ne!(file, says(other), "{other}");
        }
        assert_eq!(says(""), says("---\n# nothing\n"));
    }

    #[test]
    fn the_order_inside_of_a_value_counts() {
        let vars = |text| says(text, Shape::Variables).unwrap();
        assert_ne!(vars("a: {x: 1, y: 2}"), vars("a: {y: 2, x: 1}"));
        let tasks = |text| says(text, Shape::Plays).unwrap();
        assert_eq!(
            tasks("- name: n\n  copy: {src: a, dest: b}\n"),
            tasks("- copy:\n    dest: b\n    src: a\n  name: n\n")
        );
        for (one, other) in [
            (
                "- copy: {content: {x: 1, y: 2}}\n",
                "- copy: {content: {y: 2, x: 1}}\n",
            ),
            ("- with_dict: {x: 1, y: 2}\n", "- with_dict: {y: 2, x: 1}\n"),
            (
                "- roles: [{role: a, u: {x: 1, y: 2}}]\n",
                "- roles: [{role: a, u: {y: 2, x: 1}}]\n",
            ),
            ("- a:\n- b:\n", "- b:\n- a:\n"),
        ] {
            assert_ne!(tasks(one), tasks(other), "{one}");
        }
        assert_eq!(
            tasks("- block: [{name: n, command: ls}]\n"),
            tasks("- block: [{command: ls, name: n}]\n")
        );
    }

    #[test]
    fn merged_keys_come_first() {
        let vars = |text| says(text, Shape::Variables).unwrap();
        assert_eq!(
            vars("b: &b {x: 1}\nc: {<<: *b, y: 2}\n"),
            vars("b: {x: 1}\nc: {x: 1, y: 2}\n")
        );
        assert_ne!(
            vars("b: &b {x: 1}\nc: {<<: *b, y: 2}\n"),
            vars("b: {x: 1}\nc: {y: 2, x: 1}\n")
        );
    }

    #[test]
    fn what_is_odd_counts_by_its_bytes() {
        for odd in [
            "{\"a\": 1e3}",
            "a: 1\n---\nb: 2\n",
            "just text",
            "- a list\n",
        ] {
            assert_eq!(says(odd, Shape::Variables), None, "{odd}");
        }
        let latin = b"a: \xe9\n";
        assert_eq!(digest(latin, &[], Shape::Variables), None);
    }
}
