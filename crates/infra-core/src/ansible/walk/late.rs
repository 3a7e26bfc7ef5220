//! What a task reads depends on values that may be found later, such as those of groups: it is
//! looked at again whenever there are more.

use std::collections::BTreeSet;

use super::Walker;
use super::args::Args;
use super::arguments::Arguments;
use super::context::{Context, RoleFiles, Wanted};
use super::find::Depends;
use crate::ansible::name::{Name, Pattern};
use crate::ansible::values::Scope;

/// What of a task is looked at again.
#[derive(Debug)]
pub(super) enum What {
    /// The files of a role that its arguments name, and those that they named before
    Role {
        args: Args,
        done: BTreeSet<RoleFiles>,
    },
    /// A directory of variables, and those that it was before
    Directory {
        dir: Name,
        args: Args,
        done: BTreeSet<Pattern>,
    },
    /// Arguments of an action that may name files
    Arguments(Arguments),
    /// The mode of a file that is copied, until it is known that its own may be kept
    Mode {
        mode: Name,
        wanted: Option<Box<Wanted>>,
    },
}

/// Something that is looked at again.
#[derive(Debug)]
pub(super) struct Late {
    context: Context,
    scope: Scope,
    what: What,
    /// What the last look depended on
    depends: Depends,
}

impl Walker<'_> {
    /// Keeps something to be looked at when more is known.
    pub(super) fn later(&mut self, context: &Context, scope: &Scope, what: What) {
        self.late.push(Late {
            context: context.clone(),
            scope: scope.clone(),
            what,
            depends: Depends::default(),
        });
        self.grew = true;
    }

    /// Looks again at what depends on anything that is new.
    pub(super) fn look_at_late(&mut self, widest: bool) {
        let mut waiting = std::mem::take(&mut self.late);
        for late in &mut waiting {
            let play = late.context.play;
            if self.leads_nowhere_else(&late.depends, play, widest) {
                continue;
            }
            late.depends = self.new_look(play, widest);
            let (context, scope) = (&late.context, &late.scope);
            late.depends.asked = match &mut late.what {
                What::Role { args, done } => self.parts_of_role(context, args, scope, widest, done),
                What::Directory { dir, args, done } => {
                    self.vars_dirs_of(context, (dir, args), scope, widest, done)
                }
                What::Arguments(arguments) => self.arguments(context, arguments, scope),
                What::Mode { mode, wanted } => {
                    self.mode_that_may_be_kept(context, mode, wanted, widest)
                }
            };
        }
        waiting.append(&mut self.late);
        self.late = waiting;
    }
}
