//! A file name that may hold expressions, as a pattern over names.

use super::jinja::{Expr, is_template, pieces};

/// A part of a [`Pattern`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// This text
    Text(String),
    /// Any text
    Hole {
        /// Whether it can hold a slash
        slash: bool,
    },
}

/// The names that an expression can give: text with holes in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Pattern(Vec<Part>);

impl Pattern {
    /// The one name `text`.
    pub(crate) fn literal(text: impl Into<String>) -> Self {
        Self(vec![Part::Text(text.into())])
    }

    /// Anything.
    pub(crate) fn any() -> Self {
        Self(vec![Part::Hole { slash: true }])
    }

    /// Anything within one directory.
    pub(crate) fn segment() -> Self {
        Self(vec![Part::Hole { slash: false }])
    }

    /// The name, if there is only one.
    pub(crate) fn as_literal(&self) -> Option<String> {
        self.0
            .iter()
            .map(|part| match part {
                Part::Text(text) => Some(text.as_str()),
                Part::Hole { .. } => None,
            })
            .collect()
    }

    /// Whether nothing of the name is known.
    pub(crate) fn is_any(&self) -> bool {
        !self.0.is_empty()
            && self
                .0
                .iter()
                .all(|part| *part == Part::Hole { slash: true })
    }

    /// Whether a name can fit that has a slash in it.
    pub(crate) fn can_have_slash(&self) -> bool {
        self.0.iter().any(|part| match part {
            Part::Text(text) => text.contains('/'),
            Part::Hole { slash } => *slash,
        })
    }

    /// This and then another.
    pub(crate) fn then(&self, next: &Self) -> Self {
        let mut parts = self.0.clone();
        for part in &next.0 {
            match (parts.last_mut(), part) {
                (_, Part::Text(more)) if more.is_empty() => {}
                (Some(Part::Text(text)), Part::Text(more)) => text.push_str(more),
                (Some(Part::Hole { slash }), Part::Hole { slash: more }) => *slash |= more,
                _ => parts.push(part.clone()),
            }
        }
        Self(parts)
    }

    /// The same with `edit` applied to its text.
    pub(crate) fn map(&self, edit: impl Fn(&str) -> String) -> Self {
        Self(
            self.0
                .iter()
                .map(|part| match part {
                    Part::Text(text) => Part::Text(edit(text)),
                    hole @ Part::Hole { .. } => hole.clone(),
                })
                .collect(),
        )
    }

    /// What stands before the first space.
    pub(crate) fn first_word(&self) -> Self {
        let mut parts = Vec::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => match text.split_once(' ') {
                    Some((word, _)) => {
                        parts.push(Part::Text(word.to_owned()));
                        break;
                    }
                    None => parts.push(part.clone()),
                },
                Part::Hole { .. } => parts.push(part.clone()),
            }
        }
        Self(parts)
    }

    /// The directory that every name starts with, and the pattern of what follows it.
    pub(crate) fn split_dir(&self) -> (String, Self) {
        let Some((Part::Text(first), rest)) = self.0.split_first() else {
            return (String::new(), self.clone());
        };
        let Some((dir, name)) = first.rsplit_once('/') else {
            return (String::new(), self.clone());
        };
        let dir = if dir.is_empty() { "/" } else { dir };
        let mut parts = vec![Part::Text(name.to_owned())];
        parts.extend_from_slice(rest);
        (dir.to_owned(), Self(parts))
    }

    /// Whether a name fits.
    pub(crate) fn matches(&self, name: &str) -> bool {
        fn fits(parts: &[Part], name: &str) -> bool {
            match parts.split_first() {
                None => name.is_empty(),
                Some((Part::Text(text), rest)) => name
                    .strip_prefix(text.as_str())
                    .is_some_and(|name| fits(rest, name)),
                Some((Part::Hole { slash }, rest)) => {
                    let end = if *slash {
                        name.len()
                    } else {
                        name.find('/').unwrap_or(name.len())
                    };
                    if rest.is_empty() {
                        return end == name.len();
                    }
                    (0..=end)
                        .rev()
                        .any(|at| name.get(at..).is_some_and(|name| fits(rest, name)))
                }
            }
        }
        // More holes than a person writes could take exponential time: such a pattern
        // matches everything, which is sound.
        self.0.len() > 12 || fits(&self.0, name)
    }

    /// The pattern as a person reads it.
    #[cfg(test)]
    pub(crate) fn display(&self) -> String {
        self.0
            .iter()
            .map(|part| match part {
                Part::Text(text) => text.as_str(),
                Part::Hole { .. } => "*",
            })
            .collect()
    }
}

/// A text of a playbook that is a name, before its expressions are resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    /// As written
    pub(crate) text: String,
    /// Its parts. None: it could be anything
    pub(crate) parts: Option<Vec<Expr>>,
}

impl Name {
    /// The name that a text of a playbook is.
    pub(crate) fn new(text: &str) -> Self {
        let parts = if is_template(text) {
            pieces(text)
        } else {
            Some(vec![Expr::Str(text.to_owned())])
        };
        Self {
            text: text.to_owned(),
            parts,
        }
    }

    /// A name that is an expression by itself.
    pub(crate) fn expression(expr: &Expr) -> Self {
        let text = match expr {
            Expr::Str(text) => return Self::new(text),
            _ => "{{ … }}".to_owned(),
        };
        Self {
            text,
            parts: Some(vec![expr.clone()]),
        }
    }

    /// Whether an expression is in it.
    pub(crate) fn is_computed(&self) -> bool {
        !matches!(self.parts.as_deref(), Some([Expr::Str(_)]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hole_fits_any_text_and_a_slash_only_where_it_may() {
        let facts = Pattern::literal("vars/")
            .then(&Pattern::segment())
            .then(&Pattern::literal(".yml"));
        assert!(facts.matches("vars/Debian.yml") && !facts.matches("vars/a/b.yml"));
        let any = Pattern::any().then(&Pattern::literal(".yml"));
        assert!(any.matches("a/b.yml") && any.matches(".yml") && !any.matches("a.yaml"));
        assert_eq!(
            facts.split_dir(),
            (
                "vars".into(),
                Pattern::literal("")
                    .then(&Pattern::segment())
                    .then(&Pattern::literal(".yml"))
            )
        );
    }
}
