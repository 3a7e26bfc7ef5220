//! Resource addresses: `module.cell["a.b"].aws_instance.web[0]`.

use std::fmt;

use serde::{Deserialize, Deserializer};

use crate::json::{Raw, Text};

/// The key of one instance of a resource or module: `[0]` of `count`, `["a"]` of `for_each`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InstanceKey<'a> {
    /// The text of a number
    Number(Text<'a>),
    /// A string
    String(Text<'a>),
}

/// `[0]`, `["a"]`, as Terraform writes it in an address.
impl fmt::Display for InstanceKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(text) => write!(f, "[{text}]"),
            // Terraform quotes as HCL does, where `${` and `%{` would start a template.
            Self::String(text) => {
                let quoted = serde_json::to_string(text.as_str()).map_err(|_| fmt::Error)?;
                write!(f, "[{}]", quoted.replace("${", "$${").replace("%{", "%%{"))
            }
        }
    }
}

impl InstanceKey<'_> {
    /// Adds the key to an address.
    pub(crate) fn push_to(&self, address: &mut String) {
        match self {
            Self::String(text) if text.bytes().all(is_plain) => {
                address.extend(["[\"", text, "\"]"]);
            }
            Self::Number(text) => address.extend(["[", text, "]"]),
            Self::String(_) => address.push_str(&self.to_string()),
        }
    }
}

/// Whether a byte of a key stands for itself wherever it is.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_./:@ ".contains(&byte)
}

impl<'de: 'a, 'a> Deserialize<'de> for InstanceKey<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Raw::deserialize(deserializer)?.get();
        if raw.starts_with('"') {
            Text::of_literal(raw)
                .map(Self::String)
                .map_err(serde::de::Error::custom)
        } else if raw.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
            Ok(Self::Number(raw.into()))
        } else {
            Err(serde::de::Error::custom(format_args!(
                "an instance key must be a number or a string, not {raw}"
            )))
        }
    }
}

/// An address taken apart.
///
/// The syntax is that of Terraform's [resource addressing][doc].
///
/// [doc]: https://developer.hashicorp.com/terraform/cli/state/resource-addressing
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address<'a> {
    /// The modules from the root inwards, each with its key
    pub module: Vec<(&'a str, Option<&'a str>)>,
    /// Whether it is a data source
    pub data: bool,
    /// The resource type
    pub resource_type: &'a str,
    /// The resource name
    pub name: &'a str,
    /// The key with its brackets, as written: `[0]`, `["a"]`
    pub key: Option<&'a str>,
}

impl<'a> Address<'a> {
    /// Takes an address of a resource or of one of its instances apart. What is not one is `None`.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut rest = text;
        let mut module = Vec::new();
        while let Some(after) = rest.strip_prefix("module.") {
            let (name, key, tail) = step(after)?;
            module.push((name, key));
            rest = tail.strip_prefix('.')?;
        }
        let (data, rest) = match rest.strip_prefix("data.") {
            Some(tail) => (true, tail),
            None => (false, rest),
        };
        let (resource_type, rest) = rest.split_once('.')?;
        let (name, key, tail) = step(rest)?;
        (tail.is_empty() && is_name(resource_type)).then_some(Self {
            module,
            data,
            resource_type,
            name,
            key,
        })
    }

    /// The address of the resource in the configuration: no keys anywhere.
    pub fn without_keys(&self) -> String {
        let mut text = String::new();
        for (name, _) in &self.module {
            text.push_str("module.");
            text.push_str(name);
            text.push('.');
        }
        if self.data {
            text.push_str("data.");
        }
        text.push_str(self.resource_type);
        text.push('.');
        text.push_str(self.name);
        text
    }
}

/// A name, an optional key in brackets, and what follows.
pub(crate) fn step(text: &str) -> Option<(&str, Option<&str>, &str)> {
    let end = text.find(['.', '[']).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if !is_name(name) {
        return None;
    }
    if !rest.starts_with('[') {
        return Some((name, None, rest));
    }
    let length = key_length(rest)?;
    let (key, rest) = rest.split_at(length);
    Some((name, Some(key), rest))
}

/// The length of `["…"]` or `[…]` at the start of `text`; a quoted key may hold brackets.
fn key_length(text: &str) -> Option<usize> {
    if !text.starts_with("[\"") {
        return text.find(']').map(|end| end + 1);
    }
    let mut escaped = false;
    for (position, byte) in text.bytes().enumerate().skip(2) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return text[position..].starts_with("\"]").then_some(position + 2),
            _ => {}
        }
    }
    None
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_may_hold_dots_brackets_and_quotes() {
        let text = r#"module.cell["a.b[\"]"].module.x[3].data.aws_ami.web["]"]"#;
        let address = Address::parse(text).unwrap();
        assert_eq!(
            address.module,
            [("cell", Some(r#"["a.b[\"]"]"#)), ("x", Some("[3]"))]
        );
        assert_eq!(
            (address.data, address.resource_type, address.name),
            (true, "aws_ami", "web")
        );
        assert_eq!(address.key, Some(r#"["]"]"#));
        assert_eq!(
            address.without_keys(),
            "module.cell.module.x.data.aws_ami.web"
        );
    }

    #[test]
    fn what_is_not_an_address_is_none() {
        for text in [
            "",
            "aws_instance",
            "aws_instance.",
            ".web",
            "module.a",
            "a.b.c",
            "a.b[",
            "a.b[0",
            r#"a.b["x]"#,
        ] {
            assert_eq!(Address::parse(text), None, "{text}");
        }
    }

    #[test]
    fn keys_are_written_as_terraform_quotes_them() {
        assert_eq!(
            InstanceKey::String("a\"${b}".into()).to_string(),
            r#"["a\"$${b}"]"#
        );
        assert_eq!(InstanceKey::Number("0".into()).to_string(), "[0]");
    }
}
