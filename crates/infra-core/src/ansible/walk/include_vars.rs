//! Variables that a task reads from a file or from a directory. `plugins/action/include_vars.py`.

use std::collections::BTreeSet;

use super::Walker;
use super::action::wanted_in;
use super::args::Args;
use super::context::{Context, Use, Wanted};
use super::late::What;
use crate::ansible::jinja::is_template;
use crate::ansible::name::{Name, Pattern};
use crate::ansible::path::{join, parent};
use crate::ansible::resolve::Asked;
use crate::ansible::values::Scope;

impl Walker<'_> {
    /// `plugins/action/include_vars.py`.
    pub(super) fn include_vars(&mut self, context: &Context, args: &Args, scope: &Scope) {
        if let (Some(play), Some(name)) = (self.plays.get_mut(context.play), args.text("name")) {
            play.sets_any |= is_template(name);
            play.set(name, context);
        }
        let name = args.text("name").map(str::to_owned);
        if name.as_deref().is_some_and(is_template) {
            self.any_value();
        }
        // With both, one of them is omitted.
        if let Some(text) = args.text("file").or(args.raw.as_deref()) {
            let file = (Name::new(text.trim()), args.line);
            self.want(Wanted {
                used: Use::Vars(name),
                ..wanted_in(context, scope, file, vec!["vars"], "include_vars")
            });
        }
        let Some(dir) = args.text("dir").map(Name::new) else {
            return;
        };
        if dir.is_computed() {
            let done = BTreeSet::new();
            let args = args.clone();
            self.later(context, scope, What::Directory { dir, args, done });
        } else {
            self.vars_dir(context, args, &dir.text);
        }
    }

    /// The directories that a computed name can be, but for those that were read before. What that
    /// depends on.
    pub(super) fn vars_dirs_of(
        &mut self,
        context: &Context,
        (dir, args): (&Name, &Args),
        scope: &Scope,
        widest: bool,
        done: &mut BTreeSet<Pattern>,
    ) -> Vec<Asked> {
        let here = self.scope(context, scope);
        let (found, asked) = self.known(context, dir, args.line, &here);
        for pattern in found {
            let literal = pattern.as_literal();
            // Until no variable can get a value any more, it may be known yet.
            if literal.is_none() && !widest || !done.insert(pattern) {
                continue;
            }
            if let Some(text) = literal {
                self.vars_dir(context, args, &text);
            } else {
                let files = (dir.with_anything_below(), args.line);
                self.want(Wanted {
                    used: Use::Vars(args.text("name").map(str::to_owned)),
                    ..wanted_in(context, scope, files, vec!["vars"], "include_vars")
                });
            }
        }
        vec![asked]
    }

    fn vars_dir(&mut self, context: &Context, args: &Args, text: &str) {
        let depth = args
            .text("depth")
            .and_then(|text| text.parse::<usize>().ok())
            .filter(|depth| *depth > 0);
        // In a role, below its `vars` unless the name says so itself; else beside the file.
        let base = match context.role() {
            Some(role) if text.split('/').next() == Some("vars") => role.clone(),
            Some(role) => role.join("vars"),
            None => parent(&context.file),
        };
        let start = join(&self.request.root, &base, text);
        let extensions = args
            .get("extensions")
            .map(|node| super::playbook::texts(node));
        let step = context.step(args.line, "include_vars");
        let mut any = false;
        for (relative, _) in self.below(&start, Some(context.play)).iter() {
            let path = start.join(relative);
            if !self.sources.is_file(&path)
                || depth.is_some_and(|depth| relative.components().count() > depth)
            {
                continue;
            }
            let extension = relative.extension().unwrap_or_default();
            let known = match &extensions {
                Some(list) => list.iter().any(|known| known == extension),
                None => matches!(extension, "yaml" | "yml" | "json"),
            };
            if known && file_matches(args, relative.file_name().unwrap_or_default()) {
                any = true;
                self.vars_file(&step, &path, false, args.text("name"));
                self.sets_variables(context, &path);
            }
        }
        if !any {
            self.add_absent(start);
        }
    }
}

/// `files_matching` and `ignore_files`; an expression of Python's that this engine
/// doesn't know lets every file through.
fn file_matches(args: &Args, name: &str) -> bool {
    let fits = |expression: &str, otherwise: bool| {
        if is_template(expression) {
            return otherwise;
        }
        regex::Regex::new(expression).map_or(otherwise, |regex| regex.is_match(name))
    };
    let wanted = args
        .text("files_matching")
        .is_none_or(|expression| fits(expression, true));
    let ignored = args
        .get("ignore_files")
        .map(|node| super::playbook::texts(node))
        .into_iter()
        .flatten()
        .any(|expression| fits(&format!("{expression}$"), false));
    wanted && !ignored
}
