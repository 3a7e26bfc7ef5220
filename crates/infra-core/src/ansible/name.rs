//! A file name that may hold expressions, as a pattern over names.

use super::jinja::{Expr, is_template, pieces};

/// A part of a [`Pattern`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
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

    /// What an index into a text gives: one character of it. None: that is nothing else.
    pub(crate) fn character(&self, index: usize) -> Option<Self> {
        match self.as_literal() {
            Some(text) => text
                .chars()
                .nth(index)
                .map(|one| Self::literal(one.to_string())),
            None if matches!(self.0.as_slice(), [Part::Hole { .. }]) => None,
            None => Some(Self::any()),
        }
    }

    /// The names that a glob of these names stands for. `glob` of Python, where nothing but `/` ends
    /// what `*`, `?` and brackets stand for.
    pub(crate) fn globbed(&self) -> Self {
        let hole = Self::segment();
        let mut whole = Self::default();
        for part in &self.0 {
            let Part::Text(text) = part else {
                whole = whole.then(&Self(vec![part.clone()]));
                continue;
            };
            let mut rest = text.as_str();
            while let Some(at) = rest.find(['*', '?', '[']) {
                let (before, glob) = rest.split_at(at);
                // A bracket that comes first is one of the characters, and one alone is itself.
                let set = glob.strip_prefix('[').map(str::char_indices);
                let closed = set.and_then(|set| set.skip(1).find(|(_, c)| *c == ']'));
                let end = closed.map_or(1, |(end, _)| end + 2);
                whole = whole.then(&Self::literal(before)).then(&hole);
                rest = &glob[end..];
            }
            whole = whole.then(&Self::literal(rest));
        }
        whole
    }

    /// Whether a whole path may be what the name begins with.
    pub(crate) fn begins_open(&self) -> bool {
        matches!(self.0.first(), Some(Part::Hole { slash: true }))
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

    /// Whether there is nothing in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What stands between characters of the text, as patterns of their own.
    pub(crate) fn split(&self, ends: impl Fn(char) -> bool) -> Vec<Self> {
        let mut found = Vec::new();
        let mut one = Self::default();
        for part in &self.0 {
            let Part::Text(text) = part else {
                one = one.then(&Self(vec![part.clone()]));
                continue;
            };
            for (at, piece) in text.split(&ends).enumerate() {
                if at > 0 {
                    found.push(std::mem::take(&mut one));
                }
                one = one.then(&Self::literal(piece));
            }
        }
        found.push(one);
        found
    }

    /// The same with others in place of what begins somewhere in its text: `find` says what stands
    /// for how many bytes of it.
    pub(crate) fn replaced(&self, find: impl Fn(&str) -> Option<(usize, Self)>) -> Self {
        let mut whole = Self::default();
        for part in &self.0 {
            let Part::Text(text) = part else {
                whole = whole.then(&Self(vec![part.clone()]));
                continue;
            };
            let mut done = 0;
            for (at, _) in text.char_indices() {
                if at < done {
                    continue;
                }
                let rest = text.get(at..).unwrap_or_default();
                if let Some((length, other)) = find(rest) {
                    let before = text.get(done..at).unwrap_or_default();
                    whole = whole.then(&Self::literal(before)).then(&other);
                    done = at + length;
                }
            }
            whole = whole.then(&Self::literal(text.get(done..).unwrap_or_default()));
        }
        whole
    }

    /// Whether a letter or digit of the name is known.
    pub(crate) fn has_word(&self) -> bool {
        self.0.iter().any(|part| match part {
            Part::Text(text) => text.contains(char::is_alphanumeric),
            Part::Hole { .. } => false,
        })
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

    /// What follows `option=` at the beginning of a word, the last time.
    pub(crate) fn option(&self, option: &str) -> Option<Self> {
        let start = format!("{option}=");
        let is_word = |before: &str| before.is_empty() || before.ends_with(char::is_whitespace);
        let (place, after) = (self.0.iter().enumerate().rev()).find_map(|(place, part)| {
            let Part::Text(text) = part else { return None };
            let mut found = text.rmatch_indices(&start);
            let (at, _) = found.find(|(at, _)| text.get(..*at).is_some_and(is_word))?;
            Some((place, text.get(at + start.len()..)?))
        })?;
        let rest = self.0.get(place + 1..).unwrap_or_default();
        let value = Self::literal(after).then(&Self(rest.to_vec())).first_word();
        let value = value.map(|text| text.replace(['"', '\''], ""));
        Some(Self::default().then(&value))
    }

    /// Whether anything may stand somewhere in the name.
    pub(crate) fn is_open(&self) -> bool {
        self.0.contains(&Part::Hole { slash: true })
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

    /// The collection whose name every name starts with, and the pattern of what follows it.
    pub(crate) fn split_collection(&self) -> Option<(String, Self)> {
        let (Part::Text(first), rest) = self.0.split_first()? else {
            return None;
        };
        let (namespace, after) = first.split_once('.')?;
        let (name, after) = after.split_once('.')?;
        let is_word = |text: &str| {
            !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        let names = Self::literal(after).then(&Self(rest.to_vec()));
        (is_word(namespace) && is_word(name)).then(|| (format!("{namespace}.{name}"), names))
    }

    /// Whether names can be whole paths, with a directory or file in them that is known: only what
    /// they begin with isn't.
    pub(crate) fn can_be_whole_path(&self) -> bool {
        let [Part::Hole { slash: true }, rest @ ..] = self.0.as_slice() else {
            return false;
        };
        rest.iter().enumerate().any(|(at, part)| {
            let Part::Text(text) = part else { return false };
            // A word that a hole follows isn't all of a name.
            let whole = if at + 1 == rest.len() {
                text
            } else {
                text.rsplit_once('/').map_or("", |(whole, _)| whole)
            };
            whole.split('/').skip(1).any(|word| !word.is_empty())
        })
    }

    /// Without `..` in what follows a hole, which takes back what that may have been, and without
    /// steps that lead nowhere: `/./` and `//`, and `/` or `/.` at the end.
    pub(crate) fn without_steps(&self) -> Self {
        let mut parts: Vec<Part> = Vec::new();
        for part in &self.0 {
            let Part::Text(text) = part else {
                parts.push(part.clone());
                continue;
            };
            let text = text.replace("/./", "/").replace("//", "/");
            let after_last_up = text.rmatch_indices("/..").find_map(|(at, step)| {
                let after = text.get(at + step.len()..)?;
                (after.is_empty() || after.starts_with('/')).then_some(after)
            });
            match after_last_up {
                // All before it may be gone, and what is left of the hole could be anything.
                Some(rest) if !parts.is_empty() => {
                    parts = vec![Part::Hole { slash: true }];
                    if !rest.is_empty() {
                        parts.push(Part::Text(rest.to_owned()));
                    }
                }
                _ => parts.push(Part::Text(text)),
            }
        }
        if parts.len() > 1
            && let Some(Part::Text(text)) = parts.last_mut()
        {
            let kept = text.trim_end_matches("/.").trim_end_matches('/').len();
            text.truncate(kept);
            if text.is_empty() {
                parts.pop();
            }
        }
        Self(parts)
    }

    /// Whether a name fits.
    pub(crate) fn matches(&self, name: &str) -> bool {
        // More holes than a person writes could take exponential time: such a pattern
        // matches everything, which is sound.
        self.0.len() > 12 || fits(&self.0, name, true)
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

/// Whether a name fits parts of a pattern; `fresh` where a directory or file of it begins.
fn fits(parts: &[Part], name: &str, fresh: bool) -> bool {
    match parts {
        [] => name.is_empty(),
        [Part::Text(text), rest @ ..] => name
            .strip_prefix(text.as_str())
            .is_some_and(|name| fits(rest, name, is_fresh(text, fresh))),
        [Part::Hole { slash }, rest @ ..] => {
            let end = if *slash {
                name.len()
            } else {
                name.find('/').unwrap_or(name.len())
            };
            if rest.is_empty() {
                return end == name.len();
            }
            // What stands for the very directory that the name is looked for in ends there: `HOLE/b` is `b`.
            if fresh
                && *slash
                && let [Part::Text(text), rest @ ..] = rest
                && let Some(text) = text.strip_prefix('/')
                && let Some(name) = name.strip_prefix(text)
                && fits(rest, name, is_fresh(text, true))
            {
                return true;
            }
            (0..=end)
                .rev()
                .any(|at| name.get(at..).is_some_and(|name| fits(rest, name, false)))
        }
    }
}

/// Whether a directory or file begins after a text that began as `before` says.
fn is_fresh(text: &str, before: bool) -> bool {
    text.ends_with('/') || text.is_empty() && before
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

    /// Whatever is below a directory of this name.
    pub(crate) fn with_anything_below(&self) -> Self {
        let anything = [Expr::Str("/".to_owned()), Expr::Op(Vec::new())];
        let parts = self.parts.clone();
        Self {
            text: self.text.clone(),
            parts: parts.map(|parts| parts.into_iter().chain(anything).collect()),
        }
    }

    /// The variables, and the functions, that it is made of.
    pub(crate) fn variables(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().flatten().flat_map(Expr::names)
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
        let below = Pattern::any().then(&Pattern::literal("/b.yml"));
        assert!(below.matches("a/b.yml") && below.matches("b.yml") && !below.matches("ab.yml"));
        let in_place = Pattern::literal("a/").then(&below);
        assert!(in_place.matches("a/b.yml") && in_place.matches("a/c/b.yml"));
        assert!(!in_place.matches("b.yml"));
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
