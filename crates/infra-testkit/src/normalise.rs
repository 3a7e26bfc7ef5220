//! Output with everything replaced that differs from run to run.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// Replaces paths, ids, addresses and times in the output of a command.
///
/// Equal ids stay equal: the first instance id becomes `[INSTANCE-1]` wherever it stands.
#[derive(Debug, Clone, Default)]
pub struct Normaliser {
    /// Literal texts, such as the path of a temporary directory, and what they become
    literals: Vec<(String, String)>,
}

struct Pattern {
    regex: Regex,
    name: &'static str,
    /// Whether different texts get different numbers
    numbered: bool,
}

static PATTERNS: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
    [
        (r"\bhttp://127\.0\.0\.1:\d+", "API", false),
        (r"\b127\.\d+\.\d+\.\d+\b", "ADDRESS", true),
        (
            r"\bec2-127-[\d-]+\.[a-z0-9.-]+\.amazonaws\.com",
            "NAME",
            true,
        ),
        (r"\bi-[0-9a-f]{17}\b", "INSTANCE", true),
        (
            r"\b(?:ami|eni|key|sg|subnet|vol|vpc)-[0-9a-f]{8,17}\b",
            "ID",
            true,
        ),
        (
            r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b",
            "UUID",
            true,
        ),
        (r"\b[0-9a-f]{64}\b", "DIGEST", true),
        (
            r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?",
            "MOMENT",
            false,
        ),
        (r"\b(?:\d+m ?)?\d+(?:\.\d+)? ?(?:ms|s|µs)\b", "TIME", false),
    ]
    .into_iter()
    .map(|(pattern, name, numbered)| Pattern {
        regex: Regex::new(pattern).expect("the pattern is part of this file and is tested"),
        name,
        numbered,
    })
    .collect()
});

impl Normaliser {
    /// Adds a text that becomes `[NAME]`.
    #[must_use]
    pub fn with(mut self, text: &str, name: &str) -> Self {
        self.literals.push((text.to_owned(), format!("[{name}]")));
        self
    }

    /// Returns the text with everything replaced.
    pub fn apply(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (literal, name) in &self.literals {
            text = text.replace(literal, name);
        }
        for pattern in PATTERNS.iter() {
            let mut numbers: HashMap<String, usize> = HashMap::new();
            let replaced = pattern.regex.replace_all(&text, |found: &Captures<'_>| {
                if !pattern.numbered {
                    return format!("[{}]", pattern.name);
                }
                let next = numbers.len() + 1;
                let number = numbers.entry(found[0].to_owned()).or_insert(next);
                format!("[{}-{number}]", pattern.name)
            });
            text = replaced.into_owned();
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_ids_stay_equal_and_different_ones_differ() {
        let text =
            "i-0123456789abcdef0 127.64.0.10 i-0123456789abcdef1 i-0123456789abcdef0 127.64.0.11";
        let expected = "[INSTANCE-1] [ADDRESS-1] [INSTANCE-2] [INSTANCE-1] [ADDRESS-2]";
        assert_eq!(Normaliser::default().apply(text), expected);
    }

    #[test]
    fn paths_and_times_are_replaced() {
        let normaliser = Normaliser::default().with("/tmp/x1", "PROJECT");
        let text =
            "/tmp/x1/infra.hcl took 1m 3.5s at 2026-01-02T03:04:05Z from http://127.0.0.1:4711/";
        assert_eq!(
            normaliser.apply(text),
            "[PROJECT]/infra.hcl took [TIME] at [MOMENT] from [API]/"
        );
    }
}
