//! Attribute paths as people write them: `tags["a b"]`, `network_interface[*].access_config`.

use thiserror::Error;

use crate::json::{Path, Step};

/// A path in which `*` stands for any one step. It covers all that stands below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AttributePattern(Vec<PatternStep>);

/// One step of an [`AttributePattern`].
#[derive(Debug, Clone, PartialEq, Eq)]
enum PatternStep {
    /// `*` or `[*]`
    Any,
    /// A name, a key or an index
    Exactly(Step),
}

/// Why a text is no attribute path. The number is the position of the byte, from 0.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PatternError {
    /// Nothing where a name is expected
    #[error("a name is missing at character {0}")]
    NoName(usize),
    /// A bracket that isn't closed, or has no number, quoted key or `*` in it
    #[error("the brackets at character {0} hold no number, quoted key or `*`")]
    Brackets(usize),
    /// A `*` beside other characters
    #[error("`*` at character {0} is only part of a step")]
    PartOfStep(usize),
}

impl AttributePattern {
    /// Reads a pattern.
    pub(crate) fn parse(text: &str) -> Result<Self, PatternError> {
        let mut steps = Vec::new();
        let mut at = 0;
        while at < text.len() || steps.is_empty() {
            let rest = text.get(at..).unwrap_or_default();
            let (step, length) = if rest.starts_with('[') {
                bracket(rest, at)?
            } else {
                let dot = usize::from(!steps.is_empty() && rest.starts_with('.'));
                if dot == 0 && !steps.is_empty() {
                    return Err(PatternError::NoName(at));
                }
                let (step, length) = name(rest.get(dot..).unwrap_or_default(), at + dot)?;
                (step, length + dot)
            };
            steps.push(step);
            at += length;
        }
        Ok(Self(steps))
    }

    /// Whether the pattern names `path` or something above it.
    pub(crate) fn covers(&self, path: &Path) -> bool {
        self.0.len() <= path.steps().len()
            && self
                .0
                .iter()
                .zip(path.steps())
                .all(|(pattern, step)| match pattern {
                    PatternStep::Any => true,
                    PatternStep::Exactly(exactly) => exactly == step,
                })
    }

    /// The path, if there is no `*` in it.
    pub(crate) fn to_path(&self) -> Option<Path> {
        self.0
            .iter()
            .map(|step| match step {
                PatternStep::Any => None,
                PatternStep::Exactly(step) => Some(step.clone()),
            })
            .collect()
    }
}

/// `name`, `*`, and the older `.0` for an index.
fn name(text: &str, at: usize) -> Result<(PatternStep, usize), PatternError> {
    let length = text.find(['.', '[']).unwrap_or(text.len());
    let name = text.get(..length).unwrap_or_default();
    let step = match name {
        "" => return Err(PatternError::NoName(at)),
        "*" => PatternStep::Any,
        _ if name.contains('*') => return Err(PatternError::PartOfStep(at)),
        _ => match name.parse() {
            Ok(index) => PatternStep::Exactly(Step::Index(index)),
            Err(_) => PatternStep::Exactly(Step::Key(name.into())),
        },
    };
    Ok((step, length))
}

/// `[0]`, `["key"]`, `[*]`.
fn bracket(text: &str, at: usize) -> Result<(PatternStep, usize), PatternError> {
    let error = PatternError::Brackets(at);
    let inner = text.get(1..).unwrap_or_default();
    if inner.starts_with('"') {
        let mut strings = serde_json::Deserializer::from_str(inner).into_iter::<String>();
        let Some(Ok(key)) = strings.next() else {
            return Err(error);
        };
        let length = strings.byte_offset();
        return if inner
            .get(length..)
            .is_some_and(|rest| rest.starts_with(']'))
        {
            // Terraform writes keys as HCL does, where `$${` stands for `${`.
            let key = key.replace("$${", "${").replace("%%{", "%{");
            Ok((PatternStep::Exactly(Step::Key(key.into())), length + 2))
        } else {
            Err(error)
        };
    }
    let (inside, _) = inner.split_once(']').ok_or(error.clone())?;
    let step = match inside {
        "*" => PatternStep::Any,
        number => PatternStep::Exactly(Step::Index(number.parse().map_err(|_| error)?)),
    };
    Ok((step, inside.len() + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(pattern: &str, path: &str) -> bool {
        let path = AttributePattern::parse(path).unwrap().to_path().unwrap();
        AttributePattern::parse(pattern).unwrap().covers(&path)
    }

    #[test]
    fn a_pattern_covers_the_path_and_all_below_it() {
        assert!(covers("tags", "tags") && covers("tags", r#"tags["a b"]"#));
        assert!(covers(r#"tags["Name"]"#, "tags.Name") && !covers("tags.Name", "tags"));
        assert!(covers("disk[*].size", "disk[3].size") && covers("disk.*.size", "disk[3].size.x"));
        assert!(covers("disk.0", "disk[0]") && !covers("disk[0]", "disk[1]"));
        assert!(covers("*", "anything.below") && !covers("public_ip", "public_ips"));
        assert!(covers(r#"m["a.b[]\"c"]"#, r#"m["a.b[]\"c"].d"#));
    }

    #[test]
    fn what_is_no_path_is_refused_with_the_place() {
        for (text, error) in [
            ("", PatternError::NoName(0)),
            ("a.", PatternError::NoName(2)),
            ("a..b", PatternError::NoName(2)),
            ("a[", PatternError::Brackets(1)),
            ("a[x]", PatternError::Brackets(1)),
            (r#"a["x]"#, PatternError::Brackets(1)),
            ("a[0]b", PatternError::NoName(4)),
            ("public_*", PatternError::PartOfStep(0)),
        ] {
            assert_eq!(AttributePattern::parse(text), Err(error), "{text}");
        }
    }
}
