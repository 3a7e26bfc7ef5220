//! The names that hosts, groups and variables may have.

use crate::terraform::Object;

/// Whether a host may be called `name`: `[A-Za-z0-9][A-Za-z0-9._-]{0,252}`, and no word
/// that Ansible gives a meaning of its own.
///
/// What else Ansible accepts means something to it or to others: `*`, `~`, `!`, `,`, `:`,
/// `&`, `@` and brackets in a `--limit` pattern, a leading `-` in a command line of ssh,
/// `/` in the file name of a fact cache. `localhost`, and all that begins like it, is
/// this machine (`ansible/constants.py`, `LOCALHOST`).
pub fn is_host_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    name.len() <= 253
        && bytes
            .next()
            .is_some_and(|byte| byte.is_ascii_alphanumeric())
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        && !["all", "ungrouped", "localhost", "127.0.0.1"].contains(&name)
}

/// Whether a group may be called `name`: `[A-Za-z_][A-Za-z0-9_-]*`, and none of the groups
/// that are always there. Ansible warns of the hyphen and takes it.
pub fn is_group_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    name.len() <= 253
        && bytes
            .next()
            .is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
        && !["all", "ungrouped", "_meta"].contains(&name)
}

/// Whether a variable may be called `name`: an identifier, and not one of the keys by which
/// Ansible's JSON knows vaulted and unsafe values.
pub fn is_variable_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !name.starts_with("__ansible")
}

/// A group's name from a word of the configuration, such as a resource name.
pub(super) fn group_name(word: &str) -> Option<String> {
    let name: String = word
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    is_group_name(&name).then_some(name)
}

/// How much of an address goes into a name.
const LONGEST: usize = 200;

/// Whether [`from_address`] could give this name: it has a dot after the type of the resource,
/// unless that was cut off.
pub(super) fn could_be_by_address(name: &str) -> bool {
    name.contains('.') || name.len() >= LONGEST
}

/// A host's name from `address`, that of its resource: `aws_instance.web[0]` becomes
/// `aws_instance.web.0`, `module.cell["eu-1"].aws_instance.web` becomes
/// `module.cell.eu-1.aws_instance.web`.
///
/// Different addresses give different names. Where the plain form could be that of two
/// addresses (a key with a dot, say), a digest of the address is added.
pub(super) fn from_address(object: &Object<'_>, address: &str) -> String {
    let mut plain = address.is_ascii() && address.len() <= LONGEST;
    let mut name = String::with_capacity(address.len());
    let mut rest = address;
    let own_key = object.key.as_ref().map_or(0, |key| key.to_string().len());
    let own_key_at = address.len() - own_key.min(address.len());
    while let Some(start) = rest.find('[') {
        let at = address.len() - rest.len() + start;
        let (before, tail) = rest.split_at(start);
        let (key, after) = split_key(tail);
        name.push_str(before);
        name.push('.');
        plain &= push_key(&mut name, key, at < own_key_at);
        rest = after;
    }
    name.push_str(rest);
    if plain && is_host_name(&name) {
        return name;
    }
    // No address that Terraform writes begins with anything else, but a state is only a file.
    let mut name: String = name
        .trim_start_matches(|c: char| !c.is_ascii_alphanumeric())
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || "._-".contains(c) {
                c
            } else {
                '-'
            }
        })
        .take(LONGEST)
        .collect();
    let digest = blake3::hash(address.as_bytes()).to_hex();
    if !name.is_empty() {
        name.push('-');
    }
    name.push_str(digest.get(..12).unwrap_or_default());
    name
}

/// Adds a key as it is read, and says whether it could be taken for nothing else.
fn push_key(name: &mut String, key: &str, of_module: bool) -> bool {
    let Some(text) = key.strip_prefix('"').and_then(|key| key.strip_suffix('"')) else {
        name.push_str(key);
        return true; // a number: no name of a resource or module begins with a digit
    };
    name.push_str(text);
    let simple = text
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    let number = text.bytes().all(|byte| byte.is_ascii_digit());
    // After a module there may stand a resource type, and all types have an underscore.
    let like_a_type = of_module && (text.contains('_') || text == "module");
    simple && !text.is_empty() && !number && !like_a_type
}

/// `[0].rest` and `["a]b"].rest`, taken apart into the key and what follows.
fn split_key(text: &str) -> (&str, &str) {
    let mut quoted = false;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => quoted = !quoted,
            b']' if !quoted => {
                return (
                    text.get(1..at).unwrap_or_default(),
                    text.get(at + 1..).unwrap_or_default(),
                );
            }
            _ => {}
        }
    }
    (text.get(1..).unwrap_or_default(), "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::read_state;

    fn name(module: &str, key: &str) -> String {
        let text = format!(
            r#"{{"version":4,"resources":[{{"module":{},"type":"aws_instance","name":"web","instances":[{{"index_key":{key}}}]}}]}}"#,
            serde_json::to_string(module).unwrap()
        );
        let state = read_state(&text).unwrap();
        from_address(&state.objects[0], &state.objects[0].address())
    }

    #[test]
    fn an_address_becomes_a_name_that_still_reads_as_it() {
        assert_eq!(name("", "null"), "aws_instance.web");
        assert_eq!(name("", "0"), "aws_instance.web.0");
        assert_eq!(name("", r#""eu-1_a""#), "aws_instance.web.eu-1_a");
        assert_eq!(
            name(r#"module.cell["eu-1"].module.x[3]"#, r#""a""#),
            "module.cell.eu-1.module.x.3.aws_instance.web.a"
        );
    }

    #[test]
    fn what_could_be_two_addresses_gets_a_digest() {
        let dotted = name("", r#""a.b""#);
        assert!(dotted.starts_with("aws_instance.web.a.b-"), "{dotted}");
        let number = name("", r#""0""#);
        assert!(number.starts_with("aws_instance.web.0-"), "{number}");
        let like_a_type = name(r#"module.m["aws_instance"]"#, "null");
        assert!(
            like_a_type.starts_with("module.m.aws_instance.aws_instance.web-"),
            "{like_a_type}"
        );
    }

    #[test]
    fn any_key_gives_an_allowed_name() {
        for key in [
            "{{ x }}", "a\n", "-o", "../../x", "]", "\"", "ü", "", "[0]", "${x}",
        ] {
            let name = name(
                &format!("module.m[{}]", serde_json::to_string(key).unwrap()),
                &serde_json::to_string(key).unwrap(),
            );
            assert!(is_host_name(&name), "{key:?}: {name:?}");
        }
    }

    #[test]
    fn a_module_that_terraform_would_not_name_so_gives_an_allowed_name() {
        for module in ["!module.ce$ll[\"/eu-1\"]", "-oProxyCommand=x", "..", "ü"] {
            let name = name(module, "0");
            assert!(is_host_name(&name), "{module:?}: {name:?}");
        }
    }

    #[test]
    fn names_with_a_meaning_elsewhere_are_not_allowed() {
        for bad in [
            "",
            "all",
            "ungrouped",
            "localhost",
            "127.0.0.1",
            "::1",
            "-a",
            "~a",
            "*",
            "!a",
            "a:b",
            "a,b",
            "@f",
            "../x",
            "a/b",
            "a b",
            "a\n",
            "{{a}}",
            "web[0]",
            "a&b",
            "_x",
            ".x",
        ] {
            assert!(!is_host_name(bad), "{bad:?}");
        }
        for good in ["web-1", "Web_1.example.com", "0", "10.0.0.1"] {
            assert!(is_host_name(good), "{good:?}");
        }
        assert!(is_group_name("web_servers") && is_group_name("web-servers"));
        assert!(!is_group_name("all") && !is_group_name("0a") && !is_group_name("a.b"));
        assert!(is_variable_name("a_1") && !is_variable_name("a-1"));
        assert!(!is_variable_name("__ansible_unsafe"));
    }
}
