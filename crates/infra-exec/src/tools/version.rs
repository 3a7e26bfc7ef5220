//! Versions of tools, as far as they need comparing.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// A version such as `1.11.4`, `2.19.0rc1` or `1.6.0-alpha3`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    numbers: [u64; 3],
    /// What follows the numbers, such as `rc1`; empty for a release
    rest: String,
}

impl Version {
    /// A release.
    pub const fn new(major: u64, minor: u64, patch: u64) -> Self {
        Self {
            numbers: [major, minor, patch],
            rest: String::new(),
        }
    }

    /// Whether this is `minimum` or newer. A pre-release of the minimum is accepted: it has
    /// what made that version the minimum.
    pub fn at_least(&self, minimum: &Self) -> bool {
        self.numbers >= minimum.numbers
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.numbers.cmp(&other.numbers).then_with(|| {
            match (self.rest.is_empty(), other.rest.is_empty()) {
                (true, true) => Ordering::Equal,
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                (false, false) => self.rest.cmp(&other.rest),
            }
        })
    }
}

/// Text that is no version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{}\" is not a version", crate::escape::printable(_0))]
pub struct NotAVersion(String);

impl FromStr for Version {
    type Err = NotAVersion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bare = text.trim().trim_start_matches('v');
        let digits = bare
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(bare.len());
        let (numbers, rest) = bare.split_at(digits);
        let mut parsed = [0; 3];
        let mut parts = numbers.trim_end_matches('.').split('.');
        for (index, slot) in parsed.iter_mut().enumerate() {
            match parts.next().map(str::parse) {
                Some(Ok(number)) => *slot = number,
                None if index > 0 => break,
                None | Some(Err(_)) => return Err(NotAVersion(text.to_owned())),
            }
        }
        Ok(Self {
            numbers: parsed,
            rest: rest.trim_start_matches('-').to_owned(),
        })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.numbers;
        write!(
            f,
            "{major}.{minor}.{patch}{}",
            crate::escape::printable(&self.rest)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number_and_releases_follow_their_candidates() {
        let parse = |text: &str| text.parse::<Version>().unwrap();
        assert_eq!(parse("v1.11.4"), Version::new(1, 11, 4));
        assert_eq!(parse("2.19"), Version::new(2, 19, 0));
        assert!(parse("1.9.0") < parse("1.10.0"));
        assert!(parse("2.19.0rc1") < parse("2.19.0"));
        assert!(parse("1.6.0-alpha3").at_least(&Version::new(1, 6, 0)));
        assert_eq!(parse("2.19.0rc1").to_string(), "2.19.0rc1");
        for text in ["", "abc", ".", "1..2"] {
            assert!(text.parse::<Version>().is_err(), "{text:?}");
        }
    }
}
