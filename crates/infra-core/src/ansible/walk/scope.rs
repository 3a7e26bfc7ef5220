//! What names mean where a task stands.

use std::sync::Arc;

use camino::Utf8Path;

use super::Walker;
use super::context::Context;
use super::role::collection_of;
use crate::ansible::name::Pattern;
use crate::ansible::resolve::MAX_ALTERNATIVES;
use crate::ansible::search::SOME_ROLE;
use crate::ansible::values::{Definition, Scope};
use crate::ansible::yaml::Node;

impl Walker<'_> {
    /// What names mean by themselves where a task stands. `vars/manager.py`,
    /// `_get_magic_variables`.
    pub(super) fn scope(&self, context: &Context, own: &Scope) -> Scope {
        let mut scope = self.place(context, own);
        let mut set = |name: &str, patterns: Vec<Pattern>| {
            scope
                .local
                .entry(name.to_owned())
                .or_insert_with(|| vec![Definition::Patterns(patterns)]);
        };
        if !self.inventory_dirs.is_empty() {
            set(
                "inventory_dir",
                self.inventory_dirs
                    .iter()
                    .map(|dir| self.absolute(dir))
                    .collect(),
            );
        }
        if let Some(play) = self.plays.get(context.play) {
            let hosts = &play.inputs.hosts;
            set("inventory_hostname", names_of_hosts(hosts.iter()));
        }
        for word in [
            "inventory_hostname_short",
            "group_names",
            "ansible_play_name",
        ] {
            set(word, vec![Pattern::segment()]);
        }
        if !self.values.defines("ansible_host") {
            set("ansible_host", vec![Pattern::segment()]);
        }
        scope
    }

    fn absolute(&self, path: &Utf8Path) -> Pattern {
        Pattern::literal(self.request.root.join(path).as_str().trim_end_matches('/'))
    }

    /// The names in [`Scope::OF_THE_PLACE`], beside the task's own.
    fn place(&self, context: &Context, own: &Scope) -> Scope {
        let mut scope = own.clone();
        let mut set = |name: &str, patterns: Vec<Pattern>| {
            let known = scope.local.entry(name.to_owned());
            known.or_insert_with(|| vec![Definition::Patterns(patterns)]);
        };
        set("playbook_dir", vec![self.absolute(&context.base)]);
        if let Some(role) = context.role() {
            set("role_path", vec![self.absolute(role)]);
            let (short, full) = names_of_role(role, &context.called);
            set("role_name", short);
            set("ansible_role_name", full);
        }
        match context.roles.as_slice() {
            [parent, _] if parent == SOME_ROLE => {
                set("ansible_parent_role_paths", vec![Pattern::any()]);
            }
            [.., parent, _] => {
                set("ansible_parent_role_paths", vec![self.absolute(parent)]);
            }
            _ => {}
        }
        scope
    }

    /// Gives a variable a value that a task computes where it stands. `set_fact` and loops do; other
    /// variables are computed again wherever they are used.
    pub(super) fn define_fixed(
        &mut self,
        context: &Context,
        own: &Scope,
        at: (&str, &Node),
        value: impl FnOnce() -> Definition,
    ) {
        if let Some(value) = self.fixed(context, own, at, value) {
            self.values.define(at.0, value);
        }
    }

    /// The same of a variable of the task's loop. What the loop goes through doesn't see it.
    pub(super) fn define_in_loop(
        &mut self,
        context: &Context,
        at: (&str, &Node),
        value: impl FnOnce() -> Definition,
    ) {
        if let Some(value) = self.fixed(context, &Scope::default(), at, value) {
            self.values.overrule(at.0, value);
        }
    }

    /// Such a value, the first time that it is met.
    fn fixed(
        &mut self,
        context: &Context,
        own: &Scope,
        (name, at): (&str, &Node),
        value: impl FnOnce() -> Definition,
    ) -> Option<Definition> {
        // All that a value's place decides is where these are.
        let roles = context.roles.iter().rev().take(2).cloned().collect();
        let key = (
            context.file.clone(),
            (at.line, at.column),
            name.to_owned(),
            context.base.clone(),
            roles,
            Arc::clone(&context.called),
        );
        let new = self.fixed.insert(key);
        new.then(|| Definition::Fixed(Arc::new(self.place(context, own)), Box::new(value())))
    }
}

/// What the name of one of some hosts can be.
pub(super) fn names_of_hosts<'h>(hosts: impl ExactSizeIterator<Item = &'h String>) -> Vec<Pattern> {
    if hosts.len() <= MAX_ALTERNATIVES {
        hosts.map(Pattern::literal).collect()
    } else {
        vec![Pattern::segment()]
    }
}

/// The names that a role can have without and with that of its collection. `get_name` in
/// `playbook/role/__init__.py`: what it was named, but for a path that no place of roles was needed
/// for (`_load_role_path` in `playbook/role/definition.py`) and for a collection.
fn names_of_role(role: &Utf8Path, called: &str) -> (Vec<Pattern>, Vec<Pattern>) {
    let last = role.file_name().unwrap_or_default();
    let short = match called {
        _ if called.contains('/') => vec![Pattern::literal(called), Pattern::literal(last)],
        "" => vec![Pattern::literal(last)],
        _ => vec![Pattern::literal(called)],
    };
    match collection_of(role) {
        Some(collection) if !called.contains('/') => (
            vec![Pattern::literal(last)],
            vec![Pattern::literal(format!("{collection}.{last}"))],
        ),
        _ => (short.clone(), short),
    }
}
