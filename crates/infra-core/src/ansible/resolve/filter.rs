//! What a filter gives of what it is given.

use super::steps::step_into;
use super::{Resolver, bounded, is_fact};
use crate::ansible::jinja::{Access, Expr, chain};
use crate::ansible::name::Pattern;

/// Filters that give elements of what they are given, as they are.
pub(super) const OF_ELEMENTS: [&str; 11] = [
    "difference",
    "flatten",
    "intersect",
    "list",
    "reject",
    "rejectattr",
    "reverse",
    "select",
    "selectattr",
    "sort",
    "unique",
];

/// Called like no filter: what `file=` says in a term of a lookup that has options in its text.
pub(crate) const FILE_OPTION: &str = "file=";

impl Resolver<'_> {
    pub(super) fn filter(
        &mut self,
        value: &Expr,
        name: &str,
        args: &[Expr],
        kwargs: &[(String, Expr)],
    ) -> Vec<Pattern> {
        match name.rsplit('.').next().unwrap_or(name) {
            "default" | "d" => {
                let known = chain(value).is_none_or(|(root, _)| self.knows(root) || is_fact(root));
                let mut found = if known { self.expr(value) } else { Vec::new() };
                if let Some(default) = default_of(args, kwargs)
                    && !matches!(default, Expr::Name(name) if name == "omit")
                {
                    found.extend(self.expr(default));
                }
                found
            }
            FILE_OPTION => self.file_option(value, args.first()),
            "trim" => {
                let found = self.edit_of(value).into_iter();
                found
                    .map(|found| match found.as_literal() {
                        Some(text) => Pattern::literal(text.trim()),
                        None => found,
                    })
                    .collect()
            }
            "first" | "last" => {
                let found = self.expr(value);
                // Of a text, one character.
                let characters: Vec<Pattern> = found
                    .iter()
                    .filter_map(|found| match (found.as_literal(), name) {
                        (Some(text), "last") => text
                            .chars()
                            .last()
                            .map(|one| Pattern::literal(one.to_string())),
                        _ => found.character(0),
                    })
                    .collect();
                found.into_iter().chain(characters).collect()
            }
            "string" | "mandatory" | "quote" | "expanduser" | "normpath" => self.expr(value),
            // One or the other, and perhaps a third for nothing.
            "ternary" => args
                .iter()
                .chain(kwargs.iter().map(|(_, arg)| arg))
                .flat_map(|arg| self.expr(arg))
                .collect(),
            "join" => match (value, args, kwargs) {
                (Expr::List(items), [Expr::Str(between)], []) => self.joined(items, between),
                _ => vec![Pattern::any()],
            },
            "path_join" => match value {
                Expr::List(items) => self.path(items),
                _ => vec![Pattern::any()],
            },
            "format" => match (value, kwargs) {
                (Expr::Str(text), []) => self.formatted(text, args),
                _ => vec![Pattern::any()],
            },
            name if OF_ELEMENTS.contains(&name) => self.expr(value),
            "union" => std::iter::once(value)
                .chain(args)
                .flat_map(|part| self.expr(part))
                .collect(),
            "lower" => self.edited(value, str::to_lowercase),
            "upper" => self.edited(value, str::to_uppercase),
            "basename" => self.edited_whole(value, |text| {
                text.rsplit('/').next().unwrap_or(text).to_owned()
            }),
            "dirname" => self.edited_whole(value, |text| {
                text.rsplit_once('/').map_or("", |(dir, _)| dir).to_owned()
            }),
            "map" => match (args, attribute_of(args, kwargs)) {
                (_, Some(path)) => {
                    let path: Vec<Access<'_>> = path.split('.').map(Access::Key).collect();
                    self.expr(&step_into(value, &path))
                }
                ([Expr::Str(filter), args @ ..], _) => self.filter(value, filter, args, kwargs),
                _ => vec![Pattern::any()],
            },
            // Unlike the lookup, from where Ansible was started.
            "fileglob" => {
                let found: Vec<Pattern> = self.expr(value).iter().map(Pattern::globbed).collect();
                let whole = found.iter().map(|found| self.whole_path(found)).collect();
                [found, whole].concat()
            }
            "realpath" => {
                let found = self.edit_of(value);
                found.iter().map(|found| self.whole_path(found)).collect()
            }
            // Of a fact, what is left is still within one directory, unless it is put there.
            "replace" | "regex_replace" | "int" | "split" | "title" | "capitalize" => {
                let plain = |arg: &Expr| match arg {
                    Expr::Str(text) => !text.contains('/') || name == "split",
                    other => matches!(other, Expr::Number(_)),
                };
                let slash = !args.iter().all(plain)
                    || self
                        .edit_of(value)
                        .iter()
                        .any(|found| *found != Pattern::segment());
                vec![if slash {
                    Pattern::any()
                } else {
                    Pattern::segment()
                }]
            }
            _ => vec![Pattern::any()],
        }
    }

    /// Texts with another between each two.
    fn joined(&mut self, items: &[Expr], between: &str) -> Vec<Pattern> {
        let between = Expr::Str(between.to_owned());
        let mut parts: Vec<Expr> = Vec::new();
        for item in items {
            if !parts.is_empty() {
                parts.push(between.clone());
            }
            parts.push(item.clone());
        }
        self.concat(&parts)
    }

    /// The parts of a path, of which an absolute one begins anew. `os.path.join`
    fn path(&mut self, items: &[Expr]) -> Vec<Pattern> {
        let slash = Pattern::literal("/");
        let mut whole: Vec<Pattern> = Vec::new();
        for item in items {
            let parts = self.edit_of(item);
            let mut next = Vec::new();
            for part in &parts {
                let absolute = part.as_literal().is_some_and(|text| text.starts_with('/'));
                if whole.is_empty() || absolute || part.begins_open() {
                    next.push(part.clone());
                }
                if !absolute {
                    next.extend(whole.iter().map(|before| before.then(&slash).then(part)));
                }
            }
            whole = bounded(next);
        }
        whole
    }

    /// A text with each `%s` in it replaced.
    fn formatted(&mut self, text: &str, args: &[Expr]) -> Vec<Pattern> {
        let pieces: Vec<&str> = text.split("%s").collect();
        if pieces.len() != args.len() + 1 || pieces.iter().any(|piece| piece.contains('%')) {
            return vec![Pattern::any()];
        }
        let mut parts: Vec<Expr> = Vec::new();
        let mut args = args.iter();
        for piece in pieces {
            parts.push(Expr::Str(piece.to_owned()));
            parts.extend(args.next().cloned());
        }
        self.concat(&parts)
    }

    /// A path as the process has it.
    fn whole_path(&self, path: &Pattern) -> Pattern {
        if path.is_any() || path.split_dir().0.starts_with('/') {
            return path.clone();
        }
        let start = Pattern::literal(format!("{}/", self.values.start()));
        start.then(path)
    }

    fn edited(&mut self, value: &Expr, edit: impl Fn(&str) -> String) -> Vec<Pattern> {
        self.edit_of(value)
            .iter()
            .map(|found| found.map(&edit))
            .collect()
    }

    fn edited_whole(&mut self, value: &Expr, edit: impl Fn(&str) -> String) -> Vec<Pattern> {
        self.edit_of(value)
            .iter()
            .map(|found| {
                found
                    .as_literal()
                    .map_or_else(Pattern::any, |text| Pattern::literal(edit(&text)))
            })
            .collect()
    }
}

/// What `default` gives for nothing. `do_default` of `filters.py` of Jinja
pub(super) fn default_of<'a>(args: &'a [Expr], kwargs: &'a [(String, Expr)]) -> Option<&'a Expr> {
    let named = || kwargs.iter().find(|(key, _)| key == "default_value");
    args.first().or_else(|| Some(&named()?.1))
}

/// The path of `map(attribute='a.b')`, where that is all that it is told.
pub(super) fn attribute_of<'a>(args: &[Expr], kwargs: &'a [(String, Expr)]) -> Option<&'a str> {
    match (args, kwargs) {
        ([], [(key, Expr::Str(path))]) if key == "attribute" => Some(path),
        _ => None,
    }
}
