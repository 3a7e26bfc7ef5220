//! What a lookup in an expression can give.

use super::{Resolver, bounded};
use crate::ansible::jinja::{Expr, chain};
use crate::ansible::name::Pattern;

impl Resolver<'_> {
    /// `first_found` gives one of the names that it is given; `vars` a variable's value.
    pub(super) fn lookup(&mut self, args: &[Expr], kwargs: &[(String, Expr)]) -> Vec<Pattern> {
        let Some((Expr::Str(plugin), terms)) = args.split_first() else {
            return vec![Pattern::any()];
        };
        match plugin.rsplit('.').next() {
            Some("first_found") => self.first_found(terms, kwargs),
            Some("vars") => {
                let default = kwargs.iter().filter(|(key, _)| key == "default");
                let mut found: Vec<Pattern> =
                    default.flat_map(|(_, value)| self.expr(value)).collect();
                for term in terms {
                    match term {
                        Expr::Str(name) => found.extend(self.expr(&Expr::Name(name.clone()))),
                        _ => found.push(Pattern::any()),
                    }
                }
                found
            }
            Some("fileglob") => terms
                .iter()
                .flat_map(|term| self.expr(term))
                .map(|term| term.globbed())
                .collect(),
            Some("items" | "list" | "flattened") => {
                terms.iter().flat_map(|term| self.expr(term)).collect()
            }
            _ => vec![Pattern::any()],
        }
    }

    fn first_found(&mut self, terms: &[Expr], kwargs: &[(String, Expr)]) -> Vec<Pattern> {
        let mut files: Vec<Pattern> = Vec::new();
        let mut paths: Vec<Pattern> = Vec::new();
        for term in terms {
            // A mapping with `files` and `paths`, a list of names, or a name.
            for key in ["files", "paths"] {
                let member = match term {
                    Expr::Dict(members) => members
                        .iter()
                        .find(|(name, _)| name.as_str() == Some(key))
                        .map(|(_, value)| value.clone()),
                    other => Some(Expr::Attr(Box::new(other.clone()), key.to_owned())),
                };
                let Some(member) = member else { continue };
                let known = chain(term).is_none_or(|(root, _)| self.knows(root));
                let found = if known {
                    self.expr(&member)
                } else {
                    vec![Pattern::any()]
                };
                // A list has no such member, and its elements come through below.
                let found = found
                    .into_iter()
                    .filter(|found| matches!(term, Expr::Dict(_)) || !found.is_any());
                if key == "files" {
                    files.extend(found);
                } else {
                    paths.extend(found);
                }
            }
            if !matches!(term, Expr::Dict(_)) {
                files.extend(self.expr(term));
            }
        }
        for (key, value) in kwargs {
            match key.as_str() {
                "files" => files.extend(self.expr(value)),
                "paths" => paths.extend(self.expr(value)),
                _ => {}
            }
        }
        // One text may hold several. `_split_on` of `plugins/lookup/first_found.py`
        let split = |names: Vec<Pattern>, separators: &[char]| -> Vec<Pattern> {
            let names = names
                .iter()
                .flat_map(|name| name.split(|c| separators.contains(&c)));
            names.collect()
        };
        joined(&split(paths, &[',', ':', ';']), split(files, &[',', ';']))
    }

    /// The file that a term of `ini` or `csvfile` says in the words of its text, or else one that
    /// is called otherwise. `_parse_params` of `plugins/lookup/ini.py`
    pub(super) fn file_option(&mut self, term: &Expr, otherwise: Option<&Expr>) -> Vec<Pattern> {
        let mut found = Vec::new();
        for term in self.expr(term) {
            match (term.option("file"), otherwise) {
                (Some(file), _) => found.push(file),
                (None, Some(_)) if term.is_open() => found.push(Pattern::any()),
                (None, otherwise) => {
                    found.extend(otherwise.into_iter().flat_map(|other| self.expr(other)));
                }
            }
        }
        found
    }
}

/// Each path with each file, as `first_found` searches them.
pub(crate) fn joined(paths: &[Pattern], files: Vec<Pattern>) -> Vec<Pattern> {
    if paths.is_empty() {
        return files;
    }
    let slash = Pattern::literal("/");
    let is = |name: &Pattern, is: fn(&str) -> bool| name.as_literal().is_some_and(|name| is(&name));
    // `os.path.join`
    let join = |path: &Pattern, file: &Pattern| {
        if is(path, str::is_empty) || is(file, |file| file.starts_with('/')) {
            file.clone()
        } else {
            path.then(&slash).then(file)
        }
    };
    let (join, files) = (&join, &files);
    bounded((paths.iter()).flat_map(|path| files.iter().map(move |file| join(path, file))))
}
