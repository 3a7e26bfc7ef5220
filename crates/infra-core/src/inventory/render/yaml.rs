//! A YAML inventory file.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::template::{could_be_template, is_live_key};
use crate::inventory::model::Inventory;
use crate::json::Value;

impl Inventory {
    /// The inventory as a file for Ansible's `yaml` plugin.
    ///
    /// Every key and string is double-quoted, so that no value can end its own line; values
    /// stand in flow style, one variable a line.
    pub fn yaml(&self) -> String {
        let bare = self.hosts.is_empty() && self.vars.is_empty();
        let mut out = String::from(if bare { "all: {}\n" } else { "all:\n" });
        if !self.hosts.is_empty() {
            out.push_str("  hosts:\n");
        }
        for (name, host) in &self.hosts {
            out.push_str("    ");
            key(&mut out, name);
            out.push_str(if host.vars.is_empty() { " {}\n" } else { "\n" });
            let every: BTreeSet<String> = host.vars.keys().cloned().collect();
            vars(&mut out, 6, &host.vars, &every);
        }
        if !self.vars.is_empty() {
            out.push_str("  vars:\n");
            vars(&mut out, 4, &self.vars, &self.untrusted);
        }
        // Each group stands at the top, so that Ansible hangs below `all` only those that
        // are in no other.
        for (name, group) in &self.groups {
            key(&mut out, name);
            let empty =
                group.hosts.is_empty() && group.children.is_empty() && group.vars.is_empty();
            out.push_str(if empty { " {}\n" } else { "\n" });
            names(&mut out, "hosts", &group.hosts);
            names(&mut out, "children", &group.children);
            if !group.vars.is_empty() {
                out.push_str("  vars:\n");
                vars(&mut out, 4, &group.vars, &group.untrusted);
            }
        }
        out
    }
}

fn names(out: &mut String, what: &str, names: &BTreeSet<String>) {
    if names.is_empty() {
        return;
    }
    out.push_str("  ");
    out.push_str(what);
    out.push_str(":\n");
    for name in names {
        out.push_str("    ");
        key(out, name);
        out.push_str(" {}\n");
    }
}

fn vars(
    out: &mut String,
    indent: usize,
    vars: &BTreeMap<String, Value<'static>>,
    untrusted: &BTreeSet<String>,
) {
    for (name, value) in vars {
        out.extend(std::iter::repeat_n(' ', indent));
        key(out, name);
        out.push(' ');
        flow(out, value, untrusted.contains(name));
        out.push('\n');
    }
}

/// A key of a block mapping. Names of hosts, groups and variables are short.
fn key(out: &mut String, name: &str) {
    quoted(out, name);
    out.push(':');
}

/// A value in flow style: JSON, but for the marks of unsafe strings, numbers and escapes.
fn flow(out: &mut String, value: &Value<'_>, untrusted: bool) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Number(text) => number(out, text),
        Value::String(text) => {
            if untrusted && could_be_template(text) {
                out.push_str("!unsafe ");
            }
            quoted(out, text);
        }
        Value::Array(items) => {
            out.push('[');
            for (position, item) in items.iter().enumerate() {
                out.push_str(if position > 0 { ", " } else { "" });
                flow(out, item, untrusted);
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            let members = members
                .iter()
                .filter(|(key, _)| !(untrusted && is_live_key(key)));
            for (position, (key, member)) in members.enumerate() {
                out.push_str(if position > 0 { ", " } else { "" });
                flow_key(out, key);
                flow(out, member, untrusted);
            }
            out.push('}');
        }
    }
}

/// A key of a flow mapping. YAML reads a key without `?` only up to 1024 characters
/// (YAML 1.1, section 7.4.2).
fn flow_key(out: &mut String, key: &str) {
    let mut text = String::with_capacity(key.len() + 2);
    quoted(&mut text, key);
    if text.len() > 1000 {
        out.push_str("? ");
        out.push_str(&text);
        out.push_str(" : ");
    } else {
        out.push_str(&text);
        out.push_str(": ");
    }
}

/// YAML 1.1 reads `1e3` as a string; a tag makes it a number. Of whole numbers both agree.
fn number(out: &mut String, text: &str) {
    let whole = text
        .trim_start_matches('-')
        .bytes()
        .all(|byte| byte.is_ascii_digit());
    if whole {
        out.push_str(text);
    } else {
        out.push_str("!!float ");
        quoted(out, text);
    }
}

/// A double-quoted scalar: a JSON string is one, but for characters that YAML refuses raw
/// or takes for the end of a line (YAML 1.1, sections 4.1 and 5.4).
fn quoted(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            ' '..='~' => out.push(c),
            '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..
                if !matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}') =>
            {
                out.push(c);
            }
            _ => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(json: &str) -> String {
        let mut out = String::new();
        flow(&mut out, &Value::parse(json).unwrap(), true);
        out
    }

    #[test]
    fn nothing_ends_its_line_and_templates_are_marked() {
        assert_eq!(
            written(
                r#"["x\"\n ansible_connection: local","{{ x }}",{"{{k}}":"a"},{"__ansible_vault":"v"}]"#
            ),
            r#"["x\"\n ansible_connection: local", !unsafe "{{ x }}", {}, {}]"#
        );
        assert_eq!(
            written(r#""\u2028\u0085\u007f\u0000é😀""#),
            r#""\u2028\u0085\u007f\u0000é😀""#
        );
    }

    #[test]
    fn numbers_stay_numbers() {
        assert_eq!(
            written("[12345678901234567890123,-1,1e3,1.5]"),
            r#"[12345678901234567890123, -1, !!float "1e3", !!float "1.5"]"#
        );
    }
}
