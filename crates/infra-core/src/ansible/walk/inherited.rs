//! What a play, a block, an include or the entry of a role hands down to tasks.
//!
//! A value is evaluated where it is used. A lookup in it looks from the task that uses it, in
//! whichever role that stands (`find_file_in_search_path` of `plugins/lookup/__init__.py`), and not
//! from where it is written.

use std::collections::BTreeSet;

use camino::Utf8PathBuf;

use super::Walker;
use super::context::Context;
use crate::ansible::source::analyse_node;
use crate::ansible::values::Scope;
use crate::ansible::yaml::Node;

/// Values that were looked through: the play, the file, and where in it.
pub(super) type Inherited = BTreeSet<(usize, Utf8PathBuf, (u32, u32))>;

/// Keywords under which there are tasks and roles of their own.
const LISTS: [&str; 8] = [
    "always",
    "block",
    "handlers",
    "post_tasks",
    "pre_tasks",
    "rescue",
    "roles",
    "tasks",
];

impl Walker<'_> {
    /// Notes the lookups in what tasks inherit from a play, a block, an include or the entry of a
    /// role: any task of the play may evaluate them.
    pub(super) fn hands_down(&mut self, context: &Context, node: &Node) {
        for (key, value) in node.members() {
            let at = (value.line, value.column);
            if key.text().is_some_and(|key| LISTS.contains(&key))
                || !(self.inherited).insert((context.play, context.file.clone(), at))
            {
                continue;
            }
            let (analysis, ..) = analyse_node(value);
            let scope = Scope::of(&analysis.scan);
            for call in analysis.found.lookups {
                self.look_up_anywhere(
                    context.play,
                    &context.file,
                    call,
                    scope.clone(),
                    &context.via,
                );
            }
        }
    }
}
