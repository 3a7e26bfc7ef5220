//! A record set of Route 53.

use std::collections::BTreeSet;

/// A record set of Route 53.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordSet {
    /// The name, as [`plain_name`] writes it
    pub name: String,
    /// The type: `A`, `AAAA`, `TXT`, …
    pub kind: String,
    /// Seconds for which a resolver may keep it; none for an alias
    pub ttl: Option<i64>,
    /// The values, as Route 53 has them
    pub values: BTreeSet<String>,
    /// Whether it is name, type, time and values and nothing else: no alias, no routing
    /// policy, no health check
    pub is_plain: bool,
}

/// A name as it is compared: in lower case, without the dot at its end, and without the
/// [escapes] in which Route 53 writes what isn't a letter, a digit, a hyphen or an underscore.
///
/// [escapes]: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
pub fn plain_name(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    let mut rest = name.strip_suffix('.').unwrap_or(name);
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        let code = after
            .get(..3)
            .and_then(|digits| u8::from_str_radix(digits, 8).ok());
        if let Some(code) = code {
            plain.push(char::from(code));
            rest = after.get(3..).unwrap_or_default();
        } else {
            plain.push('\\');
            rest = after;
        }
    }
    plain.push_str(rest);
    plain.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_is_compared_in_one_way() {
        for name in ["*.Example.com.", "\\052.example.com", "*.example.com"] {
            assert_eq!(plain_name(name), "*.example.com");
        }
        assert_eq!(plain_name("a\\.b"), "a\\.b");
    }
}
