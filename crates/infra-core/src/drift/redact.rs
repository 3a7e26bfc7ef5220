//! Which values may be shown.

use crate::drift::Shown;
use crate::json::{Difference, Path, Step, Value};

impl Shown {
    /// The values of a difference, as far as they may be shown.
    pub(crate) fn pair(leaf: &Difference<'_, '_>) -> (Self, Self) {
        if leaf.sensitive || is_secret_by_name(&leaf.path) {
            return (Self::Sensitive, Self::Sensitive);
        }
        let after = if leaf.unknown {
            Self::Unknown
        } else {
            Self::value(leaf.after)
        };
        (Self::value(leaf.before), after)
    }

    fn value(value: Option<&Value<'_>>) -> Self {
        match value {
            Some(value) if holds_secret_by_name(value) => Self::Sensitive,
            Some(value) => Self::Value(value.clone().into_owned()),
            None => Self::Value(Value::Null),
        }
    }
}

/// Providers forget to mark some secrets, and `show -json` of older releases loses marks of
/// nested blocks (hashicorp/terraform#28522, #34323), so a telling name counts as a mark.
fn is_secret_by_name(path: &Path) -> bool {
    path.steps()
        .iter()
        .any(|step| matches!(step, Step::Key(key) if is_secret_name(key)))
}

fn holds_secret_by_name(value: &Value<'_>) -> bool {
    match value {
        Value::Array(items) => items.iter().any(holds_secret_by_name),
        Value::Object(members) => members
            .iter()
            .any(|(key, member)| is_secret_name(key) || holds_secret_by_name(member)),
        _ => false,
    }
}

fn is_secret_name(name: &str) -> bool {
    const ENDINGS: [&str; 12] = [
        "password",
        "passwd",
        "passphrase",
        "secret",
        "secret_key",
        "secret_access_key",
        "secret_string",
        "private_key",
        "private_key_pem",
        "token",
        "api_key",
        "credentials",
    ];
    let name = name.to_ascii_lowercase().replace('-', "_");
    ENDINGS.iter().any(|ending| {
        name.strip_suffix(ending)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('_'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_telling_name_counts_as_a_mark() {
        for name in [
            "password",
            "master_password",
            "auth-token",
            "tls_private_key",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "http_tokens",
            "key_name",
            "secret_arn",
            "passwords_age",
            "compassword",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }
}
