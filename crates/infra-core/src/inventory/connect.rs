//! What may be handed to ssh: addresses and logins that can't be taken for anything else.

use std::net::IpAddr;

/// Whether `text` may be handed to ssh as the host: an IP literal or a host name.
pub fn is_connectable(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok() || is_resolvable(text)
}

/// Whether `text` is a host name as RFC 1123 section 2.1 has it: labels of letters, digits
/// and inner hyphens; and underscores, which internal zones use. A leading hyphen would be an
/// option of ssh. A last label of digits only would be a mistyped IPv4 address, which
/// resolvers read in surprising ways.
pub(super) fn is_resolvable(text: &str) -> bool {
    let name = text.strip_suffix('.').unwrap_or(text);
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    name.len() <= 253
        && name.split('.').all(is_label)
        && !name
            .rsplit('.')
            .next()
            .is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether `text` may be a login, as useradd(8), Active Directory and ssh gateways have them:
/// no option of ssh, no shell word, no Jinja, no comment of a configuration file.
pub fn is_user(text: &str) -> bool {
    let mut bytes = text.bytes();
    text.len() <= 255
        && bytes
            .next()
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"._-@+#\\".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_only_a_name() {
        for good in [
            "ubuntu",
            "_svc",
            "ann.lee",
            "ann@corp.example",
            "CORP\\ann",
            "ann+web",
            "ann#web-1",
        ] {
            assert!(is_user(good), "{good}");
        }
        let long = "a".repeat(256);
        for bad in [
            "", "-l root", "#a", "svc$", "a b", "a;b", "{{ x }}", "a\n", "ünal", &long,
        ] {
            assert!(!is_user(bad), "{bad}");
        }
    }

    #[test]
    fn only_an_ip_literal_or_a_host_name_is_connectable() {
        for good in [
            "10.0.0.1",
            "::1",
            "a",
            "web-1.example.com",
            "example.com.",
            "3com.com",
            "fe80::1",
            "a_b",
        ] {
            assert!(is_connectable(good), "{good}");
        }
        let long = format!("{}.com", "a".repeat(64));
        for bad in [
            "",
            ".",
            "-a",
            "a-",
            "a..b",
            "a b",
            "{{ x }}",
            "10.0.0.256",
            "1.2.3",
            "a\n",
            "-oProxyCommand=touch",
            "a;b",
            "[::1]",
            "$(id)",
            "user@host",
            "ünïcode.example",
            &long,
        ] {
            assert!(!is_connectable(bad), "{bad}");
        }
    }
}
