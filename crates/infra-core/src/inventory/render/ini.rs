//! An INI inventory file.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::template::{holds_template, is_live_key};
use crate::inventory::model::Inventory;
use crate::json::Value;

impl Inventory {
    /// The inventory as a file for Ansible's `ini` plugin.
    ///
    /// Values are Python literals, which that plugin evaluates as such, so a string of
    /// digits stays a string. A value from a state that could be a template is left out,
    /// with a comment that says so: INI has no mark for data.
    pub fn ini(&self) -> String {
        let mut out = String::new();
        for (name, host) in &self.hosts {
            let mut line = name.clone();
            for (variable, value) in &host.vars {
                if holds_template(value) {
                    left_out(&mut out, name, variable);
                    continue;
                }
                // The plugin splits the line as a shell does: all of the literal stands in
                // single quotes, and holds none.
                line.push_str(" '");
                line.push_str(variable);
                line.push('=');
                literal(&mut line, value);
                line.push('\'');
            }
            out.push_str(&line);
            out.push('\n');
        }
        for (name, group) in &self.groups {
            section(&mut out, name, "", &group.hosts);
            if !group.children.is_empty() {
                section(&mut out, name, ":children", &group.children);
            }
            vars(&mut out, name, &group.vars, &group.untrusted);
        }
        vars(&mut out, "all", &self.vars, &self.untrusted);
        out
    }
}

fn section(out: &mut String, name: &str, kind: &str, members: &BTreeSet<String>) {
    let _ = write!(out, "\n[{name}{kind}]\n");
    for member in members {
        out.push_str(member);
        out.push('\n');
    }
}

fn vars(
    out: &mut String,
    group: &str,
    vars: &BTreeMap<String, Value<'static>>,
    untrusted: &BTreeSet<String>,
) {
    if vars.is_empty() {
        return;
    }
    let _ = write!(out, "\n[{group}:vars]\n");
    for (name, value) in vars {
        if untrusted.contains(name) && holds_template(value) {
            left_out(out, group, name);
            continue;
        }
        out.push_str(name);
        out.push('=');
        literal(out, value);
        out.push('\n');
    }
}

fn left_out(out: &mut String, of: &str, variable: &str) {
    let _ = writeln!(
        out,
        "# {of}: {variable} is left out: it holds a brace, and INI cannot mark it as no template; use yaml"
    );
}

/// A Python literal without a single quote, a line break or anything but ASCII.
fn literal(out: &mut String, value: &Value<'_>) {
    match value {
        Value::Null => out.push_str("None"),
        Value::Bool(flag) => out.push_str(if *flag { "True" } else { "False" }),
        Value::Number(text) => out.push_str(text),
        Value::String(text) => string(out, text),
        Value::Array(items) => {
            out.push('[');
            for item in items {
                literal(out, item);
                out.push(',');
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (key, member) in members.iter().filter(|(key, _)| !is_live_key(key)) {
                string(out, key);
                out.push(':');
                literal(out, member);
                out.push(',');
            }
            out.push('}');
        }
    }
}

fn string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '\'' => out.push_str("\\x27"),
            ' '..='~' => out.push(c),
            _ => {
                let _ = write!(out, "\\U{:08x}", u32::from(c));
            }
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_has_no_quote_or_line_break_of_its_own() {
        let mut out = String::new();
        let value =
            Value::parse(r##"{"it's":["a\nb","é😀",null,true,1.5,"#x = \"y\" \\"]}"##).unwrap();
        literal(&mut out, &value);
        assert_eq!(
            out,
            r##"{"it\x27s":["a\U0000000ab","\U000000e9\U0001f600",None,True,1.5,"#x = \"y\" \\",],}"##
        );
    }
}
