//! Roles that tasks include, with files other than `main`. `playbook/role_include.py`.

use std::collections::BTreeSet;

use super::Walker;
use super::args::Args;
use super::context::{Context, RoleFiles, Search, Use, Wanted};
use super::late::What;
use crate::ansible::name::{Name, Pattern};
use crate::ansible::resolve::Asked;
use crate::ansible::tree::Kind;
use crate::ansible::unresolved::Reason;
use crate::ansible::values::Scope;

/// Arguments that name a file of a role, and the part of the role that it is in.
const FROM: [(&str, &str); 4] = [
    ("tasks_from", "tasks"),
    ("vars_from", "vars"),
    ("defaults_from", "defaults"),
    ("handlers_from", "handlers"),
];

impl Walker<'_> {
    /// A role that a task includes or imports.
    pub(super) fn include_role(&mut self, context: &Context, args: &Args, scope: &Scope) {
        let mut parts = FROM.iter().filter_map(|(key, _)| args.text(key));
        if parts.any(|text| Name::new(text).is_computed()) {
            let (args, done) = (args.clone(), BTreeSet::new());
            self.later(context, scope, What::Role { args, done });
        } else {
            self.parts_of_role(context, args, scope, true, &mut BTreeSet::new());
        }
    }

    /// The files of a role that a task names, but for those that it named before. What that
    /// depends on.
    pub(super) fn parts_of_role(
        &mut self,
        context: &Context,
        args: &Args,
        scope: &Scope,
        widest: bool,
        done: &mut BTreeSet<RoleFiles>,
    ) -> Vec<Asked> {
        let Some(name) = args.text("name").or_else(|| args.text("role")) else {
            return Vec::new();
        };
        let name = Name::new(name);
        let here = self.scope(context, scope);
        let mut depends = Vec::new();
        let mut choices = vec![RoleFiles::default()];
        for (key, part) in FROM {
            let Some(text) = args.text(key) else { continue };
            let named = Name::new(text);
            let (found, asked) = self.known(context, &named, args.line, &here);
            depends.push(asked);
            let mut next = if self.may_be_omitted(&named) {
                choices.clone()
            } else {
                Vec::new()
            };
            for pattern in found {
                if let Some(text) = pattern.as_literal() {
                    next.extend(choices.iter().map(|choice| choice.with(part, &text)));
                    continue;
                }
                // Until no variable can get a value any more, it may be known yet.
                if !widest {
                    continue;
                }
                let play = Some(context.play);
                self.unresolved(&context.file, args.line, text, Reason::TemplatedName, play);
                let (roles, asked) = self.values.resolve_noting(&name, &here);
                depends.push(asked);
                for file in self.files_that_fit(context, &roles, part, &pattern) {
                    next.extend(choices.iter().map(|choice| choice.with(part, &file)));
                }
            }
            choices = next;
        }
        for files in choices {
            if !done.insert(files.clone()) {
                continue;
            }
            self.want(Wanted {
                scope: scope.clone(),
                search: Search::Roles,
                used: Use::Role(files),
                ..Wanted::new(context, name.clone(), args.line, "include_role")
            });
        }
        depends
    }

    /// The files in a part of some roles that a computed name could mean.
    fn files_that_fit(
        &mut self,
        context: &Context,
        roles: &BTreeSet<Pattern>,
        part: &str,
        pattern: &Pattern,
    ) -> BTreeSet<String> {
        let mut files = BTreeSet::new();
        for place in self.role_places(context) {
            let list = self.sources.list(&place.dir);
            let dirs = list.iter().flat_map(|list| list.iter());
            let names = dirs.filter(|(_, kind, _)| *kind == Some(Kind::Dir));
            let fitting = names.map(|(name, ..)| name.clone());
            let fitting = fitting.filter(|name| roles.iter().any(|role| role.matches(name)));
            let literal = roles.iter().filter_map(Pattern::as_literal);
            let dirs: BTreeSet<String> = fitting.chain(literal).collect();
            for dir in dirs {
                let dir = place.dir.join(dir).join(part);
                for (file, _) in self.below(&dir, Some(context.play)).iter() {
                    let stem = file.with_extension("");
                    if pattern.matches(file.as_str()) || pattern.matches(stem.as_str()) {
                        files.insert(file.to_string());
                    }
                }
            }
        }
        files
    }
}
